package rights

import (
	"context"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/server/feed"
)

// maxCachedLists bounds the cache; beyond it the cache starts over. A list is some tens of bytes,
// most are empty.
const maxCachedLists = 1 << 17

// aclOf is the access control list of an object as it is in the database; it must not be changed.
func (c *Checker) aclOf(ctx context.Context, object uint32) ([]mapi.ACE, error) {
	return c.acls.Get(object, func() ([]mapi.ACE, error) { return c.store.ACL(ctx, object) })
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
		c.acls.Drop(stale...)
	}
}

// CacheStats are the look-ups of access control lists and the lists that are kept.
func (c *Checker) CacheStats() cache.ListStats { return c.acls.Stats() }
