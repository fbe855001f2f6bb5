package objects

import (
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// CopyObjects copies or moves messages into a folder; moving a soft-deleted one restores it (objects.md section 5). What
// cannot be copied is skipped and makes the answer PARTIAL_COMPLETION. Long lists are many transactions. Gateways copy all or none.
func (s *Service) CopyObjects(c *session.Call, req *wire.CopyObjectsRequest, resp *wire.CopyObjectsResponse) error {
	dest, err := s.folder(c.Context, req.DestFolderID)
	if err != nil {
		return err
	}
	if dest.FolderKind() == mapi.FolderSearch {
		return mapi.Errorf(mapi.NoAccess, "copyObjects", "folder %d is a search folder", dest.ID)
	}
	if err := s.check(c, dest, rights.Create); err != nil {
		return err
	}
	byStore, skipped, err := s.messages(c, req.Messages, "copyObjects")
	if err != nil {
		return err
	}
	if req.Flags&mapi.CopyTellCopies != 0 && c.Session.Has(mapi.CapGateway) {
		return s.copyTold(c, req, dest, byStore, resp)
	}
	run, need := s.copyMessages, rights.Read
	if req.Flags&mapi.CopyMove != 0 {
		run, need = s.moveMessages, rights.Delete
	}
	for _, list := range byStore {
		allowed := list[:0]
		for _, ref := range list {
			if s.check(c, ref, need) == nil {
				allowed = append(allowed, ref)
			} else {
				skipped++
			}
		}
		for part := range slices.Chunk(allowed, s.batch()) {
			n, err := run(c, part, dest, req.SyncID, nil)
			if err != nil {
				return err
			}
			skipped += n
		}
	}
	if skipped > 0 {
		return mapi.Errorf(mapi.PartialCompletion, "copyObjects", "%d of %d messages were skipped", skipped, len(req.Messages))
	}
	return nil
}

// copyMessages copies messages of one store in one transaction and returns how many were skipped. told, if not nil, is what has become of them.
func (s *Service) copyMessages(c *session.Call, list []storage.Ref, dest storage.Ref, sync uint32, told copies) (skipped int, err error) {
	if len(list) == 0 {
		return 0, nil
	}
	if err := s.checkQuota(c, dest.Store, mapi.QuotaHard); err != nil {
		return 0, err
	}
	box, err := s.tree.Mailbox(c.Context, dest.Store)
	if err != nil {
		return 0, err
	}
	err = s.writer.Do(c.Context, dest.Store, author(c, sync), func(ctx context.Context, ch *change.Change) error {
		skipped = 0
		clear(told)
		folder, err := ch.Folder(ctx, dest.ID)
		if err != nil {
			return err
		}
		// Clients have always been told of the folder before and after the copies.
		if err := ch.AnnounceCounters(ctx, folder.ID); err != nil {
			return err
		}
		for _, ref := range list {
			o, err := copyMessage(ctx, ch, ref, folder, box.GUID)
			if mapi.CodeOf(err) == mapi.NotFound {
				skipped++ // it vanished meanwhile
				continue
			}
			if err != nil {
				return err
			}
			told.note(s, ref.ID, o.ID, o.EntryID, o.Props)
		}
		return nil
	})
	return skipped, err
}

// copyMessage puts a copy of a message into a folder.
func copyMessage(ctx context.Context, ch *change.Change, ref storage.Ref, folder storage.Ref, store mapi.GUID) (*storage.Object, error) {
	if _, err := ch.Place(ctx, folder.ID, 0); err != nil {
		return nil, err
	}
	o, err := ch.Object(ctx, ref.ID)
	if err != nil {
		return nil, err
	}
	original := o.Ref
	if err := renumber(ctx, ch, o, folder, store); err != nil {
		return nil, err
	}
	for _, tag := range []mapi.PropTag{mapi.PrDeletedOn, mapi.PrChangeKey, mapi.PrPredecessorChangeList} {
		o.Props.Delete(tag.ID())
	}
	imap, err := ch.NewIMAPID(ctx)
	if err != nil {
		return nil, err
	}
	o.Props.Set(mapi.Long(mapi.PrECIMAPID, imap))
	change, err := ch.Record(ctx, folder.SourceKey, o.SourceKey, mapi.ChangeMessage|mapi.ChangeNew, 0)
	if err != nil {
		return nil, err
	}
	ch.Stamp(&o.Props, change)
	return o, ch.InsertMessage(ctx, o, folder, &original)
}

// renumber gives an object that was read new ids all the way down, and a new place.
func renumber(ctx context.Context, ch *change.Change, o *storage.Object, folder storage.Ref, store mapi.GUID) (err error) {
	o.Flags &^= mapi.FlagDeleted
	o.EntryID = mapi.NewEntryID(store, o.Type)
	if o.SourceKey, err = ch.NewSourceKey(ctx); err != nil {
		return err
	}
	if err := renumberParts(ctx, ch, o, folder.Store, 0); err != nil {
		return err
	}
	o.Parent = folder.ID
	return nil
}

// renumberParts gives an object and its parts new ids in a store; message is the new id of the message, 0 for itself.
func renumberParts(ctx context.Context, ch *change.Change, o *storage.Object, store, message uint32) (err error) {
	if o.ID, err = ch.NewObjectID(ctx); err != nil {
		return err
	}
	o.Store, o.Message, o.Owner = store, message, ch.User
	if message == 0 {
		message = o.ID
	}
	for _, part := range o.Children {
		if err := renumberParts(ctx, ch, part, store, message); err != nil {
			return err
		}
		part.Parent = o.ID
	}
	return nil
}
