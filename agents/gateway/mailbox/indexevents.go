package mailbox

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"time"

	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/mapi"
)

// rereadTimeout bounds a reading that nobody waits for.
const rereadTimeout = time.Minute

// event is called for each event of the table.
func (ix *index) event(e client.Event) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if ix.busy {
		ix.events = append(ix.events, e)
		return
	}
	ix.happened(&e)
}

// happened brings an event into the snapshot, or has the folder read again. The caller holds mu.
func (ix *index) happened(e *client.Event) {
	if !ix.open {
		return
	}
	if e.Type == client.EventsLost || e.TableEvent == mapi.TableChanged || e.TableEvent == mapi.TableError {
		ix.reread()
		return
	}
	switch e.TableEvent {
	case mapi.TableRowDeleted:
		if len(e.Index) >= 4 {
			ix.apply(nil, []uint32{binary.LittleEndian.Uint32(e.Index)})
		}
	case mapi.TableRowAdded, mapi.TableRowModified:
		m, object, ok := ix.message(e.Row)
		if !ok {
			ix.reread() // a row that is not what was asked for tells nothing but that something has changed
			return
		}
		ix.apply([]row{{m, object}}, nil)
	}
}

// reread has the folder read again, by a goroutine of its own since events must not wait. The caller holds mu.
func (ix *index) reread() {
	if ix.outdated.Swap(true) {
		return // it is known already
	}
	ix.user.server.background.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), rereadTimeout)
		defer cancel()
		if err := ix.current(ctx); err != nil {
			ix.user.server.settings.Log.Warn("a folder could not be read again", "user", ix.user.info.Name, "folder", ix.folder.Name, "error", err)
		}
	})
}

// replace takes rows in the place of what is known. The caller holds mu.
func (ix *index) replace(rows []row, number view.ModSeq) {
	old := ix.snapshot.Load()
	if old == nil {
		old = new(view.Snapshot)
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.object, b.object) })
	list := make([]object, len(rows))
	for i, r := range rows {
		list[i] = object{r.object, r.message.UID}
	}
	ix.objects = objects{list: list}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.message.UID, b.message.UID) })
	u := view.Update{Keywords: ix.keywords.sets, UIDNext: ix.folder.newest + 1, HighestModSeq: number}
	i := 0
	for _, m := range old.All(0) {
		for ; i < len(rows) && rows[i].message.UID < m.UID; i++ {
			u.Set = append(u.Set, rows[i].message)
		}
		if i == len(rows) || rows[i].message.UID != m.UID {
			u.Gone = append(u.Gone, m.UID)
			continue
		}
		if rows[i].message != m {
			u.Set = append(u.Set, rows[i].message)
		}
		i++
	}
	for ; i < len(rows); i++ {
		u.Set = append(u.Set, rows[i].message)
	}
	ix.publish(old, u, ix.snapshot.Load() == nil || number > old.HighestModSeq)
}

// apply takes single changes in. The caller holds mu.
func (ix *index) apply(set []row, gone []uint32) {
	snapshot := ix.snapshot.Load()
	var u view.Update
	for _, object := range gone {
		if uid := ix.objects.remove(object); uid != 0 {
			u.Gone = append(u.Gone, uid)
			ix.removed.add(uid)
			delete(ix.recalled.rows, uid)
		}
	}
	for _, r := range set {
		if ix.removed.has(r.message.UID) {
			continue // an event from before it was deleted
		}
		if before := ix.objects.set(r.object, r.message.UID); before != 0 && before != r.message.UID {
			u.Gone = append(u.Gone, before)
		}
		if known, ok := snapshot.Get(r.message.UID); ok && (known == r.message || r.message.ModSeq < known.ModSeq) {
			continue // an echo of what is known, or older than that
		}
		u.Set = append(u.Set, r.message)
	}
	u.Keywords = ix.keywords.sets
	ix.publish(snapshot, u, false)
}

// take brings rows of the folder into the snapshot.
func (ix *index) take(rows []mapi.Props) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	var set []row
	for _, r := range rows {
		if m, object, ok := ix.message(r); ok {
			set = append(set, row{m, object})
		}
	}
	ix.apply(set, nil)
}

// publish makes the next snapshot, if it is another one. The caller holds mu.
func (ix *index) publish(old *view.Snapshot, u view.Update, always bool) {
	if len(u.Set) == 0 && len(u.Gone) == 0 && !always {
		return
	}
	if len(u.Gone) > 0 && ix.user.tags.modSeq != 0 {
		ix.numberOld.Store(true)
	}
	for i := range u.Set {
		u.HighestModSeq = max(u.HighestModSeq, u.Set[i].ModSeq)
	}
	ix.snapshot.Store(old.Apply(u))
	for _, changed := range ix.watchers {
		changed()
	}
}
