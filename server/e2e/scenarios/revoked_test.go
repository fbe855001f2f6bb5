package scenarios_test

import (
	"slices"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// TestRevoked: what somebody opened and subscribed to before he lost a right is of no more use to him, however he had the right and
// whichever way it went.
func TestRevoked(t *testing.T) {
	for name, way := range map[string]func(t *testing.T, r *revocation) (revoke func()){
		"access list": func(t *testing.T, r *revocation) func() {
			grant := client.Grant{UserID: r.bob.user.ID, EntryID: r.bob.user.EntryID, Rights: mapi.RightReadAny | mapi.RightFolderVisible}
			wantCode(t, r.alice.session.Grant(t.Context(), r.folder, grant), mapi.OK)
			return func() { wantCode(t, r.alice.session.Revoke(t.Context(), r.folder, grant), mapi.OK) }
		},
		"access list of a folder above": func(t *testing.T, r *revocation) func() {
			grant := client.Grant{UserID: r.bob.user.ID, EntryID: r.bob.user.EntryID, Rights: mapi.RightReadAny | mapi.RightFolderVisible}
			wantCode(t, r.alice.session.Grant(t.Context(), r.parent, grant), mapi.OK)
			return func() { wantCode(t, r.alice.session.Revoke(t.Context(), r.parent, grant), mapi.OK) }
		},
		"group": func(t *testing.T, r *revocation) func() {
			wantCode(t, r.admin.CreateGroup(t.Context(), client.Group{Name: "staff", FullName: "staff", Email: "staff@example.com"}), mapi.OK)
			staff, err := r.admin.Group(t.Context(), "staff")
			wantCode(t, err, mapi.OK)
			wantCode(t, r.admin.AddMember(t.Context(), staff, r.bob.user), mapi.OK)
			wantCode(t, r.alice.session.Grant(t.Context(), r.folder, client.Grant{
				UserID: staff.ID, EntryID: staff.EntryID, Rights: mapi.RightReadAny | mapi.RightFolderVisible,
			}), mapi.OK)
			return func() { wantCode(t, r.admin.DeleteMember(t.Context(), staff, r.bob.user), mapi.OK) }
		},
		"place of the folder": func(t *testing.T, r *revocation) func() {
			wantCode(t, r.alice.session.Grant(t.Context(), r.parent, client.Grant{
				UserID: r.bob.user.ID, EntryID: r.bob.user.EntryID, Rights: mapi.RightReadAny | mapi.RightFolderVisible,
			}), mapi.OK)
			return func() {
				wantCode(t, r.alice.session.Do(t.Context(), func(id uint64) wire.Request {
					return &wire.CopyFolderRequest{SessionID: id, EntryID: r.folder, DestFolderID: r.alice.RootID, Flags: mapi.CopyMove}
				}, new(wire.CopyFolderResponse), nil), mapi.OK)
			}
		},
		"administrator": func(t *testing.T, r *revocation) func() {
			boss := r.bob.user
			boss.AdminLevel = 2
			wantCode(t, r.admin.SetUser(t.Context(), boss), mapi.OK)
			r.boss = true
			return func() { wantCode(t, r.admin.SetUser(t.Context(), r.bob.user), mapi.OK) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEngines(t, func(t *testing.T, i *servertest.Instance) {
				r := newRevocation(t, i)
				revoke := way(t, r)
				r.open(t)
				r.change(t)
				if events := r.poll(t); len(events) != 3 { // of the two tables and the object
					t.Errorf("%d events before: %+v", len(events), events)
				}
				revoke()
				r.change(t)
				r.without(t)
			})
		})
	}
}

// revocation is what bob may see of alice's store until he may not.
type revocation struct {
	alice, bob     mailbox
	admin          *client.Session
	parent, folder mapi.EntryID // folder is in parent
	message        mapi.EntryID
	boss           bool        // bob is an administrator
	sync           client.Sync // of the folder's messages

	contents, hierarchy *client.Table
	rowless             map[string]*client.Table // that are to refuse
}

// Connection numbers of bob's subscriptions.
const (
	toContents = 1 + iota
	toHierarchy
	toFolder
	toMarks // in his own store
)

func newRevocation(t *testing.T, i *servertest.Instance) *revocation {
	t.Helper()
	r := &revocation{rowless: map[string]*client.Table{}}
	r.alice, r.admin = newMailbox(t, i, "alice", 0)
	r.bob, _ = newMailbox(t, i, "bob", 0)
	var err error
	r.parent, err = r.alice.session.CreateFolder(t.Context(), r.alice.RootID, client.NewFolder{Name: "Above"})
	wantCode(t, err, mapi.OK)
	r.folder, err = r.alice.session.CreateFolder(t.Context(), r.parent, client.NewFolder{Name: "Shared"})
	wantCode(t, err, mapi.OK)
	r.message, err = r.alice.session.CreateMessage(t.Context(), r.folder, r.note("first"))
	wantCode(t, err, mapi.OK)
	return r
}

func (r *revocation) note(subject string) *client.Message {
	return &client.Message{Props: mapi.Props{mapi.String(mapi.PrSubject, subject), mapi.String(mapi.PrMessageClass, "IPM.Note")}}
}

// open has bob open tables and subscribe.
func (r *revocation) open(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	table := func(q client.TableQuery) *client.Table {
		t.Helper()
		x, err := r.bob.session.OpenTable(ctx, q)
		wantCode(t, err, mapi.OK)
		_, _, err = x.RowCount(ctx)
		wantCode(t, err, mapi.OK)
		return x
	}
	r.contents = table(client.TableQuery{Kind: mapi.TableMS, EntryID: r.folder, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{mapi.PrSubject}})
	r.hierarchy = table(client.TableQuery{Kind: mapi.TableMS, EntryID: r.parent, ObjectType: mapi.TypeFolder, Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{mapi.PrDisplayName}})
	wantCode(t, r.contents.Subscribe(ctx, toContents), mapi.OK)
	wantCode(t, r.hierarchy.Subscribe(ctx, toHierarchy), mapi.OK)
	wantCode(t, r.bob.session.Subscribe(ctx, toFolder, r.message, mapi.EventModified), mapi.OK)
	wantCode(t, r.bob.session.Subscribe(ctx, toMarks, r.bob.RootID, mapi.EventModified|mapi.EventIgnoreCounters), mapi.OK)
	folder, err := r.bob.session.LoadObject(ctx, r.folder)
	wantCode(t, err, mapi.OK)
	r.sync, err = r.bob.session.NewSync(ctx, folder.Props.Bytes(mapi.PrSourceKey), client.SyncContents)
	wantCode(t, err, mapi.OK)
	_, _, err = r.bob.session.Changes(ctx, r.sync, 0, nil)
	wantCode(t, err, mapi.OK)
	if r.boss {
		for name, q := range map[string]client.TableQuery{
			"system":   {Kind: mapi.TableStatsSystem, ObjectType: mapi.TypeStatus},
			"sessions": {Kind: mapi.TableStatsSessions, ObjectType: mapi.TypeStatus},
			"users":    {Kind: mapi.TableStatsUsers, ObjectType: mapi.TypeStatus},
			"queue":    {Kind: mapi.TableSpooler, EntryID: r.alice.EntryID},
			"spooler":  {Kind: mapi.TableSpooler},
		} {
			r.rowless[name] = table(q)
		}
	}
}

// change has alice change the message, and with it the counters of its folder.
func (r *revocation) change(t *testing.T) {
	t.Helper()
	wantCode(t, r.alice.session.SetProps(t.Context(), r.message, mapi.String(mapi.PrSubject, "changed")), mapi.OK)
	wantCode(t, r.alice.session.SetProps(t.Context(), r.folder, mapi.String(mapi.PrComment, "changed")), mapi.OK)
}

// poll is what bob's subscriptions have heard, without his own mark.
func (r *revocation) poll(t *testing.T) []client.Event {
	t.Helper()
	wantCode(t, r.bob.session.SetProps(t.Context(), r.bob.RootID, mapi.String(mapi.PrComment, "mark")), mapi.OK)
	events, err := r.bob.session.Poll(t.Context()) // of all that was done before
	wantCode(t, err, mapi.OK)
	if !slices.ContainsFunc(events, func(e client.Event) bool { return e.Connection == toMarks }) {
		t.Error("the mark was not heard of")
	}
	return slices.DeleteFunc(events, func(e client.Event) bool { return e.Connection == toMarks })
}

// without checks that bob gets nothing of what he had.
func (r *revocation) without(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	for _, e := range r.poll(t) {
		if e.TableEvent != mapi.TableChanged || e.Row != nil || e.Index != nil {
			t.Errorf("told after the right was gone: %+v", e)
		}
	}
	for name, x := range map[string]*client.Table{"messages": r.contents, "folders": r.hierarchy} {
		_, err := x.Seek(ctx, client.BookmarkBeginning, 0)
		wantCode(t, err, mapi.OK)
		rows, err := x.Rows(ctx, 10)
		if mapi.CodeOf(err) != mapi.OK || len(rows) != 0 {
			t.Errorf("%d %s are still there: %v", len(rows), name, err)
		}
	}
	_, _, err := r.bob.session.Changes(ctx, r.sync, 0, nil)
	wantCode(t, err, mapi.NoAccess)
	for name, x := range r.rowless {
		if _, err := x.Rows(ctx, 10); mapi.CodeOf(err) != mapi.NoAccess {
			t.Errorf("the table %s: %v", name, err)
		}
	}
}
