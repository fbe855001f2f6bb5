package sqlstore

import (
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/storage"
)

// Delete removes stores, folders and messages (these ids only, not what lies below folders) with their parts, access control
// lists, receive folders, queue rows, search results, counters, and large values that nothing else refers to.
func (t *transaction) Delete(ctx context.Context, ids []uint32) error {
	refs, err := t.Refs(ctx, storage.RowQuery{IDs: slices.Concat([]uint32{}, ids)})
	if err != nil {
		return err
	}
	byStore := map[uint32][]storage.Ref{}
	for _, r := range refs {
		byStore[r.Store] = append(byStore[r.Store], r)
	}
	instances := map[uint32]bool{}
	for store, list := range byStore {
		for chunk := range slices.Chunk(list, maxInList) {
			if err := t.deleteIn(ctx, store, chunk, instances); err != nil {
				return dbError("delete", err)
			}
		}
	}
	return t.releaseLobs(ctx, instances)
}

// deleteIn removes up to maxInList objects of one store and collects the large values they referred to.
func (t *transaction) deleteIn(ctx context.Context, store uint32, refs []storage.Ref, instances map[uint32]bool) error {
	ids := make([]uint32, len(refs))
	containers := false
	for i, r := range refs {
		ids[i] = r.ID
		if r.Type != mapi.TypeMessage {
			containers = true
			t.dropPending(r.ID)
		}
	}
	var lobs []uint32
	text, args := t.texts.lobsOfMessages.fill([]any{store}, ids)
	if err := t.appendIDs(ctx, &lobs, text, args...); err != nil {
		return err
	}
	lists := t.texts.deleteMessages
	if len(lobs) > 0 {
		lists = append(slices.Clone(lists), t.texts.deleteRefsOfMessages)
		for _, id := range lobs {
			instances[id] = true
		}
	}
	if containers {
		lists = append(slices.Clone(lists), t.texts.deleteContainers...)
	}
	for _, l := range lists {
		text, args := l.fill([]any{store}, ids)
		if _, err := t.exec(ctx, text, args...); err != nil {
			return err
		}
	}
	return nil
}
