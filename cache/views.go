package cache

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/puzpuzpuz/xsync/v3"
)

// Views is the registry of shared views with a byte budget (cache_sortkey_size).
// All methods may be called by any number of goroutines; looking a view up takes no
// lock, pinning it a short one.
//
// The change feed keeps views current: who commits a change calls Each for the
// folder and puts or deletes the row in every view it is given, in the order of the
// commits. A view is there for Each before its rows are read, so that a change
// committed meanwhile is not lost.
type Views struct {
	byKey  *xsync.MapOf[ViewKey, *View]
	bySet  *xsync.MapOf[rowSet, []*View] // the slices are never changed
	budget atomic.Int64
	used   atomic.Int64
	counts viewCounts

	mu   sync.Mutex // pins, the list of unpinned views, removal
	idle viewList   // least recently used first
}

type viewCounts struct {
	hits, kept, loads, evictions atomic.Int64
}

// ViewStats are totals since the start, and the present contents.
type ViewStats struct {
	Hits, Loads, Evictions int64
	Kept                   int64 // hits on views that nobody had open: the others cost no memory of their own
	Views                  int
	Bytes, Budget          int64
}

// NewViews makes an empty registry; the budget is in bytes.
func NewViews(budget int64) *Views {
	c := &Views{
		byKey: xsync.NewMapOf[ViewKey, *View](),
		bySet: xsync.NewMapOf[rowSet, []*View](),
	}
	c.budget.Store(budget)
	return c
}

// Loader reads the rows of a view and calls add for each, in any order; add copies
// the key. Of a row that it adds twice the later key counts.
type Loader func(ctx context.Context, add func(r Row, key []byte)) error

// Open finds or loads a view and pins it until Close. Of concurrent callers one
// loads, with its own context, and the others wait. When that one gives up, another
// takes over; any other error goes to all. attach is kept with a view that this call
// creates, for the change feed (see [View.Attach]).
func (c *Views) Open(ctx context.Context, key ViewKey, attach any, load Loader) (*View, error) {
	for {
		v, loader := c.pin(key, attach)
		if loader {
			if err := c.load(ctx, v, load); err != nil {
				return nil, err
			}
		} else if err := v.shared.wait(ctx); errors.Is(err, errLoadAbandoned) {
			c.Close(v)
			continue
		} else if err != nil {
			c.Close(v)
			return nil, err
		} else {
			c.counts.hits.Add(1)
		}
		if v.Stale() { // dropped during the load: its rows may be from before
			c.Close(v)
			continue
		}
		return v, nil
	}
}

// pin finds the view and pins it, or registers a new one that the caller must load.
func (c *Views) pin(key ViewKey, attach any) (v *View, loader bool) {
	if v, ok := c.byKey.Load(key); ok && c.repin(v) {
		return v, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.byKey.Load(key); ok {
		c.pinLocked(v)
		return v, false
	}
	v = newShared(c, key, attach)
	set := rowSet{key.Folder, key.Class}
	c.bySet.Compute(set, func(old []*View, _ bool) ([]*View, bool) {
		return append(slices.Clip(old), v), false
	})
	c.byKey.Store(key, v)
	return v, true
}

func (c *Views) repin(v *View) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v.shared.forgotten.Load() {
		return false
	}
	c.pinLocked(v)
	return true
}

func (c *Views) pinLocked(v *View) {
	if v.shared.pins == 0 {
		c.idle.remove(v.shared)
		c.counts.kept.Add(1)
	}
	v.shared.pins++
}

// Close ends one Open. The view stays until the budget needs its memory.
func (c *Views) Close(v *View) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v.shared.pins--
	if v.shared.pins > 0 {
		return
	}
	if v.shared.forgotten.Load() {
		v.shared.release()
		return
	}
	c.idle.pushBack(v.shared)
	c.evictLocked()
}

// Each calls fn for the views of a folder and class, loaded or loading.
func (c *Views) Each(folder uint32, class Class, fn func(v *View)) {
	list, _ := c.bySet.Load(rowSet{folder, class})
	for _, v := range list {
		fn(v)
	}
}

// Drop forgets the views of a folder (it was removed, or so much changed that they
// had better be read again). A reader that has one open keeps it, but it is [View.Stale]: no
// change reaches it any more. A load under way is repeated.
func (c *Views) Drop(folder uint32) {
	for class := Messages; class <= DeletedFolders; class++ {
		list, _ := c.bySet.Load(rowSet{folder, class})
		c.mu.Lock()
		for _, v := range list {
			c.forgetLocked(v)
		}
		c.mu.Unlock()
	}
}

// DropAll is [Views.Drop] for all folders.
func (c *Views) DropAll() {
	c.byKey.Range(func(_ ViewKey, v *View) bool {
		c.mu.Lock()
		c.forgetLocked(v)
		c.mu.Unlock()
		return true
	})
}

// SetBudget changes the budget and evicts at once what exceeds it.
func (c *Views) SetBudget(budget int64) {
	c.budget.Store(budget)
	c.evict()
}

// Stats are the present counts.
func (c *Views) Stats() ViewStats {
	return ViewStats{
		Hits: c.counts.hits.Load(), Kept: c.counts.kept.Load(), Loads: c.counts.loads.Load(), Evictions: c.counts.evictions.Load(),
		Views: c.byKey.Size(), Bytes: c.used.Load(), Budget: c.budget.Load(),
	}
}

func (c *Views) evict() {
	if c.used.Load() <= c.budget.Load() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.evictLocked()
}

func (c *Views) evictLocked() {
	for c.used.Load() > c.budget.Load() && c.idle.front != nil {
		c.forgetLocked(c.idle.front.view)
		c.counts.evictions.Add(1)
	}
}

// forgetLocked takes a view out of the registry; its memory counts until the last
// session has closed it.
func (c *Views) forgetLocked(v *View) {
	s := v.shared
	if s.forgotten.Load() {
		return
	}
	s.forgotten.Store(true)
	c.byKey.Delete(s.key)
	c.bySet.Compute(rowSet{s.key.Folder, s.key.Class}, func(old []*View, _ bool) ([]*View, bool) {
		kept := make([]*View, 0, len(old))
		for _, w := range old {
			if w != v {
				kept = append(kept, w)
			}
		}
		return kept, len(kept) == 0
	})
	if s.pins == 0 {
		c.idle.remove(s)
		s.release()
	}
}
