package tables_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/mapi/collation"
	"zarafa/server/change"
	"zarafa/server/directory"
	"zarafa/server/feed"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/server/tables"
	"zarafa/storage"
	"zarafa/storage/sqlite"
	"zarafa/wire"
)

// userDirectory makes a directory of users; the other methods are not called.
type userDirectory struct {
	directory.Directory
	users
}

func (u userDirectory) ByID(ctx context.Context, id uint32) (*directory.Object, error) {
	return u.users.ByID(ctx, id)
}

func (u userDirectory) IsAdminOver(ctx context.Context, caller, target uint32) (bool, error) {
	return u.users.IsAdminOver(ctx, caller, target)
}

func (u userDirectory) List(ctx context.Context, caller uint32, kind mapi.ObjectClass) ([]*directory.Object, error) {
	return u.users.List(ctx, caller, kind)
}

func (userDirectory) Version() uint64 { return 1 }

func (u userDirectory) Hosted() bool { return u.users.Hosted() }

func (u userDirectory) Reaches(ctx context.Context, caller, target uint32) bool {
	return u.users.Reaches(ctx, caller, target)
}

func (u userDirectory) EntryID(o *directory.Object, caps uint32) []byte {
	return u.users.EntryID(o, caps)
}

// database is an engine on a real database, with the tree and the rights of the server.
type database struct {
	t     *testing.T
	store storage.Store
	svc   *tables.Service
	bus   feed.Bus
	call  *session.Call
	guid  mapi.GUID
	inbox storage.Ref
	root  storage.Ref
}

func newDatabase(t *testing.T) *database {
	t.Helper()
	ctx := context.Background()
	store, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "test.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	locales, err := collation.NewLocales("en_US")
	if err != nil {
		t.Fatal(err)
	}
	d := &database{t: t, store: store, guid: mapi.NewGUID()}
	tree := change.NewTree(store)
	checker := rights.NewChecker(rights.Config{OwnerAutoFullAccess: true}, tree, userDirectory{}, store)
	d.svc = tables.New(tables.Parts{
		Store: store, Views: cache.NewViews(1 << 24), Cells: cache.NewCells(1 << 24), Locales: locales, Tree: tree,
		Rights: tables.CheckedRights{Checker: checker}, Directory: users{}, AddressBook: users{}, Log: slog.New(slog.DiscardHandler),
	}, tables.Settings{})
	d.bus.Add(tree)
	d.bus.Add(checker)
	d.bus.Add(d.svc)
	sessions := session.NewManager(session.Limits{Timeout: time.Hour}, time.Now)
	sess, err := sessions.Create(alice, 1, mapi.CapUnicode, session.Client{})
	if err != nil {
		t.Fatal(err)
	}
	d.call = &session.Call{Context: ctx, Session: sess}
	box := d.insert(storage.Ref{}, mapi.TypeStore, 0)
	d.root = d.insert(box, mapi.TypeFolder, mapi.FolderRoot)
	d.inbox = d.insert(d.root, mapi.TypeFolder, mapi.FolderGeneric, mapi.String(mapi.PrDisplayName, "Inbox"))
	err = store.Update(ctx, box.ID, func(ctx context.Context, tx storage.Tx) error {
		return tx.PutMailbox(ctx, storage.Mailbox{ID: box.ID, Root: d.root.ID, GUID: d.guid, UserID: alice})
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// insert adds an object below another and publishes it.
func (d *database) insert(parent storage.Ref, objType mapi.ObjectType, flags uint32, props ...mapi.PropValue) (ref storage.Ref) {
	d.t.Helper()
	err := d.store.Update(context.Background(), parent.Store, func(ctx context.Context, tx storage.Tx) error {
		id, err := tx.NewObjectID(ctx)
		if err != nil {
			return err
		}
		key, err := tx.NewSourceKey(ctx)
		if err != nil {
			return err
		}
		ref = storage.Ref{ID: id, Store: parent.Store, Parent: parent.ID, Type: objType, Flags: flags, Owner: alice,
			EntryID: mapi.NewEntryID(d.guid, objType), SourceKey: key}
		if objType == mapi.TypeStore {
			ref.Store = id
		}
		if objType == mapi.TypeFolder && parent.Type == mapi.TypeFolder {
			if err := tx.AddCounters(ctx, ref.Store, parent.ID, storage.Counters{Subfolders: 1}); err != nil {
				return err
			}
		}
		return tx.Insert(ctx, &storage.Object{Ref: ref, Props: props})
	}, func() {
		d.bus.Publish(&feed.Batch{Store: ref.Store, Events: []feed.Event{{Kind: feed.Created, Object: ref, ParentEntryID: parent.EntryID}}})
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return ref
}

// page opens a table of a folder and reads the first rows.
func (d *database) page(folder storage.Ref, objType mapi.ObjectType, count uint32, columns []mapi.PropTag, order ...mapi.SortOrder) string {
	d.t.Helper()
	var resp wire.TableMultiResponse
	req := wire.TableMultiRequest{Request: wire.TableMultiParams{
		Open:       &wire.TableOpenParams{EntryID: folder.EntryID, TableType: mapi.TableMS, Type: uint32(objType), Flags: mapi.OpenUnicode},
		SetColumns: columns, Sort: &wire.TableSortParams{SortOrder: order}, QueryRows: &wire.TableQueryRowsParams{Count: count},
	}}
	if err := d.svc.TableMulti(d.call, &req, &resp); err != nil {
		d.t.Fatal(err)
	}
	x := tab{world: &world{t: d.t}}
	return text(x.decode(resp.RowSet))
}

func TestOnSQLite(t *testing.T) {
	d := newDatabase(t)
	const n = 300
	for i := range n {
		d.insert(d.inbox, mapi.TypeMessage, 0, mapi.String(mapi.PrSubject, fmt.Sprintf("subject %03d", i*7%n)), mapi.Long(mapi.PrMessageFlags, uint32(i%2)))
	}
	d.insert(d.inbox, mapi.TypeFolder, mapi.FolderGeneric, mapi.String(mapi.PrDisplayName, "Projects"))
	columns := []mapi.PropTag{mapi.PrSubject, mapi.PrContentUnread, mapi.PrAccess, mapi.PrParentDisplay}
	f := func(what string, want uint64, f func() string, rows string) {
		t.Helper()
		before := d.store.Statements()
		if got := f(); got != rows {
			t.Errorf("%s: got %q, want %q", what, got, rows)
		}
		if got := d.store.Statements() - before; got != want {
			t.Errorf("%s costs %d statements, want %d", what, got, want)
		}
	}
	first := func() string { return d.page(d.inbox, mapi.TypeMessage, 2, columns, asc(mapi.PrSubject)) }
	const rows = "subject 000:1:7:Inbox subject 001:0:7:Inbox"
	f("cold", 4, first, rows) // the store's record, the list of mailboxes, the folder's rows, the folder's name
	f("warm", 0, first, rows)
	f("another order", 0, func() string {
		return d.page(d.inbox, mapi.TypeMessage, 2, columns, desc(mapi.PrMessageFlags), desc(mapi.PrSubject))
	}, "subject 299:0:7:Inbox subject 297:0:7:Inbox")
	subfolders := func() string {
		return d.page(d.root, mapi.TypeFolder, 5, []mapi.PropTag{mapi.PrDisplayName, mapi.PrSubfolders, mapi.PrRights})
	}
	f("folders, cold", 1, subfolders, "Inbox:1:1531")
	f("folders, warm", 0, subfolders, "Inbox:1:1531")
	d.insert(d.inbox, mapi.TypeMessage, 0, mapi.String(mapi.PrSubject, "a new one"))
	f("after a delivery", 0, first, "a new one:1:7:Inbox subject 000:1:7:Inbox")
}
