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

// SetReadFlags marks messages read or unread: those listed, or all of a folder. Read suffices. Up to some
// messages of a store share a transaction. Gateways change other flags too.
func (s *Service) SetReadFlags(c *session.Call, req *wire.SetReadFlagsRequest, resp *wire.SetReadFlagsResponse) error {
	if req.Change != nil {
		if !c.Session.Has(mapi.CapGateway) {
			return mapi.Errorf(mapi.NoSupport, "setReadFlags", "the client has no capability for changes of flags")
		}
		return s.changeFlags(c, req, resp)
	}
	if req.Flags&mapi.GenerateReceiptOnly != 0 {
		return nil
	}
	if req.Messages == nil {
		folder, err := s.folder(c.Context, req.EntryID)
		if err != nil {
			return err
		}
		return s.readFolder(c, folder, req)
	}
	byStore, _, err := s.messages(c, req.Messages, "setReadFlags")
	if err != nil {
		return err
	}
	for _, list := range byStore {
		if err := s.checkEach(c, list, rights.Read); err != nil {
			return err
		}
	}
	for _, list := range byStore {
		ids := make([]uint32, len(list))
		for i, ref := range list {
			ids[i] = ref.ID
		}
		if err := s.setReadOf(c, list[0].Store, ids, req); err != nil {
			return err
		}
	}
	return nil
}

// readFolder marks all messages of a folder, or all that a search folder has found.
func (s *Service) readFolder(c *session.Call, folder storage.Ref, req *wire.SetReadFlagsRequest) error {
	if err := s.check(c, folder, rights.Read); err != nil {
		return err
	}
	if folder.FolderKind() != mapi.FolderSearch {
		return s.setReadIn(c, folder, req)
	}
	found, err := s.store.SearchResults(c.Context, folder.ID)
	if err != nil {
		return err
	}
	ids := make([]uint32, 0, len(found))
	for _, r := range found {
		ref, err := s.tree.Ref(c.Context, r.Message)
		if err == nil && ref.Store == folder.Store && s.check(c, ref, rights.Read) == nil {
			ids = append(ids, r.Message)
		}
	}
	return s.setReadOf(c, folder.Store, ids, req)
}

// setReadIn marks the messages of a folder, batch by batch.
func (s *Service) setReadIn(c *session.Call, folder storage.Ref, req *wire.SetReadFlagsRequest) error {
	q := storage.RowQuery{Parent: folder.ID, Type: mapi.TypeMessage, FlagsMask: mapi.FlagAssociated | mapi.FlagDeleted, Limit: s.batch()}
	for {
		rows, last, err := s.setRead(c, folder.Store, q, req)
		if err != nil || rows < q.Limit {
			return err
		}
		q.After = last
	}
}

// setReadOf marks some messages of a store, batch by batch.
func (s *Service) setReadOf(c *session.Call, store uint32, ids []uint32, req *wire.SetReadFlagsRequest) error {
	for part := range slices.Chunk(ids, s.batch()) {
		if _, _, err := s.setRead(c, store, storage.RowQuery{IDs: part}, req); err != nil {
			return err
		}
	}
	return nil
}

// setRead is one transaction. It says how many rows the query gave, and the last of them.
func (s *Service) setRead(c *session.Call, store uint32, q storage.RowQuery, req *wire.SetReadFlagsRequest) (n int, last uint32, err error) {
	err = s.writer.Do(c.Context, store, author(c, req.SyncID), func(ctx context.Context, ch *change.Change) error {
		n = 0
		rows, err := ch.RowsOf(ctx, q)
		if err != nil || len(rows) == 0 {
			return err
		}
		n, last = len(rows), rows[len(rows)-1].ID
		changed := rows[:0]
		for _, r := range rows {
			if r.Flags != 0 || r.Type != mapi.TypeMessage {
				continue // associated or deleted
			}
			done, err := markRead(ctx, ch, r, req.Flags)
			if err != nil {
				return err
			}
			if done {
				changed = append(changed, r)
			}
		}
		if len(changed) == 0 {
			return nil
		}
		return ch.PutRows(ctx, changed...)
	})
	return n, last, err
}

// markRead changes the flags of one row, which remains to be written; it reports whether anything changed.
func markRead(ctx context.Context, ch *change.Change, r *storage.Row, flags uint32) (bool, error) {
	before := r.Props.Uint32(mapi.PrMessageFlags)
	after := readFlags(before, flags)
	if after == before {
		return false, nil
	}
	r.Props.Set(mapi.Long(mapi.PrMessageFlags, after))
	ch.CountRead(r.Ref, before, after)
	parent, err := ch.Folder(ctx, r.Parent)
	if err != nil {
		return false, err
	}
	change, err := ch.Record(ctx, parent.SourceKey, r.SourceKey, mapi.ChangeMessage|mapi.ChangeFlag, after&mapi.MsgRead)
	if err != nil {
		return false, err
	}
	ch.Note(&r.Props, change)
	ch.Event(feed.Event{Kind: feed.Modified, Object: r.Ref, ParentEntryID: parent.EntryID, Row: r.Clone()})
	return true, nil
}

// readFlags is what becomes of a message's flags. Every call without CLEAR_READ_FLAG marks read, also one that
// only takes a pending receipt back.
func readFlags(before, flags uint32) uint32 {
	after := before | mapi.MsgRead
	if flags&mapi.ClearReadFlag != 0 {
		after = before &^ mapi.MsgRead
	}
	if flags&(mapi.SuppressReceipt|mapi.ClearRNPending) != 0 {
		after &^= mapi.MsgRNPending
	}
	if flags&(mapi.SuppressReceipt|mapi.ClearNRNPending) != 0 {
		after &^= mapi.MsgNRNPending
	}
	return after
}
