package objects

import (
	"cmp"
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// copies are what messages have become that were copied or moved, by their ids before.
type copies map[uint32]copied

type copied struct {
	id   uint32 // of the copy
	told wire.CopiedMessage
}

// note notes what a message has become, if anybody asks.
func (told copies) note(s *Service, from, to uint32, id mapi.EntryID, props mapi.Props) {
	if told != nil {
		told[from] = copied{to, s.copied(id, props)}
	}
}

// copyTold copies or moves messages for a gateway (RFC 4315 COPYUID, RFC 6851): all or none, and what became of each is answered. Those that are
// there no longer are passed over, and have no entry id in the answer. It needs the rights on all; moves stay in a store.
//
// Of a long list of moves that fails in the middle, what has been moved is answered: it cannot be taken back under its old numbers.
func (s *Service) copyTold(c *session.Call, req *wire.CopyObjectsRequest, dest storage.Ref, byStore [][]storage.Ref, resp *wire.CopyObjectsResponse) error {
	move := req.Flags&mapi.CopyMove != 0
	run, need := s.copyMessages, rights.Read
	if move {
		run, need = s.moveMessages, rights.Delete
	}
	if dest.Deleted() {
		return mapi.Errorf(mapi.NotFound, "copyObjects", "folder %d is deleted", dest.ID)
	}
	ids := make(map[string]uint32, len(req.Messages))
	for i, refs := range byStore {
		refs = slices.DeleteFunc(refs, func(ref storage.Ref) bool { return ref.Deleted() })
		if byStore[i] = refs; len(refs) == 0 {
			continue
		}
		if move && refs[0].Store != dest.Store {
			return mapi.Errorf(mapi.NoSupport, "copyObjects", "messages of store %d cannot be moved to store %d", refs[0].Store, dest.Store)
		}
		if err := s.checkEach(c, refs, need); err != nil {
			return err
		}
		for _, ref := range refs {
			ids[string(ref.EntryID)] = ref.ID
		}
	}
	told := make(copies, len(ids))
	for _, refs := range byStore {
		for part := range slices.Chunk(refs, s.batch()) {
			done := make(copies, len(part))
			if _, err := run(c, part, dest, req.SyncID, done); err != nil {
				if move && len(told) > 0 {
					c.Log.Warn("of a list of messages only some were moved", "moved", len(told), "of", len(ids), "error", err)
					break
				}
				return s.takeBack(c, dest, told, err)
			}
			for id, one := range done {
				told[id] = one
			}
		}
	}
	resp.Copies = make([]wire.CopiedMessage, len(req.Messages))
	for i, id := range req.Messages {
		resp.Copies[i] = told[ids[string(mapi.EntryID(id).WithFlags(0))]].told
	}
	return nil
}

// takeBack deletes copies, because others could not be made.
func (s *Service) takeBack(c *session.Call, dest storage.Ref, told copies, cause error) error {
	list := make([]storage.Ref, 0, len(told))
	for _, one := range told {
		list = append(list, storage.Ref{ID: one.id})
	}
	slices.SortFunc(list, func(a, b storage.Ref) int { return cmp.Compare(a.ID, b.ID) })
	for part := range slices.Chunk(list, s.batch()) {
		ctx := context.WithoutCancel(c.Context) // the client may be gone, which is no reason to keep half of the copies
		if err := s.writer.Do(ctx, dest.Store, author(c, 0), func(ctx context.Context, ch *change.Change) error {
			return deleteMessages(ctx, ch, part, true)
		}); err != nil {
			c.Log.Error("copies that should all have been made or none stay in their folder", "folder", dest.ID, "error", err)
			break
		}
	}
	return cause
}

// inOrder sorts rows as their ids are listed.
func inOrder(rows []*storage.Row, ids []uint32) {
	place := make(map[uint32]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	slices.SortFunc(rows, func(a, b *storage.Row) int { return cmp.Compare(place[a.ID], place[b.ID]) })
}
