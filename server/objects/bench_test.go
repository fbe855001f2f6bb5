package objects

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/directory"
	"zarafa/server/feed"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/storage/storagetest"
	"zarafa/wire"
)

// Users of these tests besides the built-in ones.
const (
	alice uint32 = 3
	bob   uint32 = 4
	root2 uint32 = 5
)

// testDir is a directory of fixed users.
type testDir struct {
	objects map[uint32]*directory.Object
	quota   directory.Quota
}

func newTestDir() *testDir {
	d := &testDir{objects: make(map[uint32]*directory.Object)}
	for _, o := range []*directory.Object{
		{ID: mapi.UserEveryone, Class: mapi.ClassSecurityGroup, Name: "Everyone", FullName: "Everyone"},
		{ID: mapi.UserSystem, Class: mapi.ClassActiveUser, Name: "SYSTEM", FullName: "SYSTEM", AdminLevel: 2},
		{ID: alice, Class: mapi.ClassActiveUser, Name: "alice", FullName: "Alice Example", ExternalID: []byte("alice-0123456789")},
		{ID: bob, Class: mapi.ClassActiveUser, Name: "bob", FullName: "Robert Example", ExternalID: []byte("bob---0123456789")},
		{ID: root2, Class: mapi.ClassActiveUser, Name: "root2", FullName: "Second Admin", AdminLevel: 2, ExternalID: []byte("root2-0123456789")},
	} {
		d.objects[o.ID] = o
	}
	return d
}

func (d *testDir) ByID(_ context.Context, id uint32) (*directory.Object, error) {
	if o := d.objects[id]; o != nil {
		return o, nil
	}
	return nil, mapi.NotFound
}

func (d *testDir) ByName(_ context.Context, name string, kind mapi.ObjectClass) (*directory.Object, error) {
	for _, o := range d.objects {
		if strings.EqualFold(o.Name, name) && o.Class.Kind() == kind.Kind() {
			return o, nil
		}
	}
	return nil, mapi.NotFound
}

func (d *testDir) Resolve(ctx context.Context, caller, id uint32, ab []byte) (*directory.Object, error) {
	if len(ab) > 0 {
		e, ok := mapi.ParseABEntryID(ab)
		if !ok {
			return nil, mapi.InvalidEntryID
		}
		id = e.ID
	} else if id == 0 {
		id = caller
	}
	return d.ByID(ctx, id)
}

func (d *testDir) List(context.Context, uint32, mapi.ObjectClass) ([]*directory.Object, error) {
	return nil, nil
}
func (d *testDir) GroupsOf(context.Context, uint32) ([]uint32, error) {
	return []uint32{mapi.UserEveryone}, nil
}
func (d *testDir) Named(ctx context.Context, _ uint32, name string, kind mapi.ObjectClass) (*directory.Object, error) {
	return d.ByName(ctx, name, kind)
}
func (*testDir) Version() uint64                                    { return 1 }
func (d *testDir) Hosted() bool                                     { return false }
func (d *testDir) Reaches(context.Context, uint32, uint32) bool     { return true }
func (d *testDir) ListsChange(context.Context, uint32, []byte) bool { return true }
func (d *testDir) GlobalAddressBook(context.Context, uint32) ([]*directory.Object, error) {
	return nil, nil
}
func (d *testDir) Members(context.Context, uint32) ([]*directory.Object, error) { return nil, nil }
func (d *testDir) IsAdminOver(ctx context.Context, caller, target uint32) (bool, error) {
	if _, err := d.ByID(ctx, target); err != nil {
		return false, err
	}
	o, err := d.ByID(ctx, caller)
	return err == nil && o.AdminLevel > 0, err
}
func (d *testDir) EffectiveQuota(context.Context, uint32) (directory.Quota, error) {
	return d.quota, nil
}
func (d *testDir) EntryID(o *directory.Object, _ uint32) []byte {
	a := mapi.ABEntryID{Type: o.Class.ABType(), ID: o.ID, ExternalID: o.ExternalID}
	if len(o.ExternalID) > 0 {
		a.Version = 1
	}
	return a.Encode()
}

// bench is a service over a seeded store, with a mailbox for alice and one for bob.
type bench struct {
	t     *testing.T
	store storage.Store
	// largest is the store too, and tells how many rows were read at a time.
	largest *storagetest.Largest
	svc     *Service
	plain   *Service // the same, but keeps no messages
	right   *rights.Service
	dir     *testDir
	subs    *subscriptions
	now     time.Time

	guid map[uint32]mapi.GUID
	root map[uint32]mapi.EntryID
	box  map[uint32]mapi.EntryID
	feed *recorder
	ids  uint64
}

// recorder keeps the batches of the feed.
type recorder struct{ batches []*feed.Batch }

func (r *recorder) Apply(b *feed.Batch) { r.batches = append(r.batches, b) }

// renewer does to the cell cache what the tables do.
type renewer struct{ cells *cache.Cells }

func (r renewer) Apply(b *feed.Batch) {
	r.cells.Invalidate(b.Written...)
	for i := range b.Events {
		switch e := &b.Events[i]; {
		case e.Object.Message != 0:
		case e.CountersOnly:
			r.cells.InvalidateCounts(e.Object.ID)
		default:
			r.cells.Invalidate(e.Object.ID)
		}
	}
}

// events lists the kinds of events since the last call, counters left out.
func (r *recorder) events() []feed.Kind {
	var kinds []feed.Kind
	for _, b := range r.batches {
		for _, e := range b.Events {
			if !e.CountersOnly {
				kinds = append(kinds, e.Kind)
			}
		}
	}
	r.batches = nil
	return kinds
}

type subscriptions struct{ n int }

func (s *subscriptions) Subscribe(*session.Call, *wire.NotifySubscribe) error { s.n++; return nil }

func newBench(t *testing.T) *bench {
	t.Helper()
	largest := &storagetest.Largest{Store: newTestStore(t)}
	b := &bench{
		t: t, store: largest, largest: largest, dir: newTestDir(), subs: &subscriptions{}, feed: &recorder{},
		now:  time.Date(2026, 11, 23, 12, 0, 0, 5e6, time.UTC),
		guid: make(map[uint32]mapi.GUID), root: make(map[uint32]mapi.EntryID), box: make(map[uint32]mapi.EntryID),
	}
	if err := Seed(t.Context(), b.store); err != nil {
		t.Fatal(err)
	}
	tree, bus := change.NewTree(b.store), &feed.Bus{}
	check := rights.NewChecker(rights.Config{OwnerAutoFullAccess: true}, tree, b.dir, b.store)
	bus.Add(tree)
	bus.Add(check)
	bus.Add(b.feed)
	o := Options{
		Store: b.store, Tree: tree, Rights: check, Directory: b.dir, Bus: bus, Subscribe: b.subs,
		Settings: DefaultSettings(), Log: slog.New(slog.DiscardHandler),
	}
	b.plain = New(o)
	o.Cells = cache.NewCells(16 << 20)
	bus.Add(renewer{o.Cells})
	b.svc = New(o)
	b.right = rights.NewService(check, tree, b.dir, b.store, bus)
	for _, user := range []uint32{alice, bob} {
		b.makeStore(user, mapi.StorePrivate)
	}
	return b
}

// makeStore makes a store for a user as the administrator.
func (b *bench) makeStore(user, storeType uint32) {
	b.t.Helper()
	guid := mapi.NewGUID()
	b.guid[user], b.box[user] = guid, mapi.NewEntryID(guid, mapi.TypeStore)
	b.root[user] = mapi.NewEntryID(guid, mapi.TypeFolder)
	b.ok(b.svc.CreateStore(b.as(mapi.UserSystem), &wire.CreateStoreRequest{
		StoreType: storeType, UlUserID: user, StoreID: b.box[user], RootID: b.root[user],
	}, &wire.CreateStoreResponse{}))
}

// as is a call of a user in a session of its own.
func (b *bench) as(user uint32) *session.Call {
	b.ids++
	s := &session.Session{ID: b.ids, UserID: user, Capabilities: mapi.CapGIFN32 | mapi.CapMailboxOwner}
	return &session.Call{Context: b.t.Context(), Session: s, Now: b.now, Log: slog.New(slog.DiscardHandler)}
}

func (b *bench) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// fails checks that an operation ended with a code.
func (b *bench) fails(err error, want mapi.Code) {
	b.t.Helper()
	if got := mapi.CodeOf(err); got != want {
		b.t.Fatalf("got %v (%v), want %v", got, err, want)
	}
}

func (b *bench) folder(user uint32, parent mapi.EntryID, name string) mapi.EntryID {
	b.t.Helper()
	var resp wire.CreateFolderResponse
	b.ok(b.svc.CreateFolder(b.as(user), &wire.CreateFolderRequest{
		ParentID: parent, Type: mapi.FolderGeneric, Name: wire.Text(name), Comment: wire.Text(""),
	}, &resp))
	return resp.EntryID
}

// save saves a new message and gives its entry id and the answer.
func (b *bench) save(user uint32, folder mapi.EntryID, n *wire.SaveObject) (mapi.EntryID, *wire.SaveObject) {
	b.t.Helper()
	id := mapi.NewEntryID(folder.StoreGUID(), mapi.TypeMessage)
	n.ObjType = uint32(mapi.TypeMessage)
	var resp wire.LoadObjectResponse
	b.ok(b.svc.SaveObject(b.as(user), &wire.SaveObjectRequest{ParentEntryID: folder, EntryID: id, SaveObj: n}, &resp))
	return id, &resp.SaveObject
}

// message saves a plain message.
func (b *bench) message(user uint32, folder mapi.EntryID, subject string, flags uint32) mapi.EntryID {
	b.t.Helper()
	id, _ := b.save(user, folder, &wire.SaveObject{ModProps: []mapi.PropValue{
		mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, subject), mapi.Long(mapi.PrMessageFlags, flags),
	}})
	return id
}

func (b *bench) load(user uint32, id mapi.EntryID) *wire.SaveObject {
	b.t.Helper()
	return b.loadAs(user, id, 0)
}

func (b *bench) loadAs(user uint32, id mapi.EntryID, flags uint32) *wire.SaveObject {
	b.t.Helper()
	var resp wire.LoadObjectResponse
	req := &wire.LoadObjectRequest{EntryID: id, Flags: mapi.OpenUnicode | flags}
	b.ok(b.plain.LoadObject(b.as(user), req, &resp))
	want := wire.AppendSaveObject(nil, &resp.SaveObject)
	for _, what := range []string{"first", "second"} {
		var kept wire.LoadObjectResponse
		b.ok(b.svc.LoadObject(b.as(user), req, &kept))
		if got := wire.AppendSaveObject(nil, &kept.SaveObject); !bytes.Equal(got, want) {
			b.t.Fatalf("%s load differs from what the database has\n got %s\nwant %s", what, got, want)
		}
	}
	return &resp.SaveObject
}

// read loads an object once and does not look at it.
func (b *bench) read(user uint32, id mapi.EntryID) {
	b.t.Helper()
	b.ok(b.svc.LoadObject(b.as(user), &wire.LoadObjectRequest{EntryID: id, Flags: mapi.OpenUnicode}, &wire.LoadObjectResponse{}))
}

func (b *bench) ref(id mapi.EntryID) storage.Ref {
	b.t.Helper()
	ref, err := b.store.RefByEntryID(b.t.Context(), id)
	b.ok(err)
	return ref
}

// consistent recounts every folder of a user's store and its size.
func (b *bench) consistent(user uint32) {
	b.t.Helper()
	box, err := b.svc.tree.MailboxByGUID(b.t.Context(), b.guid[user])
	b.ok(err)
	size := b.recountBelow(box.Root, false)
	have, err := b.store.Counters(b.t.Context(), box.ID)
	b.ok(err)
	if have.Size != size {
		b.t.Errorf("the store's size is %d, its messages have %d", have.Size, size)
	}
}

func (b *bench) recountBelow(folder uint32, deleted bool) (size int64) {
	b.t.Helper()
	ctx := b.t.Context()
	have, err := b.store.Counters(ctx, folder)
	b.ok(err)
	want, err := change.Recount(ctx, b.store, folder)
	b.ok(err)
	if have.CommitTime, have.Size = 0, 0; have != want {
		b.t.Errorf("folder %d: counters %+v, counted %+v", folder, have, want)
	}
	b.ok(b.store.Rows(ctx, storage.RowQuery{Parent: folder, Type: mapi.TypeMessage}, func(r *storage.Row) error {
		if !deleted && !r.Deleted() {
			size += messageSize(r)
		}
		return nil
	}))
	subs, err := b.store.Refs(ctx, storage.RowQuery{Parent: folder, Type: mapi.TypeFolder})
	b.ok(err)
	for _, s := range subs {
		size += b.recountBelow(s.ID, deleted || s.Deleted())
	}
	return size
}

// value is a property of an answer.
func value(n *wire.SaveObject, tag mapi.PropTag) mapi.PropValue {
	v, _ := mapi.Props(n.ModProps).Get(tag)
	return v
}

func hasTag(n *wire.SaveObject, tag mapi.PropTag) bool {
	for _, t := range n.DelProps {
		if t == tag {
			return true
		}
	}
	return false
}
