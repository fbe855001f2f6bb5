package change

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/storage"
)

// Enqueue puts a message into the outgoing queue and announces it.
func (ch *Change) Enqueue(ctx context.Context, e storage.QueueEntry) error {
	ch.queueChanged(e, true)
	return ch.PutQueueEntry(ctx, e)
}

// Dequeue takes a message out of the outgoing queue and announces it; NOT_FOUND if it is in none.
func (ch *Change) Dequeue(ctx context.Context, e storage.QueueEntry) error {
	ch.queueChanged(e, false)
	return ch.DeleteQueueEntry(ctx, e.Message, e.Flags&mapi.SubmitMaster != 0)
}

// LeavesQueue announces that a message leaves the outgoing queue by being deleted for good, if it is in it.
func (ch *Change) LeavesQueue(ctx context.Context, message uint32) error {
	list, err := ch.QueuedAs(ctx, message)
	for _, e := range list {
		ch.queueChanged(e, false)
	}
	return err
}

// QueuedAs lists the entries that a message of the change's store had in the outgoing queue when a change first asked for any. The
// store's part of the queue is read once, so that many messages can be asked for.
func (ch *Change) QueuedAs(ctx context.Context, message uint32) ([]storage.QueueEntry, error) {
	if ch.queued == nil {
		list, err := ch.Queue(ctx, ch.Store)
		if err != nil {
			return nil, err
		}
		ch.queued = make(map[uint32][]storage.QueueEntry, len(list))
		for _, e := range list {
			ch.queued[e.Message] = append(ch.queued[e.Message], e)
		}
	}
	return ch.queued[message], nil
}

func (ch *Change) queueChanged(e storage.QueueEntry, added bool) {
	ch.batch.Queue = append(ch.batch.Queue, feed.QueueChange{Entry: e, Added: added})
}
