package tables

import (
	"context"

	"zarafa/cache"
	"zarafa/mapi"
)

// applyLocked changes the rows of a table with a private view and appends the events; the caller holds mu.
func (t *table) applyLocked(c change, notes []note) []note {
	if t.rows == nil || t.rows.shared {
		return notes // the feed keeps shared views
	}
	var want []cache.Row
	if c.rec != nil && !t.hides(c) {
		want = t.matching(c)
	}
	if t.rows.groups != nil {
		return t.regroup(c, want, notes)
	}
	view := t.rows.visible
	for _, r := range t.gone(view, c.id, want) {
		view.Delete(r)
		notes = append(notes, note{event: mapi.TableRowDeleted, row: r})
	}
	kind, probe := t.kindOf(c.id), t.newProbe(context.Background(), t.rows.depths)
	for _, r := range want {
		done := view.Put(r, t.order.key(nil, r, probe.sortCell(kind, r, c.rec)))
		n := note{event: mapi.TableRowModified, row: r, rec: c.rec, prior: done.Prior, has: done.HasPrior}
		if done.Kind == cache.Added {
			n.event = mapi.TableRowAdded
		}
		notes = append(notes, n)
	}
	return notes
}

func (t *table) kindOf(id uint32) rowKind {
	kind := t.kind
	if d, ok := t.rows.depths[id]; ok {
		kind.depth = d
	}
	return kind
}

func (t *table) hides(c change) bool {
	if t.rows.hides == nil {
		return false
	}
	h, err := t.rows.hides(context.Background(), c.id, c.rec)
	return h || err != nil
}

// matching are the rows that the object has in this table now.
func (t *table) matching(c change) (rows []cache.Row) {
	probe := t.newProbe(context.Background(), t.rows.depths)
	for i := range instances(c.rec, t.instance()) {
		if r := (cache.Row{ID: c.id, Order: uint32(i)}); probe.matches(r, c.rec) {
			rows = append(rows, r)
		}
	}
	return rows
}

// gone are the rows that the object had and has no more.
func (t *table) gone(view *cache.View, id uint32, want []cache.Row) (rows []cache.Row) {
	view.Snapshot().Instances(id, func(r cache.Row, _ []byte) bool {
		for _, w := range want {
			if w == r {
				return true
			}
		}
		rows = append(rows, r)
		return true
	})
	return rows
}

// regroup changes the rows of a table with categories.
func (t *table) regroup(c change, want []cache.Row, notes []note) []note {
	g := t.rows.groups
	var events []rowEvent
	for _, r := range t.gone(g.all, c.id, want) {
		events = append(events, g.remove(r)...)
	}
	probe := t.newProbe(context.Background(), t.rows.depths)
	for _, r := range want {
		events = append(events, g.put(g.newLeaf(r, c.rec, probe.sortCell(t.kindOf(c.id), r, c.rec)))...)
	}
	snap := g.visible.Snapshot()
	for _, e := range events {
		n := note{event: e.event, row: e.row}
		if e.event != mapi.TableRowDeleted {
			if n.prior, n.has = snap.Prior(e.row); !n.has {
				if _, there := snap.Rank(e.row); !there {
					continue // it went away again
				}
			}
		}
		if e.row.ID == c.id {
			n.rec = c.rec
		} else if e.row.ID != 0 && e.event != mapi.TableRowDeleted {
			if n.rec = t.recordOf(e.row.ID); n.rec == nil {
				continue // it goes with a later change of the batch
			}
		}
		notes = append(notes, n)
	}
	return notes
}

// recordOf is the record of another row of the table that an event shows too.
func (t *table) recordOf(id uint32) cache.Record {
	if len(t.subs) == 0 {
		return nil
	}
	recs, err := t.svc.records(context.Background(), 0, []uint32{id}, nil)
	if err != nil {
		return nil
	}
	return recs[0]
}
