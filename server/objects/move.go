package objects

import (
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/feed"
	"zarafa/server/session"
	"zarafa/storage"
)

// moveMessages moves messages of one store in one transaction and returns how many were skipped. Across stores
// clients copy and delete. told, if not nil, is what has become of them, which get their IMAP ids in the order of the list then.
func (s *Service) moveMessages(c *session.Call, list []storage.Ref, dest storage.Ref, sync uint32, told copies) (skipped int, err error) {
	if len(list) == 0 {
		return 0, nil
	}
	if list[0].Store != dest.Store {
		return len(list), nil
	}
	for _, ref := range list {
		if ref.Deleted() {
			if err := s.checkQuota(c, dest.Store, mapi.QuotaHard); err != nil {
				return 0, err
			}
			break
		}
	}
	box, err := s.tree.Mailbox(c.Context, dest.Store)
	if err != nil {
		return 0, err
	}
	ids := make([]uint32, len(list))
	for i, ref := range list {
		ids[i] = ref.ID
	}
	err = s.writer.Do(c.Context, dest.Store, author(c, sync), func(ctx context.Context, ch *change.Change) error {
		rows, err := ch.RowsOf(ctx, storage.RowQuery{IDs: ids})
		if err != nil {
			return err
		}
		skipped = len(ids) - len(rows)
		if told != nil {
			clear(told)
			rows = slices.DeleteFunc(rows, func(r *storage.Row) bool { return r.Deleted() })
			inOrder(rows, ids)
		}
		folder, err := ch.Folder(ctx, dest.ID)
		if err != nil {
			return err
		}
		moved := rows[:0]
		for _, r := range rows {
			if r.Parent == folder.ID && !r.Deleted() {
				told.note(s, r.ID, r.ID, r.EntryID, r.Props)
				continue // it is there already
			}
			if err := moveMessage(ctx, ch, r, folder, box.GUID); err != nil {
				return err
			}
			told.note(s, r.ID, r.ID, r.EntryID, r.Props)
			moved = append(moved, r)
		}
		if len(moved) == 0 {
			return nil
		}
		return ch.PutRows(ctx, moved...)
	})
	return skipped, err
}

// moveMessage gives a message a new place and the ids of a new message; its row remains to be written.
func moveMessage(ctx context.Context, ch *change.Change, r *storage.Row, folder storage.Ref, store mapi.GUID) error {
	if _, err := ch.Place(ctx, folder.ID, 0); err != nil {
		return err
	}
	old := r.Ref
	from, err := ch.Folder(ctx, old.Parent)
	if err != nil {
		return err
	}
	uncounted, err := underDeleted(ctx, ch, old.Parent)
	if err != nil {
		return err
	}
	ch.Leave(old, r.Props)
	if uncounted || old.Deleted() {
		ch.Resize(messageSize(r))
	}
	if err := refresh(ctx, ch, r, store); err != nil {
		return err
	}
	if err := ch.Move(ctx, r.Ref, folder.ID); err != nil {
		return err
	}
	r.Parent = folder.ID
	ch.Enter(r.Ref, r.Props)
	if from.ID != folder.ID {
		if _, err := ch.Record(ctx, from.SourceKey, old.SourceKey, mapi.ChangeMessage|mapi.ChangeHardDelete, 0); err != nil {
			return err
		}
	}
	change, err := ch.Record(ctx, folder.SourceKey, r.SourceKey, mapi.ChangeMessage|mapi.ChangeNew, 0)
	if err != nil {
		return err
	}
	ch.Stamp(&r.Props, change)
	ch.Event(feed.Event{
		Kind: feed.Moved, Object: r.Ref, ParentEntryID: folder.EntryID, Old: old, OldParentEntryID: from.EntryID, Row: r.Clone(),
	})
	return nil
}

// refresh makes a message look new: entry id, source key, IMAP id and modification time, and live.
func refresh(ctx context.Context, ch *change.Change, r *storage.Row, store mapi.GUID) (err error) {
	r.EntryID = mapi.NewEntryID(store, mapi.TypeMessage)
	if r.SourceKey, err = ch.NewSourceKey(ctx); err != nil {
		return err
	}
	imap, err := ch.NewIMAPID(ctx)
	if err != nil {
		return err
	}
	r.Flags &^= mapi.FlagDeleted
	r.Props.Delete(mapi.PrDeletedOn.ID())
	r.Props.Set(mapi.Long(mapi.PrECIMAPID, imap))
	r.Props.Set(mapi.Time(mapi.PrLastModificationTime, ch.Time()))
	return nil
}
