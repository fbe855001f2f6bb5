package objects

import (
	"bytes"
	"context"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// ImportOptions say where a message that comes as a whole belongs (wire.md section 11).
type ImportOptions struct {
	SyncID uint32
	Flags  uint32       // of a new message: mapi.FlagAssociated
	Folder mapi.EntryID // of a new message
	ID     mapi.EntryID // of the new message, or of the one to replace
	New    bool
	// ConflictItems, if not nil, is the message's PR_CONFLICT_ITEMS.
	ConflictItems *mapi.PropValue
}

// Import is a message on its way in: the checks that can be made before it is read have been made.
type Import struct {
	incoming
	options ImportOptions
	saved   wire.CopiedMessage
}

// Saved is what the message has become, for those who ask for its numbers; nil for all others.
func (im *Import) Saved() *wire.CopiedMessage {
	if im.options.Flags&mapi.SaveTellNumber == 0 || !im.call.Session.Has(mapi.CapGateway) {
		return nil
	}
	return &im.saved
}

// NewImport checks that the caller may create or replace the message: a new one needs Create on the folder and
// an unused id (else COLLISION), an existing one Edit; both need room in the store.
func (s *Service) NewImport(c *session.Call, o ImportOptions) (*Import, error) {
	in, err := s.incoming(c, "importMessageFromStream", true)
	if err != nil {
		return nil, err
	}
	im := &Import{incoming: in, options: o}
	if o.New {
		err = im.refuseTaken()
		if err == nil {
			err = im.goTo(o.Folder, o.ID)
		}
		return im, err
	}
	ref, err := s.message(c.Context, o.ID)
	if err == nil {
		err = im.replace(ref)
	}
	return im, err
}

// refuseTaken refuses an entry id that something has already, before the message is read.
func (im *Import) refuseTaken() error {
	id := im.options.ID
	if !id.Valid() || id.Type() != mapi.TypeMessage {
		return nil // it is refused for what it is
	}
	_, err := im.svc.tree.ByEntryID(im.call.Context, id)
	switch {
	case err == nil:
		return storage.ErrEntryIDTaken
	case mapi.CodeOf(err) == mapi.NotFound:
		return nil
	}
	return err
}

// Save writes the message in one transaction. The draft is not changed; its blobs must stay open until Save returns.
func (im *Import) Save(d *change.Draft) error {
	if err := d.Check(im.op, im.svc.settings.MaxEmbedded); err != nil {
		return err
	}
	if items := im.options.ConflictItems; items != nil {
		top := *d
		top.Props = append(mapi.Props{items.Clone()}, d.Props...)
		d = &top
	}
	return im.svc.writer.Do(im.call.Context, im.target.Store, author(im.call, im.options.SyncID), func(ctx context.Context, ch *change.Change) error {
		if im.options.New {
			saved, err := ch.CreateMessage(ctx, change.NewMessage{
				Folder: im.target.ID, Flags: im.options.Flags, Owner: im.owner, EntryID: im.options.ID, NeverQueued: true,
			}, d, im.rules)
			if err == nil {
				im.saved = im.svc.copied(saved.Object.EntryID, saved.Object.Props)
			}
			return err
		}
		o, err := ch.Object(ctx, im.target.ID)
		if err != nil {
			return err
		}
		if o.Deleted() {
			return mapi.Errorf(mapi.ObjectDeleted, im.op, "message %d is deleted", o.ID)
		}
		if _, err = ch.ReplaceMessage(ctx, o, d, im.rules); err == nil {
			im.saved = im.svc.copied(o.EntryID, o.Props)
		}
		return err
	})
}

// copied is what a gateway is told of a message that came to a folder.
func (s *Service) copied(id mapi.EntryID, props mapi.Props) wire.CopiedMessage {
	return wire.CopiedMessage{
		EntryID: bytes.Clone(id), ImapID: props.Uint32(mapi.PrECIMAPID), Number: mapi.ModificationNumber(s.store.ServerGUID(), props),
	}
}
