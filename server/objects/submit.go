package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// SubmitMessage puts a message into the outgoing queue (objects.md section 7). It needs Owner on the store, which must be
// a mail user's and below its soft quota.
func (s *Service) SubmitMessage(c *session.Call, req *wire.SubmitMessageRequest, _ *wire.SubmitMessageResponse) error {
	ref, err := s.message(c.Context, req.EntryID)
	if err != nil {
		return err
	}
	if ref.Deleted() {
		return mapi.Errorf(mapi.NotFound, "submitMessage", "message %d is deleted", ref.ID)
	}
	if err := s.checkSender(c, ref); err != nil {
		return err
	}
	if err := s.checkQuota(c, ref.Store, mapi.QuotaSoft); err != nil {
		return err
	}
	entry := storage.QueueEntry{Store: ref.Store, Message: ref.ID, Flags: req.Flags & (mapi.SubmitMaster | mapi.SubmitDoSentMail)}
	return s.writer.Do(c.Context, ref.Store, author(c, 0), func(ctx context.Context, ch *change.Change) error {
		queued, err := queuedAs(ctx, ch, ref.ID, entry.Flags)
		if err != nil {
			return err
		}
		if entry.Flags&mapi.SubmitMaster == 0 {
			if err := updateMessage(ctx, ch, ref.ID, func(r *storage.Row) {
				r.Props.Set(mapi.Long(mapi.PrMessageFlags, r.Props.Uint32(mapi.PrMessageFlags)|mapi.MsgSubmit|mapi.MsgUnsent))
			}); err != nil {
				return err
			}
		}
		if queued {
			return nil
		}
		return ch.Enqueue(ctx, entry)
	})
}

// checkSender checks that the caller may send from the message's store.
func (s *Service) checkSender(c *session.Call, ref storage.Ref) error {
	box, err := s.tree.Mailbox(c.Context, ref.Store)
	if err != nil {
		return err
	}
	owner, err := s.ownerOf(c.Context, box)
	if err != nil {
		return err
	}
	if owner == nil || !isMailUser(owner) {
		return mapi.Errorf(mapi.NoAccess, "submitMessage", "store %d is no mail user's", ref.Store)
	}
	return s.checkStoreOwner(c, ref.Store)
}

// checkStoreOwner asks for Owner on a store.
func (s *Service) checkStoreOwner(c *session.Call, store uint32) error {
	ref, err := s.tree.Ref(c.Context, store)
	if err != nil {
		return err
	}
	return s.check(c, ref, rights.Owner)
}

// queuedAs reports whether a message is in the queue that the flags select.
func queuedAs(ctx context.Context, ch *change.Change, message, flags uint32) (bool, error) {
	list, err := ch.QueueEntries(ctx, message)
	for _, e := range list {
		if (e.Flags^flags)&mapi.SubmitMaster == 0 {
			return true, err
		}
	}
	return false, err
}

// FinishedMessage takes a message that was sent, or given up, out of its queue and marks it so. It needs Owner on
// the store.
func (s *Service) FinishedMessage(c *session.Call, req *wire.FinishedMessageRequest, _ *wire.FinishedMessageResponse) error {
	ref, err := s.message(c.Context, req.EntryID)
	if err != nil {
		return err
	}
	if err := s.checkStoreOwner(c, ref.Store); err != nil {
		return err
	}
	done := mapi.MsgSubmit | mapi.MsgUnsent
	if req.Flags&mapi.SubmitMaster != 0 && req.Flags&mapi.SubmitDoSentMail == 0 {
		done = mapi.MsgUnsent
	}
	return s.writer.Do(c.Context, ref.Store, author(c, 0), func(ctx context.Context, ch *change.Change) error {
		if err := updateMessage(ctx, ch, ref.ID, func(r *storage.Row) {
			r.Props.Set(mapi.Long(mapi.PrMessageFlags, r.Props.Uint32(mapi.PrMessageFlags)&^done|mapi.MsgRead))
		}); err != nil {
			return err
		}
		return leaveQueue(ctx, ch, ref.ID, req.Flags)
	})
}

// leaveQueue removes a message from the queue that the flags select, if it is in it.
func leaveQueue(ctx context.Context, ch *change.Change, message, flags uint32) error {
	list, err := ch.QueueEntries(ctx, message)
	if err != nil {
		return err
	}
	for _, e := range list {
		if (e.Flags^flags)&mapi.SubmitMaster != 0 {
			continue
		}
		if err := ch.Dequeue(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// AbortSubmit takes a message back out of the queue; it needs Owner on the message. NOT_IN_QUEUE unless it is in
// exactly one.
func (s *Service) AbortSubmit(c *session.Call, req *wire.AbortSubmitRequest, _ *wire.AbortSubmitResponse) error {
	ref, err := s.message(c.Context, req.EntryID)
	if err != nil {
		return err
	}
	if err := s.check(c, ref, rights.Owner); err != nil {
		return err
	}
	return s.writer.Do(c.Context, ref.Store, author(c, 0), func(ctx context.Context, ch *change.Change) error {
		list, err := ch.QueueEntries(ctx, ref.ID)
		if err != nil {
			return err
		}
		if len(list) != 1 {
			return mapi.Errorf(mapi.NotInQueue, "abortSubmit", "message %d is in %d queues", ref.ID, len(list))
		}
		if err := updateMessage(ctx, ch, ref.ID, func(r *storage.Row) {
			r.Props.Set(mapi.Long(mapi.PrMessageFlags, r.Props.Uint32(mapi.PrMessageFlags)&^mapi.MsgSubmit))
		}); err != nil {
			return err
		}
		return leaveQueue(ctx, ch, ref.ID, list[0].Flags)
	})
}
