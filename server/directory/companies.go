package directory

import (
	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
)

// GetCompanyList answers getCompanyList: without tenants there are no companies, which clients
// recognise by NO_SUPPORT.
func (s *Service) GetCompanyList(*session.Call, *wire.GetCompanyListRequest, *wire.CompanyListResponse) error {
	return mapi.NoSupport
}

// ResolveCompanyname answers resolveCompanyname.
func (s *Service) ResolveCompanyname(*session.Call, *wire.ResolveCompanynameRequest, *wire.ResolveCompanyResponse) error {
	return mapi.NoSupport
}

// GetCompany answers getCompany.
func (s *Service) GetCompany(*session.Call, *wire.GetCompanyRequest, *wire.GetCompanyResponse) error {
	return mapi.NoSupport
}

// CreateCompany answers createCompany.
func (s *Service) CreateCompany(*session.Call, *wire.CreateCompanyRequest, *wire.CreateCompanyResponse) error {
	return mapi.NoSupport
}

// SetCompany answers setCompany.
func (s *Service) SetCompany(*session.Call, *wire.SetCompanyRequest, *wire.SetCompanyResponse) error {
	return mapi.NoSupport
}

// DeleteCompany answers deleteCompany.
func (s *Service) DeleteCompany(*session.Call, *wire.DeleteCompanyRequest, *wire.DeleteCompanyResponse) error {
	return mapi.NoSupport
}

// AddCompanyToRemoteViewList answers addCompanyToRemoteViewList.
func (s *Service) AddCompanyToRemoteViewList(*session.Call, *wire.AddCompanyToRemoteViewListRequest, *wire.AddCompanyToRemoteViewListResponse) error {
	return mapi.NoSupport
}

// DelCompanyFromRemoteViewList answers delCompanyFromRemoteViewList.
func (s *Service) DelCompanyFromRemoteViewList(*session.Call, *wire.DelCompanyFromRemoteViewListRequest, *wire.DelCompanyFromRemoteViewListResponse) error {
	return mapi.NoSupport
}

// GetRemoteViewList answers getRemoteViewList.
func (s *Service) GetRemoteViewList(*session.Call, *wire.GetRemoteViewListRequest, *wire.CompanyListResponse) error {
	return mapi.NoSupport
}

// AddUserToRemoteAdminList answers addUserToRemoteAdminList.
func (s *Service) AddUserToRemoteAdminList(*session.Call, *wire.AddUserToRemoteAdminListRequest, *wire.AddUserToRemoteAdminListResponse) error {
	return mapi.NoSupport
}

// DelUserFromRemoteAdminList answers delUserFromRemoteAdminList.
func (s *Service) DelUserFromRemoteAdminList(*session.Call, *wire.DelUserFromRemoteAdminListRequest, *wire.DelUserFromRemoteAdminListResponse) error {
	return mapi.NoSupport
}

// GetRemoteAdminList answers getRemoteAdminList.
func (s *Service) GetRemoteAdminList(*session.Call, *wire.GetRemoteAdminListRequest, *wire.UserListResponse) error {
	return mapi.NoSupport
}
