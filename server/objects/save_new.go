package objects

import (
	"bytes"
	"context"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/storage"
	"zarafa/wire"
)

// Lengths of the source keys that clients may choose (objects.md section 1.3).
const (
	minSourceKey = 17
	maxSourceKey = 64
)

// createMessage writes a new message into the target folder.
func (sv *saver) createMessage(ctx context.Context, ch *Change) error {
	folder, err := ch.Folder(ctx, sv.target.ID)
	if err != nil {
		return err
	}
	n := sv.req.SaveObj
	o := &storage.Object{Ref: storage.Ref{
		Store: folder.Store, Parent: folder.ID, Type: mapi.TypeMessage,
		Flags: sv.req.Flags & mapi.FlagAssociated, Owner: sv.owner,
	}}
	if err := sv.identify(ctx, ch, o); err != nil {
		return err
	}
	if err := sv.build(ctx, ch, o, n, &sv.result); err != nil {
		return err
	}
	change, err := ch.Record(ctx, folder.SourceKey, o.SourceKey, mapi.ChangeMessage|mapi.ChangeNew, 0)
	if err != nil {
		return err
	}
	if sv.req.SyncID == 0 || !o.Props.Has(mapi.PrChangeKey.ID()) {
		ch.Stamp(&o.Props, change)
	}
	if err := ch.InsertMessage(ctx, o, folder); err != nil {
		return err
	}
	if err := ch.followFlags(ctx, o, o.Props.Uint32(mapi.PrMessageFlags)&^mapi.MsgSubmit); err != nil {
		return err
	}
	answer(&sv.result,
		mapi.Binary(mapi.PrParentSourceKey, folder.SourceKey), mapi.Binary(mapi.PrSourceKey, o.SourceKey),
		prop(o, mapi.PrLastModificationTime), prop(o, mapi.PrCreationTime), mapi.Binary(mapi.PrRecordKey, o.EntryID),
		prop(o, mapi.PrChangeKey), prop(o, mapi.PrPredecessorChangeList))
	return nil
}

// identify gives a new message its ids and keys: the client's where it sent some.
func (sv *saver) identify(ctx context.Context, ch *Change, o *storage.Object) (err error) {
	if o.EntryID = mapi.EntryID(sv.req.EntryID).WithFlags(0); len(o.EntryID) == 0 {
		box, err := sv.svc.tree.Mailbox(ctx, o.Store)
		if err != nil {
			return err
		}
		o.EntryID = mapi.NewEntryID(box.GUID, mapi.TypeMessage)
	}
	wanted := mapi.Props(sv.req.SaveObj.ModProps).Bytes(mapi.PrSourceKey)
	if o.SourceKey, err = ch.SourceKeyFor(ctx, wanted); err != nil {
		return err
	}
	imap, err := ch.NewIMAPID(ctx)
	if err != nil {
		return err
	}
	o.Props.Set(mapi.Long(mapi.PrECIMAPID, imap))
	return nil
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

// InsertMessage inserts a new message that has its size and change key, counts it and announces it. It fails with NOT_FOUND below a
// deleted folder: one that was there when the caller's rights were looked at may be deleted by now.
func (ch *Change) InsertMessage(ctx context.Context, o *storage.Object, folder storage.Ref) error {
	if _, err := ch.place(ctx, folder.ID, 0); err != nil {
		return err
	}
	if err := ch.Insert(ctx, o); err != nil {
		return err
	}
	ch.Count(folder.ID, countOf(o.Ref, o.Props, 1))
	ch.Commit(folder.ID)
	ch.Resize(int64(o.Props.Uint32(mapi.PrMessageSize)))
	ch.Event(feed.Event{Kind: feed.Created, Object: cloneRef(o.Ref), ParentEntryID: folder.EntryID, Row: ch.RowOf(o)})
	return nil
}

// build fills a new object, the message or one of its parts, from its node, with everything below it.
func (sv *saver) build(ctx context.Context, ch *Change, o *storage.Object, n *wire.SaveObject, out *wire.SaveObject) (err error) {
	if o.ID, err = ch.NewObjectID(ctx); err != nil {
		return err
	}
	out.ClientID, out.ServerID, out.ObjType = n.ClientID, o.ID, n.ObjType
	if o.Type == mapi.TypeMessage {
		o.Props.Set(mapi.Long(mapi.PrMessageFlags, o.Flags&serverFlags))
	}
	if _, err := sv.apply(ctx, ch, o, n, false, out); err != nil {
		return err
	}
	if len(n.Items) > 0 {
		out.Items = make([]wire.SaveObject, len(n.Items))
	}
	for i := range n.Items {
		if n.Items[i].Delete {
			out.Items[i] = echo(&n.Items[i])
			continue
		}
		part := newPart(o, partType(o.Type, &n.Items[i]))
		if err := sv.build(ctx, ch, part, &n.Items[i], &out.Items[i]); err != nil {
			return err
		}
		o.Children = append(o.Children, part)
	}
	sv.complete(ch, o, n)
	if o.Message != 0 {
		answer(out, prop(o, mapi.PrLastModificationTime), prop(o, mapi.PrCreationTime))
	}
	return nil
}

// newPart makes an empty part below an object of a message.
func newPart(parent *storage.Object, t mapi.ObjectType) *storage.Object {
	top := parent.Message
	if top == 0 {
		top = parent.ID
	}
	return &storage.Object{Ref: storage.Ref{
		Store: parent.Store, Parent: parent.ID, Message: top, Type: t, Owner: parent.Owner,
	}}
}

// complete adds to a new object what the server computes, the size last.
func (sv *saver) complete(ch *Change, o *storage.Object, n *wire.SaveObject) {
	for _, tag := range []mapi.PropTag{mapi.PrCreationTime, mapi.PrLastModificationTime} {
		if !o.Props.Has(tag.ID()) {
			o.Props.Set(mapi.Time(tag, ch.Time()))
		}
	}
	switch o.Type {
	case mapi.TypeMessage:
		sv.modifiedBy(o, n, false)
		setHasAttach(o)
		setSize(o)
	case mapi.TypeAttach:
		setSize(o)
	}
}

// prop is an object's property, or a zero value of the same type.
func prop(o *storage.Object, tag mapi.PropTag) mapi.PropValue {
	if v, ok := o.Props.Get(tag); ok {
		return v
	}
	return mapi.PropValue{Tag: tag}
}

// answer lists properties in a node of the response. They are copied: the request they may come from is
// gone when the response is sent.
func answer(out *wire.SaveObject, props ...mapi.PropValue) {
	out.ModProps = mapi.CloneProps(props)
	out.DelProps = make([]mapi.PropTag, len(props))
	for i := range props {
		out.DelProps[i] = props[i].Tag
	}
}

// echo is the answer for a node that was deleted.
func echo(n *wire.SaveObject) wire.SaveObject {
	return wire.SaveObject{Delete: n.Delete, ClientID: n.ClientID, ServerID: n.ServerID, ObjType: n.ObjType}
}
