package objects

import (
	"bytes"
	"context"
	"errors"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
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
	svc     *Service
	call    *session.Call
	options ImportOptions
	target  storage.Ref // the folder of a new message, or the message to replace
	owner   uint32
	login   string // of the session's user
	user    []byte // his address-book entry id
}

// NewImport checks that the caller may create or replace the message: a new one needs Create on the folder and
// an unused id, an existing one Edit; both need room in the store.
func (s *Service) NewImport(c *session.Call, o ImportOptions) (*Import, error) {
	user, err := s.dir.ByID(c.Context, c.Session.UserID)
	if err != nil {
		return nil, err
	}
	im := &Import{svc: s, call: c, options: o, login: user.Name, user: s.dir.EntryID(user, c.Session.Capabilities)}
	if o.New {
		err = im.findFolder()
	} else {
		err = im.findMessage()
	}
	if err != nil {
		return nil, err
	}
	return im, s.checkQuota(c, im.target.Store, quotaHard)
}

func (im *Import) findFolder() error {
	s, c := im.svc, im.call
	if id := im.options.ID; len(id) > 0 {
		if !id.Valid() || id.Type() != mapi.TypeMessage {
			return mapi.Errorf(mapi.InvalidEntryID, "importMessageFromStream", "not the entry id of a message")
		}
		_, err := s.tree.ByEntryID(c.Context, id)
		if err == nil {
			return entryIDTaken(storage.ErrEntryIDTaken)
		}
		if mapi.CodeOf(err) != mapi.NotFound {
			return err
		}
	}
	folder, err := s.folder(c.Context, im.options.Folder)
	if err != nil {
		return err
	}
	if folder.FolderKind() == mapi.FolderSearch {
		return mapi.Errorf(mapi.NoAccess, "importMessageFromStream", "folder %d is a search folder", folder.ID)
	}
	if err := s.check(c, folder, rights.Create); err != nil {
		return err
	}
	im.target = folder
	im.owner, err = s.ownerOfNew(c.Context, c.Session.UserID, folder)
	return err
}

func (im *Import) findMessage() error {
	ref, err := im.svc.message(im.call.Context, im.options.ID)
	if err != nil {
		return err
	}
	if ref.Deleted() {
		return mapi.Errorf(mapi.ObjectDeleted, "importMessageFromStream", "message %d is deleted", ref.ID)
	}
	im.target, im.owner = ref, ref.Owner
	return im.svc.check(im.call, ref, rights.Edit)
}

// entryIDTaken is what clients get for a new message whose id is in use: not an error of the database, after which they would try again.
func entryIDTaken(err error) error {
	return mapi.Errorf(mapi.Collision, "importMessageFromStream", "%w", err)
}

// Save writes the message in one transaction. The draft is not changed; its blobs must stay open until Save returns.
func (im *Import) Save(d *Draft) error {
	if depth := d.depth(); depth > im.svc.settings.MaxEmbedded+1 {
		return mapi.Errorf(mapi.TooComplex, "importMessageFromStream", "messages are embedded deeper than embedded_attachment_limit = %d", im.svc.settings.MaxEmbedded)
	}
	write := im.replace
	if im.options.New {
		write = im.create
	}
	by := author(im.call, im.options.SyncID)
	return im.svc.writer.Do(im.call.Context, im.target.Store, by, func(ctx context.Context, ch *Change) error {
		return write(ctx, ch, d)
	})
}

// create writes the draft as a new message.
func (im *Import) create(ctx context.Context, ch *Change, d *Draft) error {
	folder, err := ch.Folder(ctx, im.target.ID)
	if err != nil {
		return err
	}
	o := &storage.Object{Ref: storage.Ref{
		Store: folder.Store, Parent: folder.ID, Type: mapi.TypeMessage,
		Flags: im.options.Flags & mapi.FlagAssociated, Owner: im.owner,
		EntryID: bytes.Clone(im.options.ID.WithFlags(0)),
	}}
	if len(o.EntryID) == 0 {
		box, err := im.svc.tree.Mailbox(ctx, o.Store)
		if err != nil {
			return err
		}
		o.EntryID = mapi.NewEntryID(box.GUID, mapi.TypeMessage)
	}
	if o.ID, err = ch.NewObjectID(ctx); err != nil {
		return err
	}
	if o.SourceKey, err = ch.SourceKeyFor(ctx, d.Props.Bytes(mapi.PrSourceKey)); err != nil {
		return err
	}
	imap, err := ch.NewIMAPID(ctx)
	if err != nil {
		return err
	}
	o.Props.Set(mapi.Long(mapi.PrECIMAPID, imap))
	if err := im.fill(ctx, ch, o, d); err != nil {
		return err
	}
	if err := im.record(ctx, ch, o, folder, mapi.ChangeNew); err != nil {
		return err
	}
	err = ch.InsertMessage(ctx, o, folder)
	if errors.Is(err, storage.ErrEntryIDTaken) {
		return entryIDTaken(err)
	}
	return err
}

// replace throws everything of a message away but its ids, flags and IMAP id, and writes the draft in its place.
func (im *Import) replace(ctx context.Context, ch *Change, d *Draft) error {
	o, err := ch.Object(ctx, im.target.ID)
	if err != nil {
		return err
	}
	if o.Deleted() {
		return mapi.Errorf(mapi.ObjectDeleted, "importMessageFromStream", "message %d is deleted", o.ID)
	}
	folder, err := ch.Folder(ctx, o.Parent)
	if err != nil {
		return err
	}
	flags, size := o.Props.Uint32(mapi.PrMessageFlags), int64(o.Props.Uint32(mapi.PrMessageSize))
	imap, numbered := o.Props.Get(mapi.PrECIMAPID)
	var parts partChanges
	for _, part := range o.Children {
		parts.remove = append(parts.remove, part.ID)
	}
	o.Props, o.Lobs, o.Children = nil, nil, nil
	if numbered {
		o.Props.Set(imap)
	}
	if err := im.fill(ctx, ch, o, d); err != nil {
		return err
	}
	if err := im.record(ctx, ch, o, folder, mapi.ChangeModified); err != nil {
		return err
	}
	if err := ch.PutObject(ctx, o); err != nil {
		return err
	}
	for _, part := range o.Children {
		_ = part.Walk(func(p *storage.Object) error { parts.put = append(parts.put, p); return nil }) // never fails
	}
	if len(parts.put)+len(parts.remove) > 0 {
		if err := ch.PutParts(ctx, o.Ref, parts.put, parts.remove); err != nil {
			return err
		}
	}
	ch.Resize(int64(o.Props.Uint32(mapi.PrMessageSize)) - size)
	ch.Event(feed.Event{Kind: feed.Modified, Object: cloneRef(o.Ref), ParentEntryID: folder.EntryID, Row: ch.RowOf(o)})
	return ch.followFlags(ctx, o, flags)
}

// record notes the change for synchronisation. The change key that came with the message stays.
func (im *Import) record(ctx context.Context, ch *Change, o *storage.Object, folder storage.Ref, change uint32) error {
	id, err := ch.Record(ctx, folder.SourceKey, o.SourceKey, mapi.ChangeMessage|change, 0)
	if err != nil {
		return err
	}
	if im.options.SyncID == 0 || !o.Props.Has(mapi.PrChangeKey.ID()) {
		ch.Stamp(&o.Props, id)
	}
	return nil
}
