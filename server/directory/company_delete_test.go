package directory_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// companyScript writes a program that notes what it is told.
func companyScript(t *testing.T, path string) string {
	t.Helper()
	text := "#!/bin/sh\necho \"$ZARAFA_COMPANY/$KOPANO_COMPANY/$ZARAFA_COMPANYID/$ZARAFA_STOREGUID/$ZARAFA_GROUPID/$ZARAFA_USER\" >>\"$0.out\"\n"
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDeleteCompany(t *testing.T) {
	w := newTwoCompanies(t)
	dir := t.TempDir()
	at := func(name string) string { return companyScript(t, filepath.Join(dir, name)) }
	scripts := directory.Scripts{
		CreateCompany: at("cc"), DeleteCompany: at("dc"), CreateUser: at("cu"), DeleteUser: at("du"), DeleteGroup: at("dg"),
	}
	w.Users.Reconfigure(directory.Settings{Hosted: true, LoginNameFormat: "%u@%c", Scripts: scripts})
	box := w.NewMailbox("carol@acme")
	w.company("third")
	var ended []uint32
	w.Users.OnAccountGone(func(user uint32, _ *session.Session) { ended = append(ended, user) })
	del := func(caller, id uint32) error {
		return w.Users.DeleteCompany(w.As(caller), &wire.DeleteCompanyRequest{UlCompanyID: id}, nil)
	}
	w.Fails(del(w.boss, w.acme), mapi.NoAccess)
	w.Fails(del(mapi.UserSystem, w.alice), mapi.NotFound)
	w.letView(w.acme, w.globex)
	w.OK(del(mapi.UserSystem, w.acme))
	if want := []uint32{w.boss, w.alice, w.root, box.User}; !slices.Equal(ended, want) {
		t.Errorf("sessions ended of %v, want %v", ended, want)
	}
	for path, want := range map[string]string{
		scripts.CreateCompany: "third/third////\n", scripts.DeleteCompany: "//3///\n", scripts.CreateUser: "/////carol@acme\n",
		scripts.DeleteUser: "///" + strings.ToUpper(box.Store.StoreGUID().String()) + "//\n", scripts.DeleteGroup: "////10/\n",
	} {
		if got := noted(t, path); got != want {
			t.Errorf("%s: %q, want %q", filepath.Base(path), got, want)
		}
	}
	if got := w.companiesSeen(w.bob); !slices.Equal(got, []string{"globex"}) {
		t.Errorf("companies left: %q", got)
	}
	w.Fails(w.Users.GetUser(w.system, &wire.GetUserRequest{UlUserID: w.alice}, &wire.GetUserResponse{}), mapi.NotFound)
	// The store is there still, and is for administrators of the system.
	boxes, err := w.Store.Mailboxes(t.Context(), storage.MailboxQuery{UserID: &box.User})
	if err != nil || len(boxes) != 1 {
		t.Fatalf("stores %v %v", boxes, err)
	}
	guid := boxes[0].GUID
	remove := func(caller uint32) error {
		return w.Objects.RemoveStore(w.As(caller), &wire.RemoveStoreRequest{StoreGUID: guid[:]}, nil)
	}
	w.Fails(remove(w.chief), mapi.NoAccess)
	w.OK(remove(mapi.UserSystem))
	// Everything is as it was after a restart too: a new company may have the name.
	w.OK(w.Users.SyncUsers(w.system, &wire.SyncUsersRequest{}, nil))
	w.company("acme")
	w.level("alice@acme", 0)
}

// TestJoiningACompany: users and groups from before there were companies see nobody in one, and are given one by a new name.
func TestJoiningACompany(t *testing.T) {
	b := newBench(t)
	john := b.userWith(wire.User{Username: wire.Text("john"), Password: wire.Text("secret"), IsAdmin: 1, ObjClass: uint32(mapi.ClassActiveUser)})
	staff := b.group("staff")
	b.addMember(staff, john)
	users, err := directory.New(t.Context(), b.Store, directory.Settings{Hosted: true, LoginNameFormat: "%u@%c"}, slog.New(slog.DiscardHandler), func() time.Time { return b.Now })
	b.OK(err)
	b.Users = users
	w := &twoCompanies{bench: b, acme: b.company("acme")}
	w.alice = b.level("alice@acme", 0)
	if got := w.usersSeen(john, 0); !slices.Equal(got, []string{"SYSTEM", "john"}) {
		t.Errorf("john sees %q", got)
	}
	rename := func(caller uint32, name string) error {
		return users.SetUser(b.As(caller), &wire.SetUserRequest{User: &wire.User{UlUserID: john, Username: wire.Text(name), IsAdmin: unchanged}}, nil)
	}
	b.Fails(users.SetUser(b.As(john), &wire.SetUserRequest{User: &wire.User{UlUserID: w.alice, FullName: wire.Text("x")}}, nil), mapi.NotFound)
	b.OK(rename(john, "john@acme")) // who administers nobody changes his password only
	b.Fails(rename(mapi.UserSystem, "alice@acme"), mapi.Collision)
	if o, err := users.Authenticate(t.Context(), "john", "secret"); err != nil || o.ID != john || o.Company != 0 {
		t.Fatalf("before he joins: %+v %v", o, err)
	}
	b.OK(rename(mapi.UserSystem, "john@acme"))
	b.OK(users.SetGroup(b.system, &wire.SetGroupRequest{Group: &wire.Group{UlGroupID: staff, Groupname: wire.Text("staff@acme")}}, nil))
	if o, err := users.Authenticate(t.Context(), "john@acme", "secret"); err != nil || o.ID != john || o.Company != w.acme {
		t.Errorf("log-on after he joined: %+v %v", o, err)
	}
	if got := w.usersSeen(john, 0); !slices.Equal(got, []string{"SYSTEM", "john@acme", "alice@acme"}) {
		t.Errorf("john sees %q", got)
	}
	if got := b.members(staff); !slices.Equal(got, []uint32{john}) {
		t.Errorf("members of staff: %v", got)
	}
	b.OK(users.SetUser(b.As(john), &wire.SetUserRequest{User: &wire.User{UlUserID: w.alice, FullName: wire.Text("Alice")}}, nil))
	b.OK(users.SyncUsers(b.system, &wire.SyncUsersRequest{}, nil))
	if got := b.get(john).Username.String; got != "john@acme" {
		t.Errorf("read again: %q", got)
	}
}

// TestCompaniesAreLeftAlone: what hosted servers wrote does not show where there are no companies, and comes back.
func TestCompaniesAreLeftAlone(t *testing.T) {
	w := newTwoCompanies(t)
	log := slog.New(slog.DiscardHandler)
	open := func(settings directory.Settings) *directory.Service {
		t.Helper()
		users, err := directory.New(t.Context(), w.Store, settings, log, func() time.Time { return w.Now })
		w.OK(err)
		return users
	}
	plain := open(directory.Settings{})
	o, err := plain.ByID(t.Context(), w.alice)
	if err != nil || o.Name != "alice" || o.Company != 0 {
		t.Errorf("alice without companies: %+v %v", o, err)
	}
	if _, err := plain.ByID(t.Context(), w.acme); mapi.CodeOf(err) != mapi.NotFound {
		t.Errorf("acme without companies: %v", err)
	}
	o, err = open(directory.Settings{Hosted: true, LoginNameFormat: `%c\%u`}).ByID(t.Context(), w.alice)
	if err != nil || o.Name != `acme\alice` || o.Company != w.acme {
		t.Errorf("alice with other names: %+v %v", o, err)
	}
}
