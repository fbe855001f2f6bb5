package objects

import (
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/feed"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// DeleteObjects deletes messages; it needs Delete on each. Unknown ids are skipped (objects.md section 5). Long lists are many
// transactions.
func (s *Service) DeleteObjects(c *session.Call, req *wire.DeleteObjectsRequest, _ *wire.DeleteObjectsResponse) error {
	byStore, _, err := s.messages(c, req.Messages, "deleteObjects")
	if err != nil {
		return err
	}
	for _, list := range byStore {
		if err := s.checkEach(c, list, rights.Delete); err != nil {
			return err
		}
	}
	hard := req.Flags&mapi.DelHard != 0
	for _, list := range byStore {
		for part := range slices.Chunk(list, s.batch()) {
			if err := s.writer.Do(c.Context, part[0].Store, author(c, req.SyncID), func(ctx context.Context, ch *change.Change) error {
				return deleteMessages(ctx, ch, part, hard)
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

// messages finds the messages that a request lists, grouped by store in the order of the list. Ids of nothing, or of
// something else than a message, are counted in missing.
func (s *Service) messages(c *session.Call, ids [][]byte, op string) (byStore [][]storage.Ref, missing int, err error) {
	if ids == nil {
		return nil, 0, mapi.Errorf(mapi.InvalidParameter, op, "the request has no list")
	}
	if len(ids) > s.settings.MaxObjectsInList {
		return nil, 0, mapi.Errorf(mapi.TooBig, op, "%d ids, the limit is %d", len(ids), s.settings.MaxObjectsInList)
	}
	place := make(map[uint32]int)
	seen := make(map[uint32]bool, len(ids))
	refs, err := s.tree.ByEntryIDs(c.Context, ids)
	if err != nil {
		return nil, 0, err
	}
	for _, ref := range refs {
		if ref.ID == 0 || ref.Type != mapi.TypeMessage {
			missing++
			continue
		}
		if seen[ref.ID] {
			continue
		}
		seen[ref.ID] = true
		i, ok := place[ref.Store]
		if !ok {
			i = len(byStore)
			place[ref.Store] = i
			byStore = append(byStore, nil)
		}
		byStore[i] = append(byStore[i], ref)
	}
	return byStore, missing, nil
}

// checkEach asks for a right on every object of a list from one store.
func (s *Service) checkEach(c *session.Call, list []storage.Ref, need rights.Need) error {
	all, err := s.rights.Everywhere(c.Context, c.Session.UserID, list[0].Store, need)
	if err != nil || all {
		return err
	}
	for _, ref := range list {
		if err := s.check(c, ref, need); err != nil {
			return err
		}
	}
	return nil
}

// DeleteMessages deletes messages of the change's store: hard, or soft those that are live. With a sync id that
// has a stored set, messages outside of the set are left alone.
func deleteMessages(ctx context.Context, ch *change.Change, list []storage.Ref, hard bool) error {
	ids := make([]uint32, len(list))
	for i, ref := range list {
		ids[i] = ref.ID
	}
	rows, err := ch.RowsOf(ctx, storage.RowQuery{IDs: ids})
	if err != nil {
		return err
	}
	if rows, err = onlySynced(ctx, ch, rows); err != nil {
		return err
	}
	if hard {
		return hardDelete(ctx, ch, rows)
	}
	return softDelete(ctx, ch, rows)
}

// onlySynced drops messages that the synchronising client does not know.
func onlySynced(ctx context.Context, ch *change.Change, rows []*storage.Row) ([]*storage.Row, error) {
	if ch.SyncID == 0 {
		return rows, nil
	}
	known, err := syncedSet(ctx, ch, ch.SyncID)
	if err != nil || known == nil {
		return rows, err
	}
	return slices.DeleteFunc(rows, func(r *storage.Row) bool {
		return r.Type == mapi.TypeMessage && !known[string(r.SourceKey)]
	}), nil
}

// syncedSet are the source keys of the messages that a synchronising client knows; nil if none were stored for it.
func syncedSet(ctx context.Context, from storage.ChangeReader, sync uint32) (map[string]bool, error) {
	sets, err := from.SyncedSets(ctx, sync)
	if err != nil || len(sets) == 0 {
		return nil, err
	}
	keys, ok, err := from.SyncedMessages(ctx, sync, sets[len(sets)-1])
	if err != nil || !ok {
		return nil, err
	}
	known := make(map[string]bool, len(keys))
	for _, k := range keys {
		known[string(k)] = true
	}
	return known, nil
}

// softDelete marks live rows, messages and folders alike, and counts them as deleted.
func softDelete(ctx context.Context, ch *change.Change, rows []*storage.Row) error {
	rows = slices.DeleteFunc(rows, func(r *storage.Row) bool { return r.Deleted() })
	if len(rows) == 0 {
		return nil
	}
	for _, r := range rows {
		old := r.Ref
		ch.Leave(r.Ref, r.Props)
		r.Flags |= mapi.FlagDeleted
		r.Props.Set(mapi.Time(mapi.PrDeletedOn, mapi.FileTimeOf(ch.Now)))
		if status, ok := r.Props.Get(mapi.PrMsgStatus); ok {
			r.Props.Set(mapi.Long(mapi.PrMsgStatus, status.Uint32()&^mapi.MsgStatusDelMarked))
		}
		ch.Enter(r.Ref, r.Props)
		if r.Type == mapi.TypeFolder {
			ch.Know(r.Ref)
		}
		if err := dequeue(ctx, ch, r); err != nil {
			return err
		}
		if err := recordDelete(ctx, ch, r.Ref, mapi.ChangeSoftDelete); err != nil {
			return err
		}
		if r.Type == mapi.TypeMessage {
			ch.Resize(-messageSize(r))
		}
		if err := announceDelete(ctx, ch, r.Ref, old, false); err != nil {
			return err
		}
	}
	return ch.PutRows(ctx, rows...)
}

func messageSize(r *storage.Row) int64 { return int64(r.Props.Uint32(mapi.PrMessageSize)) }

// dequeue takes a message out of the outgoing queues.
func dequeue(ctx context.Context, ch *change.Change, r *storage.Row) error {
	if r.Type != mapi.TypeMessage {
		return nil
	}
	queued, err := ch.QueuedAs(ctx, r.ID)
	if err != nil || len(queued) == 0 {
		return err
	}
	for _, e := range queued {
		if err := ch.Dequeue(ctx, e); err != nil {
			return err
		}
	}
	r.Props.Set(mapi.Long(mapi.PrMessageFlags, r.Props.Uint32(mapi.PrMessageFlags)&^mapi.MsgSubmit))
	return nil
}

// recordDelete notes a deletion for synchronisation; search folders are not synchronised.
func recordDelete(ctx context.Context, ch *change.Change, ref storage.Ref, change uint32) error {
	kind := mapi.ChangeMessage
	if ref.Type == mapi.TypeFolder {
		if ref.FolderKind() == mapi.FolderSearch {
			return nil
		}
		kind = mapi.ChangeFolder
	}
	parent, err := ch.Folder(ctx, ref.Parent)
	if err != nil {
		return err
	}
	_, err = ch.Record(ctx, parent.SourceKey, ref.SourceKey, kind|change, 0)
	return err
}

func announceDelete(ctx context.Context, ch *change.Change, ref, old storage.Ref, hard bool) error {
	parent, err := ch.EntryID(ctx, ref.Parent)
	if err != nil {
		return err
	}
	ch.Event(feed.Event{Kind: feed.Deleted, Object: ref, ParentEntryID: parent, Old: old, OldParentEntryID: parent, Hard: hard})
	return nil
}
