package rights

import (
	"context"
	"sync"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/storage"
)

// maxCachedLists bounds the cache; beyond it the cache starts over. A list is some tens of bytes,
// most are empty.
const maxCachedLists = 1 << 17

// aclCache holds access control lists as they are in the database.
type aclCache struct {
	store storage.ACLReader

	mu    sync.RWMutex
	lists map[uint32][]mapi.ACE // immutable values
	// epoch counts invalidations: a list read before one and stored after it could be stale.
	epoch uint64
}

func newACLCache(store storage.ACLReader) *aclCache {
	return &aclCache{store: store, lists: make(map[uint32][]mapi.ACE)}
}

// get is the list of an object; it must not be changed.
func (c *aclCache) get(ctx context.Context, object uint32) ([]mapi.ACE, error) {
	c.mu.RLock()
	list, ok := c.lists[object]
	epoch := c.epoch
	c.mu.RUnlock()
	if ok {
		return list, nil
	}
	list, err := c.store.ACL(ctx, object)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.epoch == epoch {
		if len(c.lists) >= maxCachedLists {
			clear(c.lists)
		}
		c.lists[object] = list
	}
	return list, nil
}

func (c *aclCache) drop(objects ...uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	for _, id := range objects {
		delete(c.lists, id)
	}
}

// Apply implements feed.Sink: it forgets the lists of objects whose list changed or that are gone.
func (c *Checker) Apply(b *feed.Batch) {
	var stale []uint32
	stale = append(stale, b.ACLs...)
	for i := range b.Events {
		e := &b.Events[i]
		folder := e.Object.Type == mapi.TypeFolder || e.Object.Type == mapi.TypeStore
		if folder && (e.Kind == feed.Deleted || e.Kind == feed.Moved) {
			stale = append(stale, e.Object.ID)
		}
	}
	if len(stale) > 0 {
		c.acls.drop(stale...)
	}
}
