package change

import (
	"context"
	"math"
	"sync"
	"sync/atomic"

	"github.com/puzpuzpuz/xsync/v3"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/storage"
)

// cachedRefs bounds each of the two generations of the reference cache, and the counters. A reference with its
// keys takes about 300 bytes, counters of a folder some 150.
const cachedRefs = 1 << 16

// keptReceiveLists is how many stores' receive folders are kept, which every client asks for when it begins and an agent
// before each delivery; a list takes some 200 bytes.
const keptReceiveLists = 1 << 14

// Memory of the cell cache for each reference and each list of receive folders, as far as it is too little for all of them.
const (
	cellsPerRef         = 1 << 10
	cellsPerReceiveList = 1 << 12
)

// Tree answers which object is where: references by id and by entry id, parents, the list of
// mailboxes and their receive folders. It caches them and is kept right by the feed, so it must be a sink of the
// bus before anything that asks it. All methods may be called from any goroutine.
//
// Parts of messages are never cached.
type Tree struct {
	store   storage.Store
	boxes   *mailboxes
	receive *cache.Lists[storage.ReceiveFolder] // of stores
	most    int                                 // references in a generation

	// Two generations make a cheap approximation of least-recently-used: what is read goes to the young
	// one, and when that is full it becomes the old one. Readers take no lock.
	current atomic.Pointer[generations]
	// epoch counts batches: a reference read before one and cached after it could be stale.
	epoch  atomic.Uint64
	counts counts
	// unsettled tells writers when not to believe the cache.
	unsettled unsettled
	mu        sync.Mutex // of writers

	refLookups, idLookups lookups
}

type generations struct{ young, old generation }

type generation struct {
	refs     *xsync.MapOf[uint32, storage.Ref]
	entryIDs *xsync.MapOf[string, uint32]
}

func newGeneration() generation {
	return generation{refs: xsync.NewMapOf[uint32, storage.Ref](), entryIDs: xsync.NewMapOf[string, uint32]()}
}

// NewTree makes a tree over a store.
func NewTree(store storage.Store) *Tree { return NewTreeBeside(store, math.MaxInt64) }

// NewTreeBeside makes a tree that is in proportion to a cell cache of that many bytes, if it is a small one: with none it keeps nothing
// but the list of mailboxes.
func NewTreeBeside(store storage.Store, cells int64) *Tree {
	t := &Tree{
		store: store, boxes: newMailboxes(store), most: int(min(cachedRefs, cells/cellsPerRef)),
		receive:    cache.NewLists[storage.ReceiveFolder](int(min(keptReceiveLists, cells/cellsPerReceiveList))),
		refLookups: newLookups(), idLookups: newLookups(),
	}
	t.counts = newCounts(t.most)
	t.current.Store(&generations{young: newGeneration(), old: newGeneration()})
	return t
}

// Ref finds an object by its id; NOT_FOUND if there is none. The result must not be changed.
func (t *Tree) Ref(ctx context.Context, id uint32) (storage.Ref, error) {
	ref, epoch, ok := t.cached(id)
	t.refLookups.count(ok)
	if ok {
		return ref, nil
	}
	ref, err := t.store.Ref(ctx, id)
	if err != nil {
		return storage.Ref{}, err
	}
	t.put(ref, epoch)
	return ref, nil
}

// ByEntryID finds a store, folder or message, soft-deleted ones too. Ids are compared as bytes (objects.md section 1.1): what is too
// short to hold a store and a type is INVALID_ENTRYID, everything else that is nobody's id is NOT_FOUND, whatever its form.
func (t *Tree) ByEntryID(ctx context.Context, id mapi.EntryID) (storage.Ref, error) {
	if len(id) < mapi.EntryIDSizeV0 {
		return storage.Ref{}, mapi.Errorf(mapi.InvalidEntryID, "change", "not an entry id: %d bytes", len(id))
	}
	if !id.Valid() { // there is none of that form to look for
		return storage.Ref{}, mapi.Errorf(mapi.NotFound, "change", "nothing has an entry id of %d bytes", len(id))
	}
	if id[mapi.EntryIDFlagsOffset] != 0 || id[mapi.EntryIDFlagsOffset+1] != 0 {
		id = id.WithFlags(0)
	}
	epoch, g := t.epoch.Load(), t.current.Load()
	n, ok := g.young.entryIDs.Load(string(id))
	if !ok {
		n, ok = g.old.entryIDs.Load(string(id))
	}
	t.idLookups.count(ok)
	if ok {
		return t.Ref(ctx, n)
	}
	ref, err := t.store.RefByEntryID(ctx, id)
	if err != nil {
		return storage.Ref{}, err
	}
	t.put(ref, epoch)
	return ref, nil
}

// ByEntryIDs is ByEntryID for many, in the order of the ids: those that are nobody's, or are none, have a reference without an id. What is not
// cached is read together.
func (t *Tree) ByEntryIDs(ctx context.Context, ids [][]byte) ([]storage.Ref, error) {
	epoch, g := t.epoch.Load(), t.current.Load()
	found := make([]storage.Ref, len(ids))
	var missing []mapi.EntryID
	places := make(map[string][]int) // of those that are missing
	for i, b := range ids {
		id := mapi.EntryID(b)
		if !id.Valid() {
			continue
		}
		id = id.WithFlags(0)
		n, ok := g.young.entryIDs.Load(string(id))
		if !ok {
			n, ok = g.old.entryIDs.Load(string(id))
		}
		if ok {
			found[i], _, ok = t.cached(n)
		}
		t.idLookups.count(ok)
		if ok {
			continue
		}
		if places[string(id)] == nil {
			missing = append(missing, id)
		}
		places[string(id)] = append(places[string(id)], i)
	}
	if len(missing) == 0 {
		return found, nil
	}
	refs, err := t.store.RefsByEntryID(ctx, missing)
	for _, ref := range refs {
		for _, i := range places[string(ref.EntryID)] {
			found[i] = ref
		}
		t.put(ref, epoch)
	}
	return found, err
}

// ReceiveFolders is the list of a store's receive folders, which must not be changed.
func (t *Tree) ReceiveFolders(ctx context.Context, store uint32) ([]storage.ReceiveFolder, error) {
	return t.receive.Get(store, func() ([]storage.ReceiveFolder, error) { return t.store.ReceiveFolders(ctx, store) })
}

// cached looks a reference up in memory alone; epoch is for put, if it is not there.
func (t *Tree) cached(id uint32) (ref storage.Ref, epoch uint64, ok bool) {
	epoch, g := t.epoch.Load(), t.current.Load()
	if ref, ok = g.young.refs.Load(id); !ok {
		ref, ok = g.old.refs.Load(id)
	}
	return ref, epoch, ok
}

func (t *Tree) put(ref storage.Ref, epoch uint64) {
	if ref.Message != 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.epoch.Load() == epoch {
		t.keep(ref)
	}
}

// keep caches a reference; the caller holds mu.
func (t *Tree) keep(ref storage.Ref) {
	if t.most == 0 {
		return
	}
	g := t.current.Load()
	if g.young.refs.Size() >= t.most {
		g = &generations{young: newGeneration(), old: g.young}
		t.current.Store(g)
	}
	g.young.refs.Store(ref.ID, ref)
	if len(ref.EntryID) > 0 {
		g.young.entryIDs.Store(string(ref.EntryID), ref.ID)
	}
}

// forget drops a reference; the caller holds mu.
func (t *Tree) forget(ref storage.Ref) {
	g := t.current.Load()
	for _, part := range []generation{g.young, g.old} {
		if cached, ok := part.refs.LoadAndDelete(ref.ID); ok {
			part.entryIDs.Delete(string(cached.EntryID))
		}
		part.entryIDs.Delete(string(ref.EntryID))
	}
}

var _ feed.Amender = (*Tree)(nil)

// Amend forgets everything: it happens too seldom to keep what belongs to other stores apart.
func (t *Tree) Amend(store uint32) {
	t.mu.Lock()
	t.epoch.Add(1)
	t.current.Store(&generations{young: newGeneration(), old: newGeneration()})
	t.mu.Unlock()
	t.receive.Drop(store)
	t.boxes.forget()
	t.counts.forget()
}

// Apply implements feed.Sink.
func (t *Tree) Apply(b *feed.Batch) {
	t.counts.apply(b)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.epoch.Add(1)
	for i := range b.Events {
		e := &b.Events[i]
		if e.Kind == feed.Moved || e.Kind == feed.Deleted {
			t.forget(e.Old)
		}
		t.forget(e.Object)
		if e.Hard && e.Object.Type == mapi.TypeFolder {
			t.receive.Drop(e.Object.Store) // the folder is taken out of it
		}
		if !e.Hard && e.Object.Message == 0 && e.Object.ID != 0 {
			t.keep(e.Object)
		}
	}
}
