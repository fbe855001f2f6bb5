package client

import (
	"context"

	"zarafa/mapi"
	"zarafa/wire"
)

// Company is a company (tenant) as the server describes it. An empty name means "unchanged" in [Session.SetCompany], and so
// does no administrator.
type Company struct {
	ID              uint32
	EntryID         []byte // address-book entry id
	Name            string
	HomeServer      string
	Administrator   uint32
	AdministratorID []byte // address-book entry id
	Hidden          bool
}

func companyOf(c *wire.Company) Company {
	return Company{
		ID: c.UlCompanyID, EntryID: append([]byte{}, c.SCompanyID...), Name: copyText(c.Companyname), HomeServer: copyText(c.Servername),
		Administrator: c.UlAdministrator, AdministratorID: append([]byte{}, c.SAdministrator...), Hidden: c.IsABHidden != 0,
	}
}

func companiesOf(array []wire.Company) []Company {
	list := make([]Company, len(array))
	for i := range array {
		list[i] = companyOf(&array[i])
	}
	return list
}

func (c *Company) wire() *wire.Company {
	out := &wire.Company{
		UlCompanyID: c.ID, SCompanyID: nonNil(c.EntryID), Companyname: wire.Text(c.Name), Servername: wire.Text(c.HomeServer),
		UlAdministrator: c.Administrator, SAdministrator: nonNil(c.AdministratorID),
	}
	if c.Hidden {
		out.IsABHidden = 1
	}
	return out
}

// CreateCompany creates a company. The error carries NO_SUPPORT if the server has none.
func (s *Session) CreateCompany(ctx context.Context, c Company) (created Company, err error) {
	var resp wire.CreateCompanyResponse
	err = s.Do(ctx, func(id uint64) wire.Request { return &wire.CreateCompanyRequest{SessionID: id, Company: c.wire()} }, &resp, func() error {
		created = c
		created.ID, created.EntryID = resp.UlCompanyID, append([]byte{}, resp.SCompanyID...)
		return nil
	})
	return created, err
}

// SetCompany changes a company; see [Company] for what stays as it is.
func (s *Session) SetCompany(ctx context.Context, c Company) error {
	return s.Do(ctx, func(id uint64) wire.Request { return &wire.SetCompanyRequest{SessionID: id, Company: c.wire()} }, new(wire.SetCompanyResponse), nil)
}

// DeleteCompany deletes a company with its users and groups; their stores stay, without an owner.
func (s *Session) DeleteCompany(ctx context.Context, c Company) error {
	return s.Do(ctx, func(id uint64) wire.Request {
		return &wire.DeleteCompanyRequest{SessionID: id, UlCompanyID: c.ID, SCompanyID: nonNil(c.EntryID)}
	}, new(wire.DeleteCompanyResponse), nil)
}

// Company finds a company by its name.
func (s *Session) Company(ctx context.Context, name string) (c Company, err error) {
	var resp wire.ResolveCompanyResponse
	err = s.Do(ctx, func(id uint64) wire.Request {
		return &wire.ResolveCompanynameRequest{SessionID: id, Companyname: wire.Text(name)}
	}, &resp, func() error {
		c.ID, c.EntryID = resp.UlCompanyID, append([]byte{}, resp.SCompanyID...)
		return nil
	})
	if err != nil {
		return c, err
	}
	var got wire.GetCompanyResponse
	err = s.Do(ctx, func(id uint64) wire.Request {
		return &wire.GetCompanyRequest{SessionID: id, UlCompanyID: c.ID, SCompanyID: c.EntryID}
	}, &got, func() error {
		if got.Company == nil {
			return errIncomplete
		}
		c = companyOf(got.Company)
		return nil
	})
	return c, err
}

// Companies lists the companies that the session's user sees. The error carries NO_SUPPORT if the server has none.
func (s *Session) Companies(ctx context.Context) (list []Company, err error) {
	var resp wire.CompanyListResponse
	err = s.Do(ctx, func(id uint64) wire.Request { return &wire.GetCompanyListRequest{SessionID: id} }, &resp, func() error {
		list = companiesOf(resp.CompanyArray)
		return nil
	})
	return list, err
}

// UsersOf lists the users of a company.
func (s *Session) UsersOf(ctx context.Context, c Company) (list []User, err error) {
	var resp wire.UserListResponse
	err = s.Do(ctx, func(id uint64) wire.Request {
		return &wire.GetUserListRequest{SessionID: id, UlCompanyID: c.ID, SCompanyID: nonNil(c.EntryID)}
	}, &resp, func() error { list = usersOf(resp.UserArray); return nil })
	return list, err
}

// GroupsOfCompany lists the groups of a company.
func (s *Session) GroupsOfCompany(ctx context.Context, c Company) (list []Group, err error) {
	var resp wire.GroupListResponse
	err = s.Do(ctx, func(id uint64) wire.Request {
		return &wire.GetGroupListRequest{SessionID: id, UlCompanyID: c.ID, SCompanyID: nonNil(c.EntryID)}
	}, &resp, func() error { list = groupsOf(resp.GroupArray); return nil })
	return list, err
}

// AddViewer lets the users of another company see those of a company.
func (s *Session) AddViewer(ctx context.Context, c, viewer Company) error {
	return s.Do(ctx, func(id uint64) wire.Request {
		return &wire.AddCompanyToRemoteViewListRequest{
			SessionID: id, UlSetCompanyID: viewer.ID, SSetCompanyID: nonNil(viewer.EntryID), UlCompanyID: c.ID, SCompanyID: nonNil(c.EntryID),
		}
	}, new(wire.AddCompanyToRemoteViewListResponse), nil)
}

// DeleteViewer takes it back.
func (s *Session) DeleteViewer(ctx context.Context, c, viewer Company) error {
	return s.Do(ctx, func(id uint64) wire.Request {
		return &wire.DelCompanyFromRemoteViewListRequest{
			SessionID: id, UlSetCompanyID: viewer.ID, SSetCompanyID: nonNil(viewer.EntryID), UlCompanyID: c.ID, SCompanyID: nonNil(c.EntryID),
		}
	}, new(wire.DelCompanyFromRemoteViewListResponse), nil)
}

// Viewers lists the companies whose users see those of a company.
func (s *Session) Viewers(ctx context.Context, c Company) (list []Company, err error) {
	var resp wire.CompanyListResponse
	err = s.Do(ctx, func(id uint64) wire.Request {
		return &wire.GetRemoteViewListRequest{SessionID: id, UlCompanyID: c.ID, SCompanyID: nonNil(c.EntryID)}
	}, &resp, func() error { list = companiesOf(resp.CompanyArray); return nil })
	return list, err
}

// AddRemoteAdmin makes an administrator of another company administrator of a company too.
func (s *Session) AddRemoteAdmin(ctx context.Context, c Company, u User) error {
	return s.Do(ctx, func(id uint64) wire.Request {
		return &wire.AddUserToRemoteAdminListRequest{SessionID: id, UlUserID: u.ID, SUserID: nonNil(u.EntryID), UlCompanyID: c.ID, SCompanyID: nonNil(c.EntryID)}
	}, new(wire.AddUserToRemoteAdminListResponse), nil)
}

// DeleteRemoteAdmin takes it back.
func (s *Session) DeleteRemoteAdmin(ctx context.Context, c Company, u User) error {
	return s.Do(ctx, func(id uint64) wire.Request {
		return &wire.DelUserFromRemoteAdminListRequest{SessionID: id, UlUserID: u.ID, SUserID: nonNil(u.EntryID), UlCompanyID: c.ID, SCompanyID: nonNil(c.EntryID)}
	}, new(wire.DelUserFromRemoteAdminListResponse), nil)
}

// RemoteAdmins lists the administrators of other companies who administer a company too.
func (s *Session) RemoteAdmins(ctx context.Context, c Company) (list []User, err error) {
	var resp wire.UserListResponse
	err = s.Do(ctx, func(id uint64) wire.Request {
		return &wire.GetRemoteAdminListRequest{SessionID: id, UlCompanyID: c.ID, SCompanyID: nonNil(c.EntryID)}
	}, &resp, func() error { list = usersOf(resp.UserArray); return nil })
	return list, err
}

// CreatePublicStoreOf creates the store that the users of a company share, with its folders. The error carries COLLISION if
// there is one.
func (s *Session) CreatePublicStoreOf(ctx context.Context, c Company) (Store, error) {
	return s.createStore(ctx, mapi.StorePublic, c.ID, nonNil(c.EntryID), func(st Store) error {
		return s.fillPublicStore(ctx, st, Grant{UserID: c.ID, EntryID: c.EntryID})
	})
}
