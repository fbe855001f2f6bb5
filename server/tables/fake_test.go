package tables_test

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/mapi/collation"
	"zarafa/server/directory"
	"zarafa/server/feed"
	"zarafa/server/session"
	"zarafa/server/tables"
	"zarafa/storage"
	"zarafa/wire"
)

// Objects of the fake mailbox.
const (
	storeID uint32 = 1
	rootID  uint32 = 2
	inboxID uint32 = 3
	foundID uint32 = 4 // a search folder
	firstID uint32 = 100

	alice uint32 = 3
	bob   uint32 = 4
)

// memStore is as much of a database as tables read, in memory.
type memStore struct {
	storage.Store
	guid mapi.GUID

	mu         sync.Mutex
	rows       map[uint32]*storage.Row
	byEntryID  map[string]uint32
	objects    map[uint32]*storage.Object
	results    map[uint32][]storage.SearchResult
	queue      []storage.QueueEntry
	statements int
}

func (m *memStore) ServerGUID() mapi.GUID { return m.guid }

func (m *memStore) counted() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.statements
}

func (m *memStore) Rows(_ context.Context, q storage.RowQuery, fn func(*storage.Row) error) error {
	m.mu.Lock()
	m.statements++
	var list []storage.Row
	for _, id := range slices.Sorted(maps.Keys(m.rows)) {
		r := m.rows[id]
		if q.Limit > 0 && len(list) == q.Limit {
			break
		}
		if q.IDs != nil {
			if slices.Contains(q.IDs, id) && (q.Within == 0 || r.Parent == q.Within) {
				list = append(list, *r)
			}
		} else if id > q.After && r.Parent == q.Parent && r.Type == q.Type && r.Flags&q.FlagsMask == q.Flags {
			list = append(list, *r)
		}
	}
	m.mu.Unlock()
	for i := range list {
		if err := fn(&list[i]); err != nil {
			return err
		}
	}
	return nil
}

func (m *memStore) DateKeys(ctx context.Context, q storage.RowQuery, fn func(storage.DateKey) error) error {
	return m.Rows(ctx, q, func(r *storage.Row) error {
		v, ok := r.Props.Get(mapi.PrMessageDeliveryTime)
		return fn(storage.DateKey{ID: r.ID, Delivery: mapi.FileTime(v.Num), Dated: ok})
	})
}

func (m *memStore) Object(_ context.Context, id uint32) (*storage.Object, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.statements++
	if o := m.objects[id]; o != nil {
		return o, nil
	}
	return nil, mapi.NotFound
}

func (m *memStore) LongValues(_ context.Context, _ uint32, ids []uint32, fn func(uint32, mapi.Props, []storage.LobRef) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.statements++
	for _, id := range slices.Sorted(slices.Values(ids)) {
		if o := m.objects[id]; o != nil {
			if err := fn(id, o.Props, o.Lobs); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *memStore) LobContents(context.Context, []uint32, func(uint32, []byte) error) error {
	return nil
}

func (m *memStore) SearchResults(_ context.Context, folder uint32) ([]storage.SearchResult, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.statements++
	return slices.Clone(m.results[folder]), nil
}

func (m *memStore) Queue(context.Context, uint32) ([]storage.QueueEntry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.statements++
	return slices.Clone(m.queue), nil
}

// memTree is the tree of a memStore.
type memTree struct{ *memStore }

func (m *memStore) Ref(_ context.Context, id uint32) (storage.Ref, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.rows[id]; r != nil {
		return r.Ref, nil
	}
	return storage.Ref{}, mapi.NotFound
}

func (m *memStore) ByEntryID(_ context.Context, id mapi.EntryID) (storage.Ref, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.rows[m.byEntryID[string(id)]]; r != nil {
		return r.Ref, nil
	}
	return storage.Ref{}, mapi.NotFound
}

func (m *memStore) Mailbox(_ context.Context, store uint32) (storage.Mailbox, error) {
	if store != storeID {
		return storage.Mailbox{}, mapi.NotFound
	}
	return storage.Mailbox{ID: storeID, Root: rootID, GUID: m.guid, UserID: alice}, nil
}

func (m memTree) Mailboxes(ctx context.Context) ([]storage.Mailbox, error) {
	box, err := m.Mailbox(ctx, storeID)
	return []storage.Mailbox{box}, err
}

// users is a directory of alice, bob and SYSTEM.
type users struct{}

func (users) ByID(_ context.Context, id uint32) (*directory.Object, error) {
	switch id {
	case alice:
		return &directory.Object{ID: alice, Class: mapi.ClassActiveUser, Name: "alice", FullName: "Alice Example"}, nil
	case bob:
		return &directory.Object{ID: bob, Class: mapi.ClassActiveUser, Name: "bob", FullName: "Bob"}, nil
	case mapi.UserSystem:
		return &directory.Object{ID: id, Class: mapi.ClassActiveUser, Name: "SYSTEM", AdminLevel: 2}, nil
	}
	return nil, mapi.NotFound
}

func (u users) List(ctx context.Context, _ uint32, _ mapi.ObjectClass) (list []*directory.Object, err error) {
	for _, id := range []uint32{mapi.UserSystem, alice, bob} {
		o, _ := u.ByID(ctx, id)
		list = append(list, o)
	}
	return list, nil
}

func (users) IsAdminOver(_ context.Context, caller, _ uint32) (bool, error) {
	return caller == mapi.UserSystem, nil
}

func (users) Hosted() bool                                 { return false }
func (users) Reaches(context.Context, uint32, uint32) bool { return true }

func (users) EntryID(o *directory.Object, _ uint32) []byte {
	return mapi.ABEntryID{Type: mapi.TypeMailUser, ID: o.ID}.Encode()
}

func (users) TableRows(context.Context, uint32, uint32, []byte, mapi.ObjectType, uint32) ([]directory.TableRow, error) {
	row := func(id uint32, path string) directory.TableRow {
		props := mapi.Props{mapi.String(mapi.PrDisplayName, path[1:]), mapi.String(mapi.PrEMSABHierarchyPath, path)}
		return directory.TableRow{ID: id, Order: id, Cell: func(tag mapi.PropTag) (mapi.PropValue, bool) { return props.Get(tag) }}
	}
	return []directory.TableRow{row(2, "/Global Address Lists"), row(1, "/Global Address Book")}, nil
}

// rightsOf lets bob read and see what is listed.
type rightsOf struct {
	mu      sync.Mutex
	visible map[uint32]bool
	read    map[uint32]bool
	version uint64
}

// set gives or takes rights.
func (r *rightsOf) set(rights map[uint32]bool, folder uint32, granted bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rights[folder] = granted
	r.version++
}

func (r *rightsOf) Version(uint32) uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.version + 1
}

type fullAccess struct{}

func (fullAccess) Rights(storage.Ref) mapi.Rights { return mapi.RightsAll }
func (fullAccess) Access(r storage.Ref) uint32 {
	if r.Type == mapi.TypeFolder {
		return 0x3F
	}
	return 0x7
}
func (fullAccess) Level(storage.Ref) uint32 { return 1 }

func (r *rightsOf) Visible(_ context.Context, caller uint32, f storage.Ref) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return caller != bob || r.visible[f.ID], nil
}

func (r *rightsOf) Readable(_ context.Context, caller uint32, f storage.Ref) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return caller != bob || r.read[f.ID], nil
}

func (r *rightsOf) ForFolder(context.Context, uint32, storage.Ref) (tables.Access, error) {
	return fullAccess{}, nil
}

// pushed collects events.
type pushed struct {
	mu   sync.Mutex
	list []wire.Notification
}

func (p *pushed) Push(_ *session.Session, n wire.Notification) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = append(p.list, n)
}

func (p *pushed) take() []wire.Notification {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.list
	p.list = nil
	return out
}

// world is an engine with everything around it.
type world struct {
	t        testing.TB
	store    *memStore
	rights   *rightsOf
	events   *pushed
	svc      *tables.Service
	sessions *session.Manager
	call     *session.Call // of alice
	next     uint32
}

type budgets struct{ views, cells int64 }

func newWorld(t testing.TB, b budgets) *world {
	t.Helper()
	locales, err := collation.NewLocales("en_US")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		t: t, next: firstID, events: &pushed{},
		store: &memStore{
			guid: mapi.GUID{1, 2, 3}, rows: map[uint32]*storage.Row{}, byEntryID: map[string]uint32{}, objects: map[uint32]*storage.Object{},
			results: map[uint32][]storage.SearchResult{},
		},
		rights:   &rightsOf{visible: map[uint32]bool{}, read: map[uint32]bool{}},
		sessions: session.NewManager(session.Limits{Timeout: time.Hour}, time.Now),
	}
	w.svc = tables.New(tables.Parts{
		Store: w.store, Views: cache.NewViews(b.views), Cells: cache.NewCells(b.cells), Locales: locales,
		Tree: memTree{w.store}, Rights: w.rights, Directory: users{}, AddressBook: users{}, Notifier: w.events,
		Log: slog.New(slog.DiscardHandler),
	}, tables.Settings{TablesPerSession: 50})
	w.call = w.newCall(alice)
	w.add(storeID, 0, mapi.TypeStore, 0)
	w.add(rootID, storeID, mapi.TypeFolder, mapi.FolderRoot)
	w.add(inboxID, rootID, mapi.TypeFolder, mapi.FolderGeneric, mapi.String(mapi.PrDisplayName, "Inbox"))
	w.add(foundID, rootID, mapi.TypeFolder, mapi.FolderSearch, mapi.String(mapi.PrDisplayName, "Found"))
	return w
}

func (w *world) newCall(user uint32) *session.Call {
	sess, err := w.sessions.Create(user, 1, mapi.CapUnicode, session.Client{})
	if err != nil {
		w.t.Fatal(err)
	}
	return &session.Call{Context: context.Background(), Session: sess}
}

// add puts an object into the database without telling anybody.
func (w *world) add(id, parent uint32, t mapi.ObjectType, flags uint32, props ...mapi.PropValue) *storage.Row {
	r := &storage.Row{
		Ref: storage.Ref{ID: id, Store: storeID, Parent: parent, Type: t, Flags: flags, Owner: alice,
			EntryID: mapi.MakeEntryID(w.store.guid, t, mapi.GUID{byte(id), byte(id >> 8), byte(id >> 16), 9})},
		Props: props,
	}
	if t == mapi.TypeStore {
		r.Parent = 0
	}
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	w.store.rows[id], w.store.byEntryID[string(r.EntryID)] = r, id
	if p := w.store.rows[parent]; p != nil && t == mapi.TypeFolder {
		next := *p
		next.Counters.Subfolders++
		w.store.rows[parent] = &next
	}
	return r
}

// message adds a message with a subject and says nothing.
func (w *world) message(folder uint32, subject string, props ...mapi.PropValue) uint32 {
	id := w.next
	w.next++
	w.add(id, folder, mapi.TypeMessage, 0, append([]mapi.PropValue{mapi.String(mapi.PrSubject, subject)}, props...)...)
	return id
}

func (w *world) ref(id uint32) storage.Ref {
	ref, err := w.store.Ref(context.Background(), id)
	if err != nil {
		w.t.Fatalf("object %d: %v", id, err)
	}
	return ref
}

// publish tells the engine what happened.
func (w *world) publish(events ...feed.Event) {
	w.svc.Apply(&feed.Batch{Store: storeID, Events: events})
}

// change replaces properties of a message and tells the engine.
func (w *world) change(id uint32, props ...mapi.PropValue) {
	w.store.mu.Lock()
	next := *w.store.rows[id]
	next.Props = slices.Clone(next.Props)
	for _, p := range props {
		next.Props.Set(p)
	}
	w.store.rows[id] = &next
	w.store.mu.Unlock()
	w.publish(feed.Event{Kind: feed.Modified, Object: next.Ref, Row: &next})
}

func (w *world) deliver(folder uint32, subject string, props ...mapi.PropValue) uint32 {
	id := w.message(folder, subject, props...)
	w.publish(feed.Event{Kind: feed.Created, Object: w.ref(id)})
	return id
}

func (w *world) delete(id uint32) {
	ref := w.ref(id)
	w.store.mu.Lock()
	delete(w.store.rows, id)
	w.store.mu.Unlock()
	w.publish(feed.Event{Kind: feed.Deleted, Object: ref, Hard: true})
}
