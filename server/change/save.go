package change

import (
	"bytes"
	"context"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/storage"
)

// Lengths of the source keys that clients may choose (objects.md section 1.3).
const (
	minSourceKey = 17
	maxSourceKey = 64
)

// NewMessage says where a new message belongs.
type NewMessage struct {
	Folder  uint32
	Flags   uint32       // mapi.FlagAssociated
	Owner   uint32       // user id
	EntryID mapi.EntryID // nil: the server makes one
	// NeverQueued keeps a message out of the outgoing queue whatever its flags say.
	NeverQueued bool
}

// CreateMessage makes a message of a draft, records, counts and announces it. NOT_FOUND if the folder is deleted, COLLISION if something has the
// entry id already.
func (ch *Change) CreateMessage(ctx context.Context, where NewMessage, d *Draft, rules Rules) (Saved, error) {
	var out Saved
	folder, err := ch.Folder(ctx, where.Folder)
	if err != nil {
		return out, err
	}
	o := &storage.Object{Ref: storage.Ref{
		Store: folder.Store, Parent: folder.ID, Type: mapi.TypeMessage,
		Flags: where.Flags & mapi.FlagAssociated, Owner: where.Owner, EntryID: bytes.Clone(where.EntryID.WithFlags(0)),
	}}
	if err := ch.identify(ctx, o, d); err != nil {
		return out, err
	}
	s := saving{Change: ch, Rules: rules}
	if err := s.build(ctx, o, d, &out); err != nil {
		return out, err
	}
	if err := s.record(ctx, o, d, folder, mapi.ChangeMessage|mapi.ChangeNew); err != nil {
		return out, err
	}
	if err := ch.InsertMessage(ctx, o, folder, nil); err != nil || where.NeverQueued {
		return out, err
	}
	return out, ch.followFlags(ctx, o, o.Props.Uint32(mapi.PrMessageFlags)&^mapi.MsgSubmit)
}

// identify gives a new message its ids and keys: the client's where it sent some.
func (ch *Change) identify(ctx context.Context, o *storage.Object, d *Draft) (err error) {
	if len(o.EntryID) == 0 {
		box, err := ch.tree.Mailbox(ctx, o.Store)
		if err != nil {
			return err
		}
		o.EntryID = mapi.NewEntryID(box.GUID, mapi.TypeMessage)
	}
	if o.SourceKey, err = ch.SourceKeyFor(ctx, d.Props.Bytes(mapi.PrSourceKey)); err != nil {
		return err
	}
	imap, err := ch.NewIMAPID(ctx)
	if err != nil {
		return err
	}
	o.Props.Set(mapi.Long(mapi.PrECIMAPID, imap))
	o.ID, err = ch.NewObjectID(ctx)
	return err
}

// SourceKeyFor is the source key of a new object: the one the client wants, if it is well-formed
// and free, else a fresh one.
func (ch *Change) SourceKeyFor(ctx context.Context, wanted []byte) ([]byte, error) {
	if len(wanted) >= minSourceKey && len(wanted) <= maxSourceKey {
		_, err := ch.RefBySourceKey(ctx, wanted)
		if mapi.CodeOf(err) == mapi.NotFound {
			return bytes.Clone(wanted), nil
		}
		if err != nil {
			return nil, err
		}
	}
	return ch.NewSourceKey(ctx)
}

// UpdateObject changes a store, folder or message that was read in this change as a draft says, records and announces it. Whether a folder may
// have the name it is to get, the caller has asked.
func (ch *Change) UpdateObject(ctx context.Context, o *storage.Object, d *Draft, rules Rules) (Saved, error) {
	var out Saved
	s := saving{Change: ch, Rules: rules}
	flags, size := o.Props.Uint32(mapi.PrMessageFlags), o.Props.Uint32(mapi.PrMessageSize)
	if err := s.update(ctx, o, d, &out); err != nil {
		return out, err
	}
	return out, s.write(ctx, o, d, flags, size)
}

// ReplaceMessage throws everything of a message that was read in this change away but its ids, flags and IMAP id, and puts a draft in its place.
func (ch *Change) ReplaceMessage(ctx context.Context, o *storage.Object, d *Draft, rules Rules) (Saved, error) {
	var out Saved
	s := saving{Change: ch, Rules: rules}
	flags, size := o.Props.Uint32(mapi.PrMessageFlags), o.Props.Uint32(mapi.PrMessageSize)
	imap, numbered := o.Props.Get(mapi.PrECIMAPID)
	for _, part := range o.Children {
		s.remove = append(s.remove, part.ID)
	}
	o.Props, o.Lobs, o.Children = nil, nil, nil
	if numbered {
		o.Props.Set(imap)
	}
	if err := s.build(ctx, o, d, &out); err != nil {
		return out, err
	}
	for _, part := range o.Children {
		_ = part.Walk(func(p *storage.Object) error { s.put = append(s.put, p); return nil }) // never fails
	}
	return out, s.write(ctx, o, d, flags, size)
}

// write records, announces and writes an object that exists. flags and size are those of a message before the change.
func (s *saving) write(ctx context.Context, o *storage.Object, d *Draft, flags, size uint32) error {
	if err := s.announce(ctx, o, d); err != nil {
		return err
	}
	if err := s.PutObject(ctx, o); err != nil {
		return err
	}
	if len(s.put)+len(s.remove) > 0 {
		if err := s.PutParts(ctx, o.Ref, s.put, s.remove); err != nil {
			return err
		}
	}
	if o.Type != mapi.TypeMessage {
		return nil
	}
	s.Resize(int64(o.Props.Uint32(mapi.PrMessageSize)) - int64(size))
	return s.followFlags(ctx, o, flags)
}

// announce records the change of a store, folder or message and announces it.
func (s *saving) announce(ctx context.Context, o *storage.Object, d *Draft) error {
	if o.Type == mapi.TypeStore {
		s.Event(feed.Event{Kind: feed.Modified, Object: o.Ref, ParentEntryID: o.EntryID})
		return nil
	}
	parent, err := s.Folder(ctx, o.Parent)
	if err != nil {
		return err
	}
	kind := mapi.ChangeMessage
	if o.Type == mapi.TypeFolder {
		kind = mapi.ChangeFolder
	}
	if o.Type == mapi.TypeMessage || o.FolderKind() == mapi.FolderGeneric {
		if err := s.record(ctx, o, d, parent, kind|mapi.ChangeModified); err != nil {
			return err
		}
	}
	e := feed.Event{Kind: feed.Modified, Object: o.Ref.Clone(), ParentEntryID: parent.EntryID}
	if o.Type == mapi.TypeMessage { // a folder's row has counters that may be out of date here
		e.Row = s.rowOf(o)
	}
	s.Event(e)
	return nil
}

// record notes a change for synchronisation. The change key that a synchronising client sent with the object stays.
func (s *saving) record(ctx context.Context, o *storage.Object, d *Draft, parent storage.Ref, change uint32) error {
	id, err := s.Record(ctx, parent.SourceKey, o.SourceKey, change, 0)
	if err != nil {
		return err
	}
	key := mapi.PrChangeKey.ID()
	if s.SyncID == 0 || !d.Props.Has(key) || !o.Props.Has(key) {
		s.Stamp(&o.Props, id)
	} else if o.Type == mapi.TypeMessage {
		s.Note(&o.Props, id)
	}
	return nil
}

// followFlags keeps the unread counter and the outgoing queue with the flags of a message that a
// synchronising client changed (objects.md section 3.2, step 5).
func (ch *Change) followFlags(ctx context.Context, o *storage.Object, before uint32) error {
	after := o.Props.Uint32(mapi.PrMessageFlags)
	ch.CountRead(o.Ref, before, after)
	entry := storage.QueueEntry{Store: o.Store, Message: o.ID, Flags: mapi.SubmitLocal}
	switch {
	case (before^after)&mapi.MsgSubmit == 0:
		return nil
	case after&mapi.MsgSubmit != 0:
		return ch.Enqueue(ctx, entry)
	}
	err := ch.Dequeue(ctx, entry)
	if mapi.CodeOf(err) == mapi.NotFound {
		err = nil
	}
	return err
}
