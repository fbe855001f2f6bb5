package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/feed"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// GetMessageStatus reads PR_MSG_STATUS; it needs Read.
func (s *Service) GetMessageStatus(c *session.Call, req *wire.GetMessageStatusRequest, resp *wire.MessageStatus) error {
	ref, err := s.message(c.Context, req.EntryID)
	if err != nil {
		return err
	}
	if err := s.check(c, ref, rights.Read); err != nil {
		return err
	}
	row, err := s.row(c, ref.ID)
	if err != nil {
		return err
	}
	resp.MessageStatus = row.Props.Uint32(mapi.PrMsgStatus)
	return nil
}

// SetMessageStatus changes the bits of PR_MSG_STATUS that a mask selects and answers with the old value; it
// needs Edit.
func (s *Service) SetMessageStatus(c *session.Call, req *wire.SetMessageStatusRequest, resp *wire.MessageStatus) error {
	ref, err := s.message(c.Context, req.EntryID)
	if err != nil {
		return err
	}
	if err := s.check(c, ref, rights.Edit); err != nil {
		return err
	}
	return s.writer.Do(c.Context, ref.Store, author(c, req.SyncID), func(ctx context.Context, ch *change.Change) error {
		return updateMessage(ctx, ch, ref.ID, func(r *storage.Row) {
			old := r.Props.Uint32(mapi.PrMsgStatus)
			resp.MessageStatus = old
			r.Props.Set(mapi.Long(mapi.PrMsgStatus, old&^req.NewStatusMask|req.NewStatusMask&req.NewStatus))
		})
	})
}

// updateMessage changes a message's row, keeps the unread counter, and records and announces the change.
func updateMessage(ctx context.Context, ch *change.Change, id uint32, change func(*storage.Row)) error {
	rows, err := ch.RowsOf(ctx, storage.RowQuery{IDs: []uint32{id}})
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return mapi.Errorf(mapi.NotFound, "objects", "message %d is gone", id)
	}
	r := rows[0]
	before := r.Props.Uint32(mapi.PrMessageFlags)
	change(r)
	ch.CountRead(r.Ref, before, r.Props.Uint32(mapi.PrMessageFlags))
	parent, err := ch.Folder(ctx, r.Parent)
	if err != nil {
		return err
	}
	recorded, err := ch.Record(ctx, parent.SourceKey, r.SourceKey, mapi.ChangeMessage|mapi.ChangeModified, 0)
	if err != nil {
		return err
	}
	ch.Note(&r.Props, recorded)
	ch.Event(feed.Event{Kind: feed.Modified, Object: r.Ref, ParentEntryID: parent.EntryID, Row: r.Clone()})
	return ch.PutRows(ctx, r)
}
