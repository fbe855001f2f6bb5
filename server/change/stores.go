package change

import (
	"context"

	"zarafa/server/feed"
	"zarafa/storage"
)

// PutMailbox adds or changes the row of a store; the tree knows it as soon as it is durable.
func (ch *Change) PutMailbox(ctx context.Context, box storage.Mailbox) error {
	ch.After(func() { ch.tree.boxes.put(box) })
	return ch.Tx.PutMailbox(ctx, box)
}

// DeleteMailbox removes the row of a store; the tree forgets it as soon as that is durable.
func (ch *Change) DeleteMailbox(ctx context.Context, store uint32) error {
	ch.After(func() { ch.tree.boxes.remove(store) })
	return ch.Tx.DeleteMailbox(ctx, store)
}

// PutReceiveFolder adds or changes a receive folder; the tree reads the store's list anew when somebody asks for it.
func (ch *Change) PutReceiveFolder(ctx context.Context, r storage.ReceiveFolder) error {
	ch.After(func() { ch.tree.receive.Drop(r.Store) })
	return ch.Tx.PutReceiveFolder(ctx, r)
}

// CreateStore runs insert, which writes a store that is not there yet and tells its row and the events of it. It runs in the lane of the
// directory, so that two stores for one user cannot be made side by side; insert may run more than once.
func (w *Writer) CreateStore(ctx context.Context, insert func(context.Context, storage.Tx) (storage.Mailbox, []feed.Event, error)) error {
	var box storage.Mailbox
	batch := &feed.Batch{}
	return w.store.Update(ctx, storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
		var err error
		box, batch.Events, err = insert(ctx, tx)
		return err
	}, func() {
		w.tree.boxes.put(box)
		batch.Store = box.ID
		w.bus.Publish(batch)
	})
}

// RemoveFromStore deletes objects of a store that was removed, in one update. Neither counters nor changes for synchronisation are kept: there
// is nothing left to which they could belong.
func (w *Writer) RemoveFromStore(ctx context.Context, store uint32, doomed []storage.Ref) error {
	w.tree.unsettled.begin(store)
	defer w.tree.unsettled.end(store)
	batch := &feed.Batch{Store: store, Bulk: true}
	ids := make([]uint32, len(doomed))
	for i, ref := range doomed {
		ids[i] = ref.ID
		batch.Events = append(batch.Events, feed.Event{Kind: feed.Deleted, Object: ref, Old: ref, Hard: true})
	}
	return w.store.Update(ctx, store, func(ctx context.Context, tx storage.Tx) error {
		return tx.Delete(ctx, ids)
	}, func() { w.bus.Publish(batch) })
}
