package objects

import (
	"bytes"
	"context"
	"sync"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/storage"
)

// cachedRefs bounds each of the two generations of the reference cache. A reference with its
// keys takes about 300 bytes.
const cachedRefs = 1 << 16

// Tree answers which object is where: references by id and by entry id, parents, and the list of
// mailboxes. It caches them and is kept right by the feed, so it must be a sink of the
// bus before anything that asks it. All methods may be called from any goroutine.
//
// Parts of messages are never cached.
type Tree struct {
	store storage.Store
	boxes *mailboxes

	mu sync.RWMutex
	// Two generations make a cheap approximation of least-recently-used: what is asked for moves to
	// the young one, and when that is full it becomes the old one.
	young, old generation
	// epoch counts batches: a reference read before one and cached after it could be stale.
	epoch uint64
}

type generation struct {
	refs     map[uint32]storage.Ref
	entryIDs map[string]uint32
}

func newGeneration() generation {
	return generation{refs: make(map[uint32]storage.Ref), entryIDs: make(map[string]uint32)}
}

// NewTree makes a tree over a store.
func NewTree(store storage.Store) *Tree {
	return &Tree{store: store, boxes: newMailboxes(store), young: newGeneration(), old: newGeneration()}
}

// Ref finds an object by its id; NOT_FOUND if there is none. The result must not be changed.
func (t *Tree) Ref(ctx context.Context, id uint32) (storage.Ref, error) {
	ref, epoch, ok := t.cached(id)
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

// ByEntryID finds a store, folder or message, soft-deleted ones too; NOT_FOUND if there is none and
// INVALID_ENTRYID if the id makes no sense.
func (t *Tree) ByEntryID(ctx context.Context, id mapi.EntryID) (storage.Ref, error) {
	if !id.Valid() {
		return storage.Ref{}, mapi.Errorf(mapi.InvalidEntryID, "objects", "not an entry id: %d bytes", len(id))
	}
	if id[mapi.EntryIDFlagsOffset] != 0 || id[mapi.EntryIDFlagsOffset+1] != 0 {
		id = id.WithFlags(0)
	}
	t.mu.RLock()
	n, ok := t.young.entryIDs[string(id)]
	if !ok {
		n, ok = t.old.entryIDs[string(id)]
	}
	epoch := t.epoch
	t.mu.RUnlock()
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

func (t *Tree) cached(id uint32) (storage.Ref, uint64, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	ref, ok := t.young.refs[id]
	if !ok {
		ref, ok = t.old.refs[id]
	}
	return ref, t.epoch, ok
}

func (t *Tree) put(ref storage.Ref, epoch uint64) {
	if ref.Message != 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.epoch == epoch {
		t.keep(ref)
	}
}

// keep caches a reference; the caller holds mu.
func (t *Tree) keep(ref storage.Ref) {
	if len(t.young.refs) >= cachedRefs {
		t.old, t.young = t.young, newGeneration()
	}
	t.young.refs[ref.ID] = ref
	if len(ref.EntryID) > 0 {
		t.young.entryIDs[string(ref.EntryID)] = ref.ID
	}
}

// forget drops a reference; the caller holds mu.
func (t *Tree) forget(ref storage.Ref) {
	for _, g := range []generation{t.young, t.old} {
		if cached, ok := g.refs[ref.ID]; ok {
			delete(g.refs, ref.ID)
			delete(g.entryIDs, string(cached.EntryID))
		}
		delete(g.entryIDs, string(ref.EntryID))
	}
}

// Apply implements feed.Sink.
func (t *Tree) Apply(b *feed.Batch) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.epoch++
	for i := range b.Events {
		e := &b.Events[i]
		if e.Kind == feed.Moved || e.Kind == feed.Deleted {
			t.forget(e.Old)
		}
		t.forget(e.Object)
		if !e.Hard && e.Object.Message == 0 && e.Object.ID != 0 {
			t.keep(e.Object)
		}
	}
}

// Parents lists the folders from an object's parent up to its store.
func (t *Tree) Parents(ctx context.Context, ref storage.Ref) ([]storage.Ref, error) {
	var list []storage.Ref
	for ref.Parent != 0 && len(list) < maxDepth {
		var err error
		if ref, err = t.Ref(ctx, ref.Parent); err != nil {
			return nil, err
		}
		list = append(list, ref)
	}
	return list, nil
}

// Below reports whether an object lies below a folder, at any depth, or is it.
func (t *Tree) Below(ctx context.Context, ref storage.Ref, folder uint32) (bool, error) {
	if ref.ID == folder {
		return true, nil
	}
	parents, err := t.Parents(ctx, ref)
	if err != nil {
		return false, err
	}
	for _, p := range parents {
		if p.ID == folder {
			return true, nil
		}
	}
	return false, nil
}

// maxDepth bounds every walk through the tree.
const maxDepth = 256

// sameEntryID compares entry ids the way the server looks them up: flags count as zero.
func sameEntryID(a, b mapi.EntryID) bool {
	return bytes.Equal(a.WithFlags(0), b.WithFlags(0))
}
