package directory

import (
	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// AddCompanyToRemoteViewList answers addCompanyToRemoteViewList: the users of the set company see those of the other one
// from then on.
func (s *Service) AddCompanyToRemoteViewList(c *session.Call, req *wire.AddCompanyToRemoteViewListRequest, _ *wire.AddCompanyToRemoteViewListResponse) error {
	company, viewer, err := s.viewPair(c, req.UlCompanyID, req.SCompanyID, req.UlSetCompanyID, req.SSetCompanyID)
	if err != nil {
		return err
	}
	if company.ID == viewer.ID {
		return mapi.Errorf(mapi.Collision, "addCompanyToRemoteViewList", "%s sees itself already", company.Name)
	}
	return s.relate(c.Context, company, viewer, storage.RelationCompanyView, true)
}

// DelCompanyFromRemoteViewList answers delCompanyFromRemoteViewList.
func (s *Service) DelCompanyFromRemoteViewList(c *session.Call, req *wire.DelCompanyFromRemoteViewListRequest, _ *wire.DelCompanyFromRemoteViewListResponse) error {
	company, viewer, err := s.viewPair(c, req.UlCompanyID, req.SCompanyID, req.UlSetCompanyID, req.SSetCompanyID)
	if err != nil {
		return err
	}
	return s.relate(c.Context, company, viewer, storage.RelationCompanyView, false)
}

// viewPair finds the company whose list is changed, which the caller must administer, and the one that is to see it.
func (s *Service) viewPair(c *session.Call, id uint32, entryID []byte, viewerID uint32, viewerEntryID []byte) (company, viewer *Object, err error) {
	if company, err = s.administeredCompany(c, id, entryID, "remote view list"); err != nil {
		return nil, nil, err
	}
	viewer, err = s.resolveCompany(c.Context, c.Session.UserID, viewerID, viewerEntryID)
	return company, viewer, err
}

// GetRemoteViewList answers getRemoteViewList: which companies see a company.
func (s *Service) GetRemoteViewList(c *session.Call, req *wire.GetRemoteViewListRequest, resp *wire.CompanyListResponse) error {
	company, err := s.administeredCompany(c, req.UlCompanyID, req.SCompanyID, "getRemoteViewList")
	if err != nil {
		return err
	}
	resp.CompanyArray = s.wireCompanies(s.relatedFor(c, company, storage.RelationCompanyView), c)
	return nil
}

// AddUserToRemoteAdminList answers addUserToRemoteAdminList: if the user is an administrator, then of that company too.
func (s *Service) AddUserToRemoteAdminList(c *session.Call, req *wire.AddUserToRemoteAdminListRequest, _ *wire.AddUserToRemoteAdminListResponse) error {
	return s.remoteAdmin(c, req.UlCompanyID, req.SCompanyID, req.UlUserID, req.SUserID, true)
}

// DelUserFromRemoteAdminList answers delUserFromRemoteAdminList.
func (s *Service) DelUserFromRemoteAdminList(c *session.Call, req *wire.DelUserFromRemoteAdminListRequest, _ *wire.DelUserFromRemoteAdminListResponse) error {
	return s.remoteAdmin(c, req.UlCompanyID, req.SCompanyID, req.UlUserID, req.SUserID, false)
}

func (s *Service) remoteAdmin(c *session.Call, id uint32, entryID []byte, userID uint32, userEntryID []byte, add bool) error {
	company, err := s.administeredCompany(c, id, entryID, "remote admin list")
	if err != nil {
		return err
	}
	user, err := s.resolveUser(c, userID, userEntryID)
	if err != nil {
		return err
	}
	if user.Class == mapi.ClassContact {
		return mapi.Errorf(mapi.InvalidType, "remote admin list", "%s is a contact", user.Name)
	}
	return s.relate(c.Context, company, user, storage.RelationCompanyAdmin, add)
}

// GetRemoteAdminList answers getRemoteAdminList: who else administers a company.
func (s *Service) GetRemoteAdminList(c *session.Call, req *wire.GetRemoteAdminListRequest, resp *wire.UserListResponse) error {
	company, err := s.administeredCompany(c, req.UlCompanyID, req.SCompanyID, "getRemoteAdminList")
	if err != nil {
		return err
	}
	resp.UserArray = s.wireUsers(s.relatedFor(c, company, storage.RelationCompanyAdmin), c.Session.Capabilities)
	return nil
}
