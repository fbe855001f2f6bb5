package change

import (
	"github.com/puzpuzpuz/xsync/v3"

	"zarafa/cache"
)

// TreeStats are the look-ups of a [Tree] since the start, and what it keeps.
type TreeStats struct {
	Refs, EntryIDs, Mailboxes LookupStats
	ReceiveFolders            cache.ListStats
}

// LookupStats are the look-ups in one of its maps, and the items in it.
type LookupStats struct {
	Requests, Hits, Items int64
}

// Stats are the present counts.
func (t *Tree) Stats() TreeStats {
	g := t.current.Load()
	s := TreeStats{Refs: t.refLookups.stats(), EntryIDs: t.idLookups.stats(), Mailboxes: t.boxes.stats(), ReceiveFolders: t.receive.Stats()}
	s.Refs.Items = int64(g.young.refs.Size() + g.old.refs.Size())
	s.EntryIDs.Items = int64(g.young.entryIDs.Size() + g.old.entryIDs.Size())
	return s
}

// lookups counts what was found and what was not.
type lookups struct{ hits, misses *xsync.Counter }

func newLookups() lookups { return lookups{hits: xsync.NewCounter(), misses: xsync.NewCounter()} }

func (l lookups) count(hit bool) {
	if hit {
		l.hits.Inc()
	} else {
		l.misses.Inc()
	}
}

func (l lookups) stats() LookupStats {
	hits := l.hits.Value()
	return LookupStats{Requests: hits + l.misses.Value(), Hits: hits}
}
