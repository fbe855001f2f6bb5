package mailbox

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/mapi"
)

// callsAtOnce is how many calls are made side by side where the server has none for many messages.
const callsAtOnce = 8

// changedAtOnce is from how many messages on those that were looked up are changed before others are.
const changedAtOnce = 5000

// target is a message whose flags change.
type target struct {
	id       mapi.EntryID
	row      row
	old, new state
}

// Change sets flags.
func (o *openFolder) Change(ctx context.Context, uids []view.UID, c mailstore.FlagChange) (modified []view.UID, err error) {
	categories, err := categoriesOf(c.Keywords)
	if err != nil {
		return nil, err
	}
	var waiting []target
	flush := func() error {
		done, late, err := o.changeTogether(ctx, waiting, &c)
		o.index.note(done)
		modified = append(modified, late...)
		waiting = nil
		return err
	}
	err = o.visitRows(ctx, uids, mapi.OpenNoCap, o.changeColumns(), func(rows []mapi.Props) error {
		batch, late := o.targets(rows, &c, categories)
		modified = append(modified, late...)
		if o.session().Gateway() {
			if waiting = append(waiting, batch...); len(waiting) >= changedAtOnce {
				return flush()
			}
			return nil
		}
		done, err := o.change(ctx, batch)
		o.index.note(done)
		return err
	})
	if err == nil && len(waiting) > 0 {
		err = flush()
	}
	slices.Sort(modified)
	if err != nil {
		return nil, told(err)
	}
	if o.user.server.settings.ExpungeOnDelete && c.Mode != mailstore.RemoveFlags && c.Flags&view.Deleted != 0 {
		return modified, o.Expunge(ctx, withoutUIDs(uids, modified))
	}
	return modified, nil
}

// withoutUIDs is a rising list without the UIDs of another one.
func withoutUIDs(uids, without []view.UID) []view.UID {
	return slices.DeleteFunc(slices.Clone(uids), func(uid view.UID) bool { return slices.Contains(without, uid) })
}

func (o *openFolder) changeColumns() []mapi.PropTag {
	return append([]mapi.PropTag{mapi.PrEntryID}, o.user.indexColumns()...)
}

// targets are the messages that a change makes others of; late are those that have changed since.
func (o *openFolder) targets(rows []mapi.Props, c *mailstore.FlagChange, categories []string) (list []target, late []view.UID) {
	t := o.user.tags
	for _, r := range rows {
		old := t.stateOf(r)
		m := view.Message{UID: uidOf(r)}
		if t.modSeq != 0 {
			m.ModSeq = view.ModSeq(r.Uint32(t.modSeq))
		}
		if c.Conditional && m.ModSeq > c.UnchangedSince {
			late = append(late, m.UID)
			continue
		}
		next := old.apply(c, categories)
		set, remove := next.changes(t, &old, o.user.server.settings.Now())
		if next.read == old.read && len(set) == 0 && len(remove) == 0 {
			continue
		}
		list = append(list, target{id: r.Bytes(mapi.PrEntryID), row: row{m, objectNumber(r)}, old: old, new: next})
	}
	return list, late
}

// change has the server change messages, and returns those that were changed, some also beside an error.
func (o *openFolder) change(ctx context.Context, list []target) (done []target, err error) {
	if err := o.setRead(ctx, list); err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var first error
	slots := make(chan struct{}, callsAtOnce)
	var wg sync.WaitGroup
	now := o.user.server.settings.Now()
	for _, t := range list {
		set, remove := t.new.changes(o.user.tags, &t.old, now)
		if len(set) == 0 && len(remove) == 0 {
			mu.Lock()
			done = append(done, t)
			mu.Unlock()
			continue
		}
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			_, err := o.session().SaveObject(ctx, o.folder.entryID, t.id, &client.Change{
				Type: mapi.TypeMessage, ServerID: t.row.object, Set: set, Delete: remove,
			}, false)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				done = append(done, t)
			case !client.IsNotFound(err) && first == nil: // one that has gone meanwhile is passed over
				first = err
			}
		})
	}
	wg.Wait()
	return done, first
}

// setRead marks those messages that become read, and those that become unread: a call for each kind.
func (o *openFolder) setRead(ctx context.Context, list []target) error {
	for _, read := range []bool{true, false} {
		var ids []mapi.EntryID
		for i := range list {
			if t := &list[i]; t.new.read == read && t.old.read != read {
				ids = append(ids, t.id)
			}
		}
		if len(ids) == 0 {
			continue
		}
		if err := o.session().SetRead(ctx, read, ids...); err != nil && !client.IsNotFound(err) {
			return fmt.Errorf("marking messages as read: %w", err)
		}
	}
	return nil
}

// note takes in what has been changed.
func (ix *index) note(list []target) {
	if len(list) == 0 {
		return
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	rows := make([]row, len(list))
	for i := range list {
		rows[i] = list[i].row
		ix.describe(&rows[i].message, &list[i].new)
	}
	ix.apply(rows, nil)
}

// deletedAtOnce is how many messages are deleted by one call.
const deletedAtOnce = 5000

// Expunge deletes messages, which can be restored for a while.
func (o *openFolder) Expunge(ctx context.Context, uids []view.UID) error {
	list, err := o.located(ctx, uids)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(list, deletedAtOnce) {
		ids, objects := make([]mapi.EntryID, len(some)), make([]uint32, len(some))
		for i := range some {
			ids[i], objects[i] = some[i].id, some[i].object
		}
		if err := o.session().DeleteMessages(ctx, false, ids...); err != nil {
			return told(err)
		}
		o.index.forget(objects)
	}
	return o.index.renumber(ctx)
}

// located is where a message is for the server.
type located struct {
	uid    view.UID
	id     mapi.EntryID
	object uint32
	key    string // PR_SEARCH_KEY, which copies keep
}

// located finds messages, all before anything is done to them: what is done may move rows.
func (o *openFolder) located(ctx context.Context, uids []view.UID) (list []located, err error) {
	columns := []mapi.PropTag{mapi.PrEntryID, mapi.PrInstanceKey, mapi.PrSearchKey}
	err = o.visitRows(ctx, uids, mapi.OpenNoCap, columns, func(rows []mapi.Props) error {
		for _, r := range rows {
			list = append(list, located{uidOf(r), r.Bytes(mapi.PrEntryID), objectNumber(r), string(r.Bytes(mapi.PrSearchKey))})
		}
		return nil
	})
	return list, err
}

// forget takes in that messages are gone.
func (ix *index) forget(objects []uint32) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.apply(nil, objects)
}
