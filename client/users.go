package client

import (
	"context"

	"zarafa/mapi"
	"zarafa/wire"
)

// User is a user as the server describes him. Empty strings mean "unchanged" in [Session.SetUser], AdminUnchanged
// likewise.
type User struct {
	ID         uint32
	EntryID    []byte // address-book entry id
	Name       string
	Password   string // only written
	Email      string
	FullName   string
	HomeServer string // name of the server, of several, that has the store
	AdminLevel uint32
	Hidden     bool
	Capacity   uint32
	Class      mapi.ObjectClass
	Props      map[mapi.PropTag]string
	Multi      map[mapi.PropTag][]string
}

// AdminUnchanged leaves the administrator level of a user as it is.
const AdminUnchanged = 0xFFFFFFFF

func userOf(u *wire.User) User {
	out := User{
		ID: u.UlUserID, EntryID: append([]byte{}, u.SUserID...), Name: copyText(u.Username), Email: copyText(u.MailAddress),
		FullName: copyText(u.FullName), HomeServer: copyText(u.Servername), AdminLevel: u.IsAdmin, Hidden: u.IsABHidden != 0,
		Capacity: u.Capacity, Class: mapi.ObjectClass(u.ObjClass),
	}
	out.Props, out.Multi = mapsOf(u.Propmap, u.MVPropmap)
	return out
}

func mapsOf(single []wire.PropmapPair, multi []wire.PropmapMVPair) (map[mapi.PropTag]string, map[mapi.PropTag][]string) {
	props, lists := make(map[mapi.PropTag]string, len(single)), make(map[mapi.PropTag][]string, len(multi))
	for _, p := range single {
		props[mapi.PropTag(p.PropID)] = copyText(p.Value)
	}
	for _, p := range multi {
		values := make([]string, len(p.Values))
		for i, v := range p.Values {
			values[i] = string([]byte(v))
		}
		lists[mapi.PropTag(p.PropID)] = values
	}
	return props, lists
}

// copyText copies a string out of a response.
func copyText(s wire.NullString) string { return string([]byte(s.String)) }

func (u *User) wire() *wire.User {
	out := &wire.User{
		UlUserID: u.ID, SUserID: nonNil(u.EntryID), Username: wire.Text(u.Name), Password: wire.Text(u.Password), MailAddress: wire.Text(u.Email),
		FullName: wire.Text(u.FullName), Servername: wire.Text(u.HomeServer), IsAdmin: u.AdminLevel, Capacity: u.Capacity, ObjClass: uint32(u.Class),
	}
	if u.Hidden {
		out.IsABHidden = 1
	}
	for tag, v := range u.Props {
		out.Propmap = append(out.Propmap, wire.PropmapPair{PropID: uint32(tag), Value: wire.Text(v)})
	}
	for tag, v := range u.Multi {
		out.MVPropmap = append(out.MVPropmap, wire.PropmapMVPair{PropID: uint32(tag), Values: v})
	}
	return out
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// CreateUser creates a user and returns his number and entry id.
func (s *Session) CreateUser(ctx context.Context, u User) (id uint32, entryID []byte, err error) {
	var resp wire.CreateUserResponse
	err = s.Do(ctx, func(id uint64) wire.Request { return &wire.CreateUserRequest{SessionID: id, User: u.wire()} }, &resp, func() error {
		id, entryID = resp.UlUserID, append([]byte{}, resp.SUserID...)
		return nil
	})
	return id, entryID, err
}

// SetUser changes a user; see [User] for what stays as it is.
func (s *Session) SetUser(ctx context.Context, u User) error {
	return s.Do(ctx, func(id uint64) wire.Request { return &wire.SetUserRequest{SessionID: id, User: u.wire()} }, new(wire.SetUserResponse), nil)
}

// DeleteUser deletes a user; his store stays, without an owner.
func (s *Session) DeleteUser(ctx context.Context, u User) error {
	return s.Do(ctx, func(id uint64) wire.Request {
		return &wire.DeleteUserRequest{SessionID: id, UlUserID: u.ID, SUserID: u.EntryID}
	}, new(wire.DeleteUserResponse), nil)
}

// User finds a user by login name.
func (s *Session) User(ctx context.Context, name string) (User, error) {
	var id uint32
	var entryID []byte
	var resp wire.ResolveUserResponse
	err := s.Do(ctx, func(id uint64) wire.Request {
		return &wire.ResolveUsernameRequest{SessionID: id, Username: wire.Text(name)}
	}, &resp, func() error {
		id, entryID = resp.UlUserID, append([]byte{}, resp.SUserID...)
		return nil
	})
	if err != nil {
		return User{}, err
	}
	return s.UserByID(ctx, id, entryID)
}

// CurrentUser is whose session this is.
func (s *Session) CurrentUser(ctx context.Context) (User, error) { return s.UserByID(ctx, 0, []byte{}) }

// UserByID reads a user.
func (s *Session) UserByID(ctx context.Context, number uint32, entryID []byte) (u User, err error) {
	var resp wire.GetUserResponse
	err = s.Do(ctx, func(id uint64) wire.Request {
		return &wire.GetUserRequest{SessionID: id, UlUserID: number, SUserID: nonNil(entryID)}
	}, &resp, func() error {
		if resp.User == nil {
			return errIncomplete
		}
		u = userOf(resp.User)
		return nil
	})
	return u, err
}

// Users lists all users that the session's user may see.
func (s *Session) Users(ctx context.Context) (list []User, err error) {
	var resp wire.UserListResponse
	err = s.Do(ctx, func(id uint64) wire.Request {
		return &wire.GetUserListRequest{SessionID: id, SCompanyID: []byte{}}
	}, &resp, func() error { list = usersOf(resp.UserArray); return nil })
	return list, err
}

func usersOf(array []wire.User) []User {
	list := make([]User, len(array))
	for i := range array {
		list[i] = userOf(&array[i])
	}
	return list
}

// SyncUsers has the server read its user directory again.
func (s *Session) SyncUsers(ctx context.Context) error {
	return s.Do(ctx, func(id uint64) wire.Request {
		return &wire.SyncUsersRequest{SessionID: id, SCompanyID: []byte{}}
	}, new(wire.SyncUsersResponse), nil)
}

// SendAs lists who may send as the object.
func (s *Session) SendAs(ctx context.Context, number uint32, entryID []byte) (list []User, err error) {
	var resp wire.UserListResponse
	err = s.Do(ctx, func(id uint64) wire.Request {
		return &wire.GetSendAsListRequest{SessionID: id, UlUserID: number, SUserID: entryID}
	}, &resp, func() error { list = usersOf(resp.UserArray); return nil })
	return list, err
}

// AddSendAs allows sender to send as the object.
func (s *Session) AddSendAs(ctx context.Context, number uint32, entryID []byte, sender User) error {
	return s.Do(ctx, func(id uint64) wire.Request {
		return &wire.AddSendAsUserRequest{SessionID: id, UlUserID: number, SUserID: entryID, UlSenderID: sender.ID, SSenderID: sender.EntryID}
	}, new(wire.AddSendAsUserResponse), nil)
}

// DeleteSendAs takes it back.
func (s *Session) DeleteSendAs(ctx context.Context, number uint32, entryID []byte, sender User) error {
	return s.Do(ctx, func(id uint64) wire.Request {
		return &wire.DelSendAsUserRequest{SessionID: id, UlUserID: number, SUserID: entryID, UlSenderID: sender.ID, SSenderID: sender.EntryID}
	}, new(wire.DelSendAsUserResponse), nil)
}

// Quota are limits in bytes, 0 = none.
type Quota struct {
	UseDefault       bool
	Warn, Soft, Hard int64
}

// Quota reads a user's own limits.
func (s *Session) Quota(ctx context.Context, u User) (q Quota, err error) {
	var resp wire.QuotaResponse
	err = s.Do(ctx, func(id uint64) wire.Request {
		return &wire.GetQuotaRequest{SessionID: id, UlUserID: u.ID, SUserID: u.EntryID}
	}, &resp, func() error {
		q = Quota{UseDefault: resp.Quota.UseDefaultQuota, Warn: resp.Quota.WarnSize, Soft: resp.Quota.SoftSize, Hard: resp.Quota.HardSize}
		return nil
	})
	return q, err
}

// SetQuota sets a user's limits.
func (s *Session) SetQuota(ctx context.Context, u User, q Quota) error {
	return s.Do(ctx, func(id uint64) wire.Request {
		return &wire.SetQuotaRequest{SessionID: id, UlUserID: u.ID, SUserID: u.EntryID, Quota: &wire.Quota{
			UseDefaultQuota: q.UseDefault, WarnSize: q.Warn, SoftSize: q.Soft, HardSize: q.Hard,
		}}
	}, new(wire.SetQuotaResponse), nil)
}

// StoreSize is the size of a user's store in bytes.
func (s *Session) StoreSize(ctx context.Context, u User) (size int64, err error) {
	var resp wire.QuotaStatus
	err = s.Do(ctx, func(id uint64) wire.Request {
		return &wire.GetQuotaStatusRequest{SessionID: id, UlUserID: u.ID, SUserID: u.EntryID}
	}, &resp, func() error { size = resp.StoreSize; return nil })
	return size, err
}
