package tables

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/server/feed"
)

var _ feed.Sink = (*Service)(nil)

// change is a row that came, changed or went, as far as one set of rows is concerned.
type change struct {
	set    rowSet
	id     uint32
	rec    cache.Record // nil: the row is gone
	quiet  bool         // subscribers are told in another way
	counts bool         // only counters of a folder changed
}

// update is one batch on its way into views and tables.
type update struct {
	svc     *Service
	ctx     context.Context
	changes []change
	records map[uint32]cache.Record
	bulk    []rowSet // sets whose subscribers get one CHANGED
	removed []uint32 // folders that are gone for good
}

// Apply implements feed.Sink: it brings the cell cache, the shared views and open tables up to date and queues the
// events of subscribed tables.
func (s *Service) Apply(b *feed.Batch) {
	s.gate.RLock()
	defer s.gate.RUnlock()
	u := update{svc: s, ctx: context.Background(), records: make(map[uint32]cache.Record)}
	s.Cells.Invalidate(b.Written...)
	for i := range b.Events {
		u.event(&b.Events[i], b.Bulk)
	}
	for _, q := range b.Queue {
		u.queued(q)
	}
	for _, r := range b.Results {
		set := rowSet{r.Folder.ID, searchResults}
		u.add(set, r.Message.ID, r.Kind != feed.Deleted, false)
	}
	u.read()
	for i := range u.changes {
		u.apply(&u.changes[i])
	}
	for _, set := range u.bulk {
		for _, t := range s.watchers.of(set) {
			if t.mayTell() {
				t.push(nil, []note{{event: mapi.TableChanged}})
			}
		}
	}
	for _, folder := range u.removed { // not before, since tables of their rows are told of the rows
		s.Views.Drop(folder)
	}
	for _, folder := range b.Rebuilt {
		for _, t := range s.watchers.of(rowSet{folder.ID, searchResults}) {
			t.outdate()
		}
	}
}

func (s *Service) changesOf(folder uint32) *atomic.Uint64 {
	return &s.changes[folder%uint32(len(s.changes))]
}

// event updates the cell cache and notes which sets of rows the event changes.
func (u *update) event(e *feed.Event, bulk bool) {
	if e.Kind == feed.SearchComplete || e.Object.Message != 0 {
		return
	}
	for _, folder := range []uint32{e.Object.Parent, e.Old.Parent} {
		if folder != 0 {
			u.svc.changesOf(folder).Add(1)
		}
	}
	id := e.Object.ID
	if e.Row != nil && !e.Hard {
		u.records[id] = u.svc.pack(e.Row)
		u.svc.Cells.Replace(id, u.records[id])
	} else {
		delete(u.records, id) // an earlier event's row is older than the counters of this one
		if e.CountersOnly {
			u.svc.Cells.InvalidateCounts(id)
		} else {
			u.svc.Cells.Invalidate(id)
		}
	}
	now, hasRow := setOf(e.Object)
	if !hasRow {
		return
	}
	if before, moved := oldSet(e); moved {
		u.addBulk(before, id, false, bulk)
	}
	if e.Hard {
		u.addBulk(now, id, false, bulk)
		if e.Object.Type == mapi.TypeFolder {
			u.removed = append(u.removed, id)
		}
		return
	}
	u.addBulk(now, id, true, bulk)
	if n := len(u.changes); e.CountersOnly && n > 0 && u.changes[n-1].id == id {
		u.changes[n-1].counts = true
	}
}

// oldSet is where the row was before, if the event took it out of there.
func oldSet(e *feed.Event) (rowSet, bool) {
	old := e.Old
	switch {
	case e.Kind == feed.Moved:
	case e.Kind == feed.Deleted && !e.Hard:
		if old.ID == 0 {
			old = e.Object
			old.Flags &^= mapi.FlagDeleted
		}
	default:
		return rowSet{}, false
	}
	before, ok := setOf(old)
	now, _ := setOf(e.Object)
	return before, ok && before != now
}

func (u *update) queued(q feed.QueueChange) {
	set := rowSet{q.Entry.Store, localQueue}
	if q.Entry.Flags&mapi.SubmitMaster != 0 {
		set = rowSet{class: masterQueue}
	}
	u.add(set, q.Entry.Message, q.Added, false)
}

// addBulk adds a change of an operation that may be a bulk one: then messages do not have events of their own.
func (u *update) addBulk(set rowSet, id uint32, stays, bulk bool) {
	quiet := bulk && set.class != cache.Folders && set.class != cache.DeletedFolders
	if quiet && !slices.Contains(u.bulk, set) {
		u.bulk = append(u.bulk, set)
	}
	u.add(set, id, stays, quiet)
}

// add notes a change if anybody keeps rows of the set.
func (u *update) add(set rowSet, id uint32, stays, quiet bool) {
	wanted := len(u.svc.watchers.of(set)) > 0
	if !wanted && set.class < searchResults {
		u.svc.Views.Each(set.folder, set.class, func(*cache.View) { wanted = true })
	}
	if !wanted {
		return
	}
	c := change{set: set, id: id, quiet: quiet}
	if stays {
		c.rec = cache.Record{} // not nil; read fills it in
	}
	u.changes = append(u.changes, c)
}

// read finds the rows that the writer did not have at hand, with one statement at most.
func (u *update) read() {
	var ids []uint32
	for i := range u.changes {
		if c := &u.changes[i]; c.rec != nil && u.records[c.id] == nil && !u.needless(c) {
			ids = append(ids, c.id)
		}
	}
	if len(ids) > 0 {
		recs, err := u.svc.records(u.ctx, 0, ids, nil)
		if err != nil {
			u.failed(err)
			return
		}
		for i, id := range ids {
			if recs[i] != nil {
				u.records[id] = recs[i]
			}
		}
	}
	for i := range u.changes {
		if c := &u.changes[i]; c.rec != nil {
			c.rec = u.records[c.id]
			c.quiet = c.quiet || c.rec == nil && u.needless(c)
		}
	}
}

// needless reports whether a change of counters can be left alone: no view is sorted by them and
// nobody wants to hear of them.
func (u *update) needless(c *change) bool {
	if !c.counts || len(u.svc.watchers.of(c.set)) > 0 {
		return false
	}
	sorted := false
	u.svc.Views.Each(c.set.folder, c.set.class, func(v *cache.View) {
		if info, ok := v.Attach().(viewInfo); ok {
			sorted = sorted || info.order.uses(counterTags()...)
		}
	})
	return !sorted
}

// failed gives up views that could not be brought up to date; they are read again when somebody asks.
func (u *update) failed(err error) {
	for _, c := range u.changes {
		if c.set.class < searchResults {
			u.svc.Views.Drop(c.set.folder)
		}
		for _, t := range u.svc.watchers.of(c.set) {
			t.outdate()
		}
	}
	u.changes = nil
	if u.svc.Log != nil {
		u.svc.Log.Error("rows of open tables could not be read after a change", slog.Any("error", err))
	}
}

// apply changes the shared views of the set and then the tables that watch it.
func (u *update) apply(c *change) {
	if c.counts && c.rec == nil {
		return
	}
	shared := make(map[*cache.View]cache.Change)
	r := cache.Row{ID: c.id}
	if c.set.class < searchResults {
		u.svc.Views.Each(c.set.folder, c.set.class, func(v *cache.View) {
			info, ok := v.Attach().(viewInfo)
			switch {
			case !ok:
			case c.rec == nil:
				shared[v] = v.Delete(r)
			default:
				shared[v] = v.Put(r, info.key(nil, r, c.rec))
			}
		})
	}
	for _, t := range u.svc.watchers.of(c.set) {
		t.apply(*c, shared)
	}
}
