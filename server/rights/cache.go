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

// cellsPerList is the memory of the cell cache for each list, as far as it is too little for all of them.
const cellsPerList = 1 << 9

// aclOf is the access control list of an object as it is in the database; it must not be changed.
func (c *Checker) aclOf(ctx context.Context, object uint32) ([]mapi.ACE, error) {
	return c.acls.Get(object, func() ([]mapi.ACE, error) { return c.store.ACL(ctx, object) })
}

var _ feed.Amender = (*Checker)(nil)

// Amend forgets all lists: which of them belong to the store is not known here.
func (c *Checker) Amend(uint32) { c.acls.DropAll() }

// Apply implements feed.Sink: it forgets the lists of objects whose list changed or that are gone.
func (c *Checker) Apply(b *feed.Batch) {
	var stale []uint32
	moved := false
	stale = append(stale, b.ACLs...)
	for i := range b.Events {
		e := &b.Events[i]
		folder := e.Object.Type == mapi.TypeFolder || e.Object.Type == mapi.TypeStore
		if folder && (e.Kind == feed.Deleted || e.Kind == feed.Moved) {
			stale = append(stale, e.Object.ID)
			moved = moved || e.Kind == feed.Moved
		}
	}
	if len(stale) > 0 {
		c.acls.Drop(stale...)
	}
	if moved || len(b.ACLs) > 0 { // nobody has other rights because something is gone
		c.versions[b.Store%uint32(len(c.versions))].Add(1)
	}
}

// Version grows with every change by which somebody may have other rights in a store than before: of an access control list, of a
// folder's place, of the directory. Who has seen a version sees the rights of that version or later ones. It is above 0. Store 0: of
// the directory alone.
func (c *Checker) Version(store uint32) uint64 {
	version := c.dir.Version()
	if store != 0 {
		version += c.versions[store%uint32(len(c.versions))].Load()
	}
	return version
}

// CacheStats are the look-ups of access control lists and the lists that are kept.
func (c *Checker) CacheStats() cache.ListStats { return c.acls.Stats() }
