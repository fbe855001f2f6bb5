package scenarios_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/servertest"
)

// folderNames lists the folders that a session sees below another one.
func folderNames(t *testing.T, s *client.Session, parent mapi.EntryID) []string {
	t.Helper()
	list, err := s.Folders(t.Context(), parent, false)
	wantCode(t, err, mapi.OK)
	names := []string{}
	for _, f := range list {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}

// TestDelegate follows the rights of one user in the store of another from nothing to everything.
func TestDelegate(t *testing.T) { onEngines(t, testDelegate) }

func testDelegate(t *testing.T, i *servertest.Instance) {
	ctx := t.Context()
	alice, admin := newMailbox(t, i, "alice", 0)
	bob, _ := newMailbox(t, i, "bob", 0)
	create := func(parent mapi.EntryID, name string) mapi.EntryID {
		id, err := alice.session.CreateFolder(ctx, parent, client.NewFolder{Name: name})
		wantCode(t, err, mapi.OK)
		return id
	}
	top := create(alice.RootID, "Shared")
	sub := create(top, "Sub")
	secret := create(top, "Secret")
	note := &client.Message{Props: mapi.Props{mapi.String(mapi.PrSubject, "x"), mapi.String(mapi.PrMessageClass, "IPM.Note")}}
	message, err := alice.session.CreateMessage(ctx, top, note)
	wantCode(t, err, mapi.OK)
	inner, err := alice.session.CreateMessage(ctx, sub, note)
	wantCode(t, err, mapi.OK)

	made := 0
	try := map[string]func() error{
		"open the store": func() error { _, err := bob.session.LoadObject(ctx, alice.EntryID); return err },
		"open":           func() error { _, err := bob.session.LoadObject(ctx, top); return err },
		"read":           func() error { _, err := bob.session.LoadObject(ctx, message); return err },
		"read below":     func() error { _, err := bob.session.LoadObject(ctx, inner); return err },
		"list": func() error { // a table can always be opened; it is empty
			rows := 0
			err := bob.session.EachRow(ctx, client.TableQuery{Kind: mapi.TableMS, EntryID: top, ObjectType: mapi.TypeMessage,
				Columns: []mapi.PropTag{mapi.PrSubject}}, func(mapi.Props) error { rows++; return nil })
			if err == nil && rows == 0 {
				err = mapi.NoAccess
			}
			return err
		},
		"mark as read": func() error { return bob.session.SetRead(ctx, true, message) },
		"change":       func() error { return bob.session.SetProps(ctx, message, mapi.String(mapi.PrSubject, "y")) },
		"create":       func() error { _, err := bob.session.CreateMessage(ctx, top, note); return err },
		"make a folder": func() error {
			made++
			_, err := bob.session.CreateFolder(ctx, top, client.NewFolder{Name: fmt.Sprint("By Bob ", made)})
			return err
		},
		"rename":         func() error { return bob.session.SetProps(ctx, top, mapi.String(mapi.PrComment, "z")) },
		"grant":          func() error { return bob.session.Grant(ctx, top) },
		"see the secret": func() error { _, err := bob.session.LoadObject(ctx, secret); return err },
		"submit":         func() error { return bob.session.SubmitMessage(ctx, message, nil, time.Time{}) },
	}
	check := func(role string, allowed ...string) {
		t.Helper()
		for name, f := range try {
			want := mapi.NoAccess
			if slices.Contains(allowed, name) {
				want = mapi.OK
			}
			if got := mapi.CodeOf(f()); got != want {
				t.Errorf("%s: %s: %v, want %v", role, name, got, want)
			}
		}
	}
	grant := func(id mapi.EntryID, who client.Grant, rights mapi.Rights) {
		t.Helper()
		who.Rights = rights
		wantCode(t, alice.session.Grant(ctx, id, who), mapi.OK)
	}
	me := client.Grant{UserID: bob.user.ID, EntryID: bob.user.EntryID}
	check("stranger", "open the store")
	if got := folderNames(t, bob.session, alice.RootID); slices.Contains(got, "Shared") {
		t.Errorf("a stranger sees %q", got)
	}
	grant(secret, me, 0)
	grant(top, me, mapi.RightFolderVisible)
	check("visible", "open the store", "open")
	if got := folderNames(t, bob.session, top); !slices.Equal(got, []string{"Sub"}) {
		t.Errorf("bob sees %q", got)
	}
	grant(top, me, 0x401)
	check("reviewer", "open the store", "open", "read", "read below", "list", "mark as read")
	grant(top, me, 0x463)
	check("editor", "open the store", "open", "read", "read below", "list", "mark as read", "change", "create")
	grant(top, me, 0x5FB)
	check("owner", "open the store", "open", "read", "read below", "list", "mark as read", "change", "create", "make a folder", "rename", "grant")
	grant(sub, me, mapi.RightFolderVisible) // the nearest level decides alone
	check("owner above", "open the store", "open", "read", "list", "mark as read", "change", "create", "make a folder", "rename", "grant")
	wantCode(t, alice.session.Revoke(ctx, top, me), mapi.OK)
	wantCode(t, alice.session.Revoke(ctx, sub, me), mapi.OK)
	check("revoked", "open the store")

	// Rights of a group hold for its members from the moment they join.
	wantCode(t, admin.CreateGroup(ctx, client.Group{Name: "staff", FullName: "staff"}), mapi.OK)
	staff, err := admin.Group(ctx, "staff")
	wantCode(t, err, mapi.OK)
	grant(top, client.Grant{UserID: staff.ID, EntryID: staff.EntryID}, 0x401)
	check("no member", "open the store")
	wantCode(t, admin.AddMember(ctx, staff, bob.user), mapi.OK)
	check("member", "open the store", "open", "read", "read below", "list", "mark as read")
	wantCode(t, admin.DeleteMember(ctx, staff, bob.user), mapi.OK)
	check("former member", "open the store")
	grant(top, client.Everyone(), 0x401)
	check("everyone", "open the store", "open", "read", "read below", "list", "mark as read")
}
