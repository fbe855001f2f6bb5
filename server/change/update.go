package change

import (
	"context"

	"zarafa/mapi"
	"zarafa/storage"
)

// update applies a draft to an object that exists, a part or a whole, and to everything below it.
func (s *saving) update(ctx context.Context, o *storage.Object, d *Draft, out *Saved) error {
	out.Object, out.Said = o, d.speaks()
	created, hadCreated := o.Props.Get(mapi.PrCreationTime)
	if isRecipient(o.Type) {
		o.Props, o.Lobs, o.Type = nil, nil, recipientType(d.Type)
	}
	if err := s.apply(ctx, o, d, true, out); err != nil {
		return err
	}
	if hadCreated && created.Num != 0 && !o.Props.Has(mapi.PrCreationTime.ID()) {
		o.Props.Set(created)
	}
	attachments, err := s.updateParts(ctx, o, d, out)
	if err != nil {
		return err
	}
	if out.Said {
		s.touch(o, d)
	}
	switch o.Type {
	case mapi.TypeMessage:
		s.modifiedBy(o, d, true)
		o.Props.Set(mapi.Long(mapi.PrMessageFlags, o.Props.Uint32(mapi.PrMessageFlags)&^mapi.MsgUnmodified))
		if attachments {
			setHasAttach(o)
		}
		setSize(o)
	case mapi.TypeAttach:
		setSize(o)
	}
	return nil
}

// updateParts applies the parts of a draft. It reports whether attachments came or went.
func (s *saving) updateParts(ctx context.Context, o *storage.Object, d *Draft, out *Saved) (attachments bool, err error) {
	if len(d.Parts) > 0 {
		out.Parts = make([]Saved, len(d.Parts))
	}
	for i, part := range d.Parts {
		changed := false
		switch {
		case part.Delete:
			changed = s.removePart(o, part.ID)
		case part.ID == 0:
			changed, err = s.addPart(ctx, o, part, &out.Parts[i])
		default:
			err = s.updatePart(ctx, o, part, &out.Parts[i])
		}
		if err != nil {
			return false, err
		}
		attachments = attachments || changed
	}
	return attachments, nil
}

// addPart adds a new part. It reports whether that is an attachment.
func (s *saving) addPart(ctx context.Context, o *storage.Object, d *Draft, out *Saved) (bool, error) {
	if o.Type == mapi.TypeAttach && len(o.Children) > 0 {
		return false, mapi.Errorf(mapi.InvalidParameter, "saveObject", "attachment %d has a message already", o.ID)
	}
	part, err := s.buildPart(ctx, o, d, out)
	if err != nil {
		return false, err
	}
	_ = part.Walk(func(p *storage.Object) error { s.put = append(s.put, p); return nil }) // never fails
	return part.Type == mapi.TypeAttach, nil
}

// updatePart changes a part that exists.
func (s *saving) updatePart(ctx context.Context, o *storage.Object, d *Draft, out *Saved) error {
	for _, part := range o.Children {
		if part.ID == d.ID {
			err := s.update(ctx, part, d, out)
			s.put = append(s.put, part)
			return err
		}
	}
	return mapi.Errorf(mapi.NotFound, "saveObject", "object %d has no part %d", o.ID, d.ID)
}

// removePart takes a part out. It reports whether that was an attachment; a part that is gone already needs no removing.
func (s *saving) removePart(o *storage.Object, id uint32) bool {
	for i, c := range o.Children {
		if c.ID == id {
			o.Children = append(o.Children[:i], o.Children[i+1:]...)
			s.remove = append(s.remove, id)
			return c.Type == mapi.TypeAttach
		}
	}
	return false
}

func isRecipient(t mapi.ObjectType) bool { return t == mapi.TypeMailUser || t == mapi.TypeDistList }

// recipientType is what a recipient becomes: clients may turn a user into a list and back.
func recipientType(wanted mapi.ObjectType) mapi.ObjectType {
	if wanted == mapi.TypeDistList {
		return mapi.TypeDistList
	}
	return mapi.TypeMailUser
}

// modifiedBy names the user who changed a message, unless the client is allowed to name one and did.
func (s *saving) modifiedBy(o *storage.Object, d *Draft, existing bool) {
	id := mapi.PrLastModifierName.ID()
	if (!existing || s.Trusted) && d.Props.Has(id) && o.Props.Has(id) {
		return
	}
	o.Props.Set(mapi.String(mapi.PrLastModifierName, s.Login))
	o.Props.Set(mapi.Binary(mapi.PrLastModifierEntryID, s.User))
}

// touch sets the modification time of an object that exists, unless the client is allowed to say it and did.
func (s *saving) touch(o *storage.Object, d *Draft) {
	id := mapi.PrLastModificationTime.ID()
	if s.Trusted && d.Props.Has(id) && o.Props.Has(id) {
		return
	}
	o.Props.Set(mapi.Time(mapi.PrLastModificationTime, s.Time()))
}
