package directory_test

import (
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
)

// unchanged is what a number has in setUser when it is to stay.
const unchanged = 0xFFFFFFFF

func TestCreateUserNeeds(t *testing.T) {
	b := newBench(t)
	text, absent := wire.Text, wire.NullString{}
	for _, tt := range []struct {
		name string
		user *wire.User
		want mapi.Code
	}{
		{"nothing", nil, mapi.InvalidParameter},
		{"no name", &wire.User{FullName: text("x"), MailAddress: text("x"), Password: text("x")}, mapi.InvalidParameter},
		{"no full name", &wire.User{Username: text("a"), MailAddress: text("x"), Password: text("x")}, mapi.InvalidParameter},
		{"no address", &wire.User{Username: text("a"), FullName: text("x"), Password: text("x")}, mapi.InvalidParameter},
		{"neither password nor class", &wire.User{Username: text("a"), FullName: text("x"), MailAddress: text("x"), Password: absent}, mapi.InvalidParameter},
		{"a class of groups", &wire.User{Username: text("a"), FullName: text("x"), MailAddress: text("x"), ObjClass: uint32(mapi.ClassGroup)}, mapi.InvalidType},
		{"empty address", &wire.User{Username: text("a"), FullName: text(""), MailAddress: text(""), Password: text("x")}, mapi.OK},
		{"the same name", &wire.User{Username: text("A"), FullName: text("x"), MailAddress: text("x"), Password: text("x")}, mapi.Collision},
		{"the name of a built-in user", &wire.User{Username: text("system"), FullName: text("x"), MailAddress: text("x"), Password: text("x")}, mapi.Collision},
		{"a class instead of a password", &wire.User{Username: text("room"), FullName: text("x"), MailAddress: text("x"), ObjClass: uint32(mapi.ClassRoom)}, mapi.OK},
		{"a contact with a taken name", &wire.User{Username: text("room"), FullName: text("x"), MailAddress: text("x"), ObjClass: uint32(mapi.ClassContact)}, mapi.Collision},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var resp wire.CreateUserResponse
			err := b.Users.CreateUser(b.system, &wire.CreateUserRequest{User: tt.user}, &resp)
			if mapi.CodeOf(err) != tt.want || (err == nil) != (resp.UlUserID > 2 && len(resp.SUserID) > 0) {
				t.Errorf("%v, user %d; want %v", err, resp.UlUserID, tt.want)
			}
		})
	}
	b.Fails(b.Users.CreateUser(b.As(b.user("bob", mapi.ClassActiveUser)), &wire.CreateUserRequest{}, &wire.CreateUserResponse{}), mapi.NoAccess)
	b.group("a") // the names of groups are their own
}

func TestSetUser(t *testing.T) {
	b := newBench(t)
	alice, bob := b.user("alice", mapi.ClassActiveUser), b.user("bob", mapi.ClassActiveUser)
	set := func(caller uint32, u wire.User) error {
		return b.Users.SetUser(b.As(caller), &wire.SetUserRequest{User: &u}, nil)
	}
	keep := wire.User{UlUserID: alice, IsAdmin: unchanged, IsABHidden: unchanged, Capacity: unchanged, ObjClass: unchanged}
	before := b.get(alice)
	b.OK(set(mapi.UserSystem, keep))
	if got := b.get(alice); got.FullName != before.FullName || got.MailAddress != before.MailAddress || got.IsAdmin != 0 || got.ObjClass != before.ObjClass {
		t.Errorf("unchanged: %+v", got)
	}
	full := keep
	full.Username, full.FullName, full.IsABHidden, full.IsAdmin = wire.Text("alison"), wire.Text("Alison"), 1, 1
	b.OK(set(mapi.UserSystem, full))
	if got := b.get(alice); got.Username.String != "alison" || got.FullName.String != "Alison" || got.IsABHidden != 1 || got.IsAdmin != 1 {
		t.Errorf("changed: %+v", got)
	}
	taken := keep
	taken.Username = wire.Text("Bob")
	b.Fails(set(mapi.UserSystem, taken), mapi.Collision)
	b.Fails(set(bob, keep), mapi.NoAccess)
	own := keep
	own.UlUserID, own.FullName, own.IsAdmin, own.ObjClass, own.Password = bob, wire.Text("King"), 2, uint32(mapi.ClassGroup), wire.Text("new")
	b.OK(set(bob, own)) // all but the password is dropped
	if got := b.get(bob); got.FullName.String != "bob Example" || got.IsAdmin != 0 || got.ObjClass != uint32(mapi.ClassActiveUser) {
		t.Errorf("a user made himself %+v", got)
	}
	if _, err := b.Users.Authenticate(b.Context(), "BOB", "new"); err != nil {
		t.Error("the new password:", err)
	}
	var ended []uint32
	b.Users.OnAccountGone(func(user uint32, _ *session.Session) { ended = append(ended, user) })
	same := wire.User{UlUserID: bob, Password: wire.Text("new")}
	b.OK(set(mapi.UserSystem, same)) // he keeps it, and his sessions
	same.Password = wire.Text("newer")
	b.OK(set(mapi.UserSystem, same))
	if !slices.Equal(ended, []uint32{bob}) {
		t.Errorf("sessions ended of %v", ended)
	}
	b.Fails(set(mapi.UserSystem, wire.User{UlUserID: mapi.UserSystem, FullName: wire.Text("x")}), mapi.NoAccess)
	b.Fails(set(mapi.UserSystem, wire.User{UlUserID: 77}), mapi.NotFound)
}

// TestClassesOfUsers: only active users log on, and a user who becomes a contact, or the reverse, is somebody else.
func TestClassesOfUsers(t *testing.T) {
	b := newBench(t)
	ctx := t.Context()
	id := b.userWith(wire.User{Username: wire.Text("alice"), Password: wire.Text("secret")})
	var ended []uint32
	b.Users.OnAccountGone(func(user uint32, _ *session.Session) { ended = append(ended, user) })
	for _, class := range []mapi.ObjectClass{mapi.ClassNonActiveUser, mapi.ClassRoom, mapi.ClassEquipment, mapi.ClassActiveUser} {
		b.OK(b.Users.SetUser(b.system, &wire.SetUserRequest{User: &wire.User{UlUserID: id, ObjClass: uint32(class)}}, nil))
		if got := b.get(id); got.ObjClass != uint32(class) {
			t.Fatalf("class %#x, want %#x", got.ObjClass, class)
		}
		if _, err := b.Users.Authenticate(ctx, "alice", "secret"); (err == nil) != (class == mapi.ClassActiveUser) {
			t.Errorf("log-on as class %#x: %v", class, err)
		}
	}
	if !slices.Equal(ended, []uint32{id, id, id}) {
		t.Errorf("sessions ended of %v", ended)
	}
	b.OK(b.Users.SetUser(b.system, &wire.SetUserRequest{User: &wire.User{UlUserID: id, ObjClass: uint32(mapi.ClassContact)}}, nil))
	b.Fails(b.Users.GetUser(b.system, &wire.GetUserRequest{UlUserID: id}, &wire.GetUserResponse{}), mapi.NotFound)
	contact, err := b.Users.ByName(ctx, "alice", mapi.ClassContact)
	b.OK(err)
	if contact.ID == id {
		t.Error("the contact has the user's number")
	}
	var list wire.UserListResponse
	b.OK(b.Users.GetUserList(b.system, &wire.GetUserListRequest{}, &list))
	if len(list.UserArray) != 1 {
		t.Errorf("a list of users has the contact: %+v", list.UserArray)
	}
	changes, err := b.Store.ABChanges(ctx, 0)
	b.OK(err)
	var kinds []uint32
	for _, c := range changes {
		kinds = append(kinds, c.Type)
	}
	// The rows of an item replace each other by kind; the contact's key differs by its number.
	if !slices.Contains(kinds, 0x4005) || kinds[len(kinds)-1] != 0x4001 {
		t.Errorf("changes %x", kinds)
	}
}

func TestHiddenUsers(t *testing.T) {
	b := newBench(t)
	bob := b.user("bob", mapi.ClassActiveUser)
	ghost := b.userWith(wire.User{Username: wire.Text("ghost"), IsABHidden: 1, ObjClass: uint32(mapi.ClassActiveUser)})
	names := func(caller uint32) (out []string) {
		var list wire.UserListResponse
		b.OK(b.Users.GetUserList(b.As(caller), &wire.GetUserListRequest{}, &list))
		for _, u := range list.UserArray {
			out = append(out, u.Username.String)
		}
		return out
	}
	if got := names(mapi.UserSystem); !slices.Equal(got, []string{"SYSTEM", "bob", "ghost"}) {
		t.Errorf("an administrator sees %v", got)
	}
	if got := names(bob); slices.Contains(got, "ghost") {
		t.Errorf("a user sees %v", got)
	}
	var resp wire.GetUserResponse
	b.OK(b.Users.GetUser(b.As(bob), &wire.GetUserRequest{UlUserID: ghost}, &resp))
	b.abProps(bob, ghost) // whoever has the entry id may open it
}

// TestPropertyMaps: binaries go only to clients that understand their text, strings are kept under the 8-bit type.
func TestPropertyMaps(t *testing.T) {
	b := newBench(t)
	const phone, photo, other = 0x3A08001F, 0x8C9E0102, 0x3A1B101E
	id := b.userWith(wire.User{
		Username: wire.Text("alice"), ObjClass: uint32(mapi.ClassActiveUser),
		Propmap:   []wire.PropmapPair{{PropID: phone, Value: wire.Text("123")}, {PropID: photo, Value: wire.Text("AQID")}},
		MVPropmap: []wire.PropmapMVPair{{PropID: other, Values: []string{"4", "5"}}},
	})
	tags := func(caps uint32) (out []uint32) {
		c := b.As(mapi.UserSystem)
		c.Session.Capabilities = caps
		var resp wire.GetUserResponse
		b.OK(b.Users.GetUser(c, &wire.GetUserRequest{UlUserID: id}, &resp))
		for _, p := range resp.User.Propmap {
			out = append(out, p.PropID)
		}
		for _, p := range resp.User.MVPropmap {
			out = append(out, p.PropID)
		}
		return out
	}
	if got, want := tags(0), []uint32{0x3A08001E, 0x67B3101E, 0x67B4101E, other}; !slices.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
	if got := tags(mapi.CapExtendedAnon); !slices.Contains(got, photo) {
		t.Errorf("%x has no photo", got)
	}
	props := b.abProps(id, id)
	if v, _ := props.Get(phone); v.Str() != "123" {
		t.Errorf("phone %v", v)
	}
	if v, _ := props.Get(photo); string(v.Data) != "\x01\x02\x03" {
		t.Errorf("photo %v", v)
	}
	if v, ok := props.Get(0x3A1B101F); !ok || len(v.More.Values) != 2 {
		t.Errorf("numbers %v", v)
	}
	b.OK(b.Users.SetUser(b.system, &wire.SetUserRequest{User: &wire.User{UlUserID: id,
		Propmap: []wire.PropmapPair{{PropID: 0x3A08001E, Value: wire.Text("")}}}}, nil))
	if got := tags(0); slices.Contains(got, 0x3A08001E) {
		t.Error("an empty value does not delete")
	}
}

func TestCompaniesAreNotSupported(t *testing.T) {
	b := newBench(t)
	for name, err := range map[string]error{
		"list":    b.Users.GetCompanyList(b.system, &wire.GetCompanyListRequest{}, &wire.CompanyListResponse{}),
		"resolve": b.Users.ResolveCompanyname(b.system, &wire.ResolveCompanynameRequest{Companyname: wire.Text("x")}, &wire.ResolveCompanyResponse{}),
		"create":  b.Users.CreateCompany(b.system, &wire.CreateCompanyRequest{}, &wire.CreateCompanyResponse{}),
		"admins":  b.Users.GetRemoteAdminList(b.system, &wire.GetRemoteAdminListRequest{}, &wire.UserListResponse{}),
	} {
		if mapi.CodeOf(err) != mapi.NoSupport {
			t.Errorf("%s: %v", name, err)
		}
	}
}
