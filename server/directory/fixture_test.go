package directory_test

import (
	"testing"

	"zarafa/mapi"
	"zarafa/server/internal/servicetest"
	"zarafa/server/session"
	"zarafa/wire"
)

// bench is the directory with short ways to make objects, called by the built-in administrator unless a name says otherwise.
type bench struct {
	*servicetest.Bench
	system *session.Call
}

func newBench(t *testing.T) *bench {
	b := servicetest.New(t)
	return &bench{Bench: b, system: b.As(mapi.UserSystem)}
}

// user makes a user of a class and returns his number.
func (b *bench) user(name string, class mapi.ObjectClass) uint32 {
	b.Helper()
	return b.userWith(wire.User{Username: wire.Text(name), ObjClass: uint32(class)})
}

// userWith fills in full name and address.
func (b *bench) userWith(u wire.User) uint32 {
	b.Helper()
	name := u.Username.String
	if !u.FullName.Valid {
		u.FullName = wire.Text(name + " Example")
	}
	if !u.MailAddress.Valid {
		u.MailAddress = wire.Text(name + "@example.com")
	}
	var resp wire.CreateUserResponse
	b.OK(b.Users.CreateUser(b.system, &wire.CreateUserRequest{User: &u}, &resp))
	return resp.UlUserID
}

func (b *bench) group(name string) uint32 {
	b.Helper()
	var resp wire.CreateGroupResponse
	b.OK(b.Users.CreateGroup(b.system, &wire.CreateGroupRequest{Group: &wire.Group{Groupname: wire.Text(name), Fullname: wire.Text(name)}}, &resp))
	return resp.UlGroupID
}

func (b *bench) addMember(group, user uint32) {
	b.Helper()
	b.OK(b.Users.AddGroupUser(b.system, &wire.AddGroupUserRequest{UlGroupID: group, UlUserID: user}, nil))
}

func (b *bench) get(user uint32) wire.User {
	b.Helper()
	var resp wire.GetUserResponse
	b.OK(b.Users.GetUser(b.system, &wire.GetUserRequest{UlUserID: user}, &resp))
	return *resp.User
}

// entryID is the object's address-book entry id.
func (b *bench) entryID(id uint32) []byte {
	b.Helper()
	o, err := b.Users.ByID(b.Context(), id)
	b.OK(err)
	return b.Users.EntryID(o, mapi.CapMultiServer)
}

// abProps reads an object's address-book properties as a user.
func (b *bench) abProps(caller, id uint32) mapi.Props {
	b.Helper()
	var resp wire.ReadPropsResponse
	b.OK(b.Users.ReadABProps(b.As(caller), &wire.ReadABPropsRequest{EntryID: b.entryID(id)}, &resp))
	if len(resp.PropVal) < len(resp.PropTag) {
		b.Fatalf("%d tags, %d values", len(resp.PropTag), len(resp.PropVal))
	}
	return resp.PropVal
}
