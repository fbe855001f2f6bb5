package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/wire"
)

// partChanges are the parts of a message to write and to remove.
type partChanges struct {
	put    []*storage.Object
	remove []uint32
}

// update applies a node to an object that exists, a part or a whole, and to everything below it. It reports
// whether the node said anything about the object's own properties.
func (sv *saver) update(ctx context.Context, ch *Change, o *storage.Object, n *wire.SaveObject, out *wire.SaveObject, parts *partChanges) (bool, error) {
	created := prop(o, mapi.PrCreationTime)
	if isRecipient(o.Type) {
		o.Props, o.Lobs, o.Type = nil, nil, recipientType(n)
	}
	said, err := sv.apply(ctx, ch, o, n, true, out)
	if err != nil {
		return false, err
	}
	if created.Num != 0 && !o.Props.Has(mapi.PrCreationTime.ID()) {
		o.Props.Set(created)
	}
	attachments, err := sv.updateParts(ctx, ch, o, n, out, parts)
	if err != nil {
		return false, err
	}
	if said {
		sv.touch(ch, o, n)
	}
	switch o.Type {
	case mapi.TypeMessage:
		sv.modifiedBy(o, n, true)
		o.Props.Set(mapi.Long(mapi.PrMessageFlags, o.Props.Uint32(mapi.PrMessageFlags)&^mapi.MsgUnmodified))
		if attachments {
			setHasAttach(o)
		}
		setSize(o)
	case mapi.TypeAttach:
		setSize(o)
	}
	return said, nil
}

// updateParts applies the children of a node. It reports whether attachments came or went.
func (sv *saver) updateParts(ctx context.Context, ch *Change, o *storage.Object, n *wire.SaveObject, out *wire.SaveObject, parts *partChanges) (attachments bool, err error) {
	if len(n.Items) > 0 {
		out.Items = make([]wire.SaveObject, len(n.Items))
	}
	for i := range n.Items {
		item, answer := &n.Items[i], &out.Items[i]
		changed := false
		switch {
		case item.Delete:
			*answer = echo(item)
			changed = removePart(o, item.ServerID, parts)
		case item.ServerID == 0:
			changed, err = sv.addPart(ctx, ch, o, item, answer, parts)
		default:
			err = sv.updatePart(ctx, ch, o, item, answer, parts)
		}
		if err != nil {
			return false, err
		}
		attachments = attachments || changed
	}
	return attachments, nil
}

// addPart adds a new part. It reports whether that is an attachment.
func (sv *saver) addPart(ctx context.Context, ch *Change, o *storage.Object, item, out *wire.SaveObject, parts *partChanges) (bool, error) {
	if o.Type == mapi.TypeAttach && len(o.Children) > 0 {
		return false, mapi.Errorf(mapi.InvalidParameter, "saveObject", "attachment %d has a message already", o.ID)
	}
	part := newPart(o, partType(o.Type, item))
	part.Owner = sv.owner
	if err := sv.build(ctx, ch, part, item, out); err != nil {
		return false, err
	}
	o.Children = append(o.Children, part)
	_ = part.Walk(func(p *storage.Object) error { parts.put = append(parts.put, p); return nil }) // never fails
	return part.Type == mapi.TypeAttach, nil
}

// updatePart changes a part that exists.
func (sv *saver) updatePart(ctx context.Context, ch *Change, o *storage.Object, item, out *wire.SaveObject, parts *partChanges) error {
	part := child(o, item.ServerID)
	if part == nil {
		return mapi.Errorf(mapi.NotFound, "saveObject", "object %d has no part %d", o.ID, item.ServerID)
	}
	out.ClientID, out.ServerID, out.ObjType = item.ClientID, part.ID, item.ObjType
	said, err := sv.update(ctx, ch, part, item, out, parts)
	if err != nil {
		return err
	}
	parts.put = append(parts.put, part)
	modified := mapi.PropValue{Tag: mapi.PrLastModificationTime}
	if said {
		modified = prop(part, mapi.PrLastModificationTime)
	}
	answer(out, modified)
	return nil
}

// removePart takes a part out. It reports whether that was an attachment; a part that is gone
// already needs no removing.
func removePart(o *storage.Object, id uint32, parts *partChanges) bool {
	for i, c := range o.Children {
		if c.ID == id {
			o.Children = append(o.Children[:i], o.Children[i+1:]...)
			parts.remove = append(parts.remove, id)
			return c.Type == mapi.TypeAttach
		}
	}
	return false
}

func child(o *storage.Object, id uint32) *storage.Object {
	for _, c := range o.Children {
		if c.ID == id {
			return c
		}
	}
	return nil
}

func isRecipient(t mapi.ObjectType) bool { return t == mapi.TypeMailUser || t == mapi.TypeDistList }

// recipientType is what a recipient becomes: clients may turn a user into a list and back.
func recipientType(n *wire.SaveObject) mapi.ObjectType {
	if mapi.ObjectType(n.ObjType) == mapi.TypeDistList {
		return mapi.TypeDistList
	}
	return mapi.TypeMailUser
}
