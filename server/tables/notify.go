package tables

import (
	"context"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
)

// SubscribeTable fills a table and pushes its events under a connection number from now on; NOT_FOUND if the session
// has no such table.
func (s *Service) SubscribeTable(c *session.Call, tableID, connection uint32) error {
	return s.with(c, tableID, func(ctx context.Context, t *table) error {
		if err := t.populate(ctx); err != nil {
			return err
		}
		t.mu.Lock()
		t.subs = append(t.subs, connection)
		t.mu.Unlock()
		s.watchers.add(t)
		return nil
	})
}

// UnsubscribeTable ends a subscription of a session; an unknown number is no error.
func (s *Service) UnsubscribeTable(sess *session.Session, connection uint32) {
	st := s.of(sess)
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, t := range st.tables {
		t.unsubscribe(connection)
	}
}

func (t *table) unsubscribe(connection uint32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	kept := t.subs[:0]
	for _, n := range t.subs {
		if n != connection {
			kept = append(kept, n)
		}
	}
	t.subs = kept
	if len(kept) == 0 && t.rows != nil && t.rows.shared {
		t.svc.watchers.remove(t)
	}
}

// note is an event before it is put into the form of the wire.
type note struct {
	event uint32
	row   cache.Row
	prior cache.Row // of a row that stays
	has   bool      // there is a prior row
	rec   cache.Record
}

// apply brings the table up to date and tells its subscribers. shared is what happened to the shared views.
func (t *table) apply(c change, shared map[*cache.View]cache.Change) {
	tell := t.mayTell()
	var notes []note
	t.push(func() {
		if t.rows == nil {
			t.late = append(t.late, c)
			return
		}
		if t.rows.shared {
			if done, ok := shared[t.rows.visible]; ok {
				notes = sharedNotes(c, done)
			}
		} else {
			notes = t.applyLocked(c, notes)
		}
		if c.quiet || !tell {
			notes = nil
		}
	}, nil, &notes)
}

// outdate has the rows read again by the next operation, and subscribers told that they changed.
func (t *table) outdate() {
	var notes []note
	if t.mayTell() {
		notes = []note{{event: mapi.TableChanged}}
	}
	t.push(func() { t.outdated = true }, notes)
}

// push runs f, if it is not nil, with mu held and then queues events for the subscribers. Events are queued
// without the lock, because the queue has locks of its own.
func (t *table) push(f func(), notes []note, more ...*[]note) {
	t.mu.Lock()
	if f != nil {
		f()
	}
	for _, m := range more {
		notes = append(notes, *m...)
	}
	var out []wire.Notification
	if len(t.subs) > 0 && t.svc.Notifier != nil {
		out = t.notifications(notes)
	}
	t.mu.Unlock()
	for _, n := range out {
		t.svc.Notifier.Push(t.session, n)
	}
}

// sharedNotes are the events of a row in a shared view.
func sharedNotes(c change, done cache.Change) []note {
	n := note{row: cache.Row{ID: c.id}, rec: c.rec, prior: done.Prior, has: done.HasPrior}
	switch {
	case done.Kind == cache.Added:
		n.event = mapi.TableRowAdded
	case done.Kind == cache.Removed:
		n.event = mapi.TableRowDeleted
	case c.rec != nil && (done.Kind == cache.Moved || done.Kind == cache.Unchanged):
		n.event = mapi.TableRowModified
	default:
		return nil
	}
	return []note{n}
}

// notifications puts events into the form of the wire, one for each subscription; the caller holds mu.
func (t *table) notifications(notes []note) (out []wire.Notification) {
	for _, n := range notes {
		tab := &wire.NotificationTable{
			TableEvent: n.event, ObjType: uint32(t.kind.objType),
			PropIndex: noInstance(), PropPrior: noInstance(),
		}
		if n.event != mapi.TableChanged {
			tab.PropIndex = mapi.Binary(mapi.PrInstanceKey, mapi.InstanceKey(n.row.ID, n.row.Order))
		}
		if n.event == mapi.TableRowAdded || n.event == mapi.TableRowModified {
			if n.has {
				tab.PropPrior = mapi.Binary(mapi.PrInstanceKey, mapi.InstanceKey(n.prior.ID, n.prior.Order))
			}
			tab.Row = t.notedRow(n)
		}
		for _, connection := range t.subs {
			out = append(out, wire.Notification{Connection: connection, EventType: mapi.EventTableModified, Tab: tab})
		}
	}
	return out
}

// noInstance stands for no row.
func noInstance() mapi.PropValue { return mapi.PropValue{Tag: mapi.MakeTag(0, mapi.PtNull)} }

// notedRow is the cells of a row in an event, always cut. What cannot be found out is missing.
func (t *table) notedRow(n note) []mapi.PropValue {
	p := page{
		t: t, ctx: context.Background(), capped: true, holdsMu: true,
		rows: []cache.Row{n.row}, recs: []cache.Record{n.rec},
	}
	p.describe(t.rows)
	if n.row.ID == 0 {
		p.headers()
	}
	row, err := p.values(0, t.columns)
	if err != nil {
		row = make([]mapi.PropValue, len(t.columns))
		for i, tag := range t.columns {
			row[i] = mapi.Missing(tag)
		}
	}
	return row
}
