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
