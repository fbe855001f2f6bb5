package client

import (
	"context"

	"zarafa/mapi"
	"zarafa/wire"
)

// DeleteMessages deletes messages; with hard they cannot be restored. Those that do not exist are passed over.
func (s *Session) DeleteMessages(ctx context.Context, hard bool, ids ...mapi.EntryID) error {
	return s.deleteMessages(ctx, 0, hard, ids)
}

func (s *Session) deleteMessages(ctx context.Context, sync uint32, hard bool, ids []mapi.EntryID) error {
	flags := mapi.DelMessages
	if hard {
		flags |= mapi.DelHard
	}
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.DeleteObjectsRequest{SessionID: session, Flags: flags, Messages: plainIDs(ids), SyncID: sync}
	}, new(wire.DeleteObjectsResponse), nil)
}

// CopyMessages copies messages into a folder of the same store. The error carries PARTIAL_COMPLETION if some were not copied.
func (s *Session) CopyMessages(ctx context.Context, dest mapi.EntryID, ids ...mapi.EntryID) error {
	return s.copyMessages(ctx, 0, dest, 0, ids)
}

// MoveMessages moves messages into a folder of the same store; they get new entry ids.
func (s *Session) MoveMessages(ctx context.Context, dest mapi.EntryID, ids ...mapi.EntryID) error {
	return s.copyMessages(ctx, 0, dest, mapi.CopyMove, ids)
}

func (s *Session) copyMessages(ctx context.Context, sync uint32, dest mapi.EntryID, flags uint32, ids []mapi.EntryID) error {
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.CopyObjectsRequest{SessionID: session, Messages: plainIDs(ids), DestFolderID: dest, Flags: flags, SyncID: sync}
	}, new(wire.CopyObjectsResponse), nil)
}

// CopyNumbered copies messages into a folder, of any store on this server: all of them or none. It answers what became of each, in the order of ids (RFC 4315
// COPYUID); those that are there no longer are passed over, and have no entry id. It needs [Session.Gateway].
func (s *Session) CopyNumbered(ctx context.Context, dest mapi.EntryID, ids ...mapi.EntryID) ([]Saved, error) {
	return s.copyNumbered(ctx, dest, 0, ids)
}

// MoveNumbered moves messages into a folder of the same store (NO_SUPPORT if it is another's), and answers as CopyNumbered does. Of thousands some may be
// left where they were, and have no entry id in the answer, if the server fails in the middle of them.
func (s *Session) MoveNumbered(ctx context.Context, dest mapi.EntryID, ids ...mapi.EntryID) ([]Saved, error) {
	return s.copyNumbered(ctx, dest, mapi.CopyMove, ids)
}

func (s *Session) copyNumbered(ctx context.Context, dest mapi.EntryID, flags uint32, ids []mapi.EntryID) (list []Saved, err error) {
	if err := s.requireGateway("copying messages"); err != nil {
		return nil, err
	}
	var resp wire.CopyObjectsResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.CopyObjectsRequest{SessionID: session, Messages: plainIDs(ids), DestFolderID: dest, Flags: flags | mapi.CopyTellCopies}
	}, &resp, func() error {
		if len(resp.Copies) != len(ids) {
			return errIncomplete
		}
		list = make([]Saved, len(ids))
		for i, c := range resp.Copies {
			if len(c.EntryID) > 0 {
				list[i] = Saved{EntryID: copyID(c.EntryID), UID: c.ImapID, Number: c.Number}
			}
		}
		return nil
	})
	return list, err
}

// SetRead marks messages as read or unread, without a receipt to the sender.
func (s *Session) SetRead(ctx context.Context, read bool, ids ...mapi.EntryID) error {
	return s.setRead(ctx, 0, read, ids)
}

func (s *Session) setRead(ctx context.Context, sync uint32, read bool, ids []mapi.EntryID) error {
	flags := mapi.SuppressReceipt
	if !read {
		flags = mapi.ClearReadFlag
	}
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.SetReadFlagsRequest{SessionID: session, Flags: flags, Messages: plainIDs(ids), SyncID: sync}
	}, new(wire.SetReadFlagsResponse), nil)
}
