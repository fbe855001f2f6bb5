package change

import (
	"context"

	"zarafa/mapi"
	"zarafa/storage"
)

// saving is the saving of one draft with all its parts.
type saving struct {
	*Change
	Rules
	// The parts of a message that exists to write and to remove.
	put    []*storage.Object
	remove []uint32
}

// Bits of PR_MESSAGE_FLAGS that clients may set: ordinary ones, and what not even those may that are trusted.
const (
	clientFlags = mapi.MsgRead | mapi.MsgUnmodified | mapi.MsgUnsent | mapi.MsgFromMe |
		mapi.MsgResend | mapi.MsgRNPending | mapi.MsgNRNPending
	serverFlags = mapi.MsgAssociated | mapi.MsgDeleted
)

// flags is what is stored of the message flags that a client sends (objects.md section 3.2, step 5).
func (s *saving) flags(o *storage.Object, v uint32) uint32 {
	row := o.Flags & serverFlags
	if s.Trusted {
		return v&^serverFlags | row
	}
	return v&clientFlags | row
}

// accepts reports whether a value that a client sends for an object is kept (objects.md section 3.2, step 4).
func (s *saving) accepts(o *storage.Object, v *mapi.PropValue, existing bool) bool {
	id, top := v.Tag.ID(), o.Message == 0
	if !storable(v) || computed(id, o.Type) || hasForeignType(v.Tag) {
		return false
	}
	if id == mapi.PrSourceKey.ID() && top || id == mapi.PrDeletedOn.ID() || id == mapi.PrMessageSize.ID() && o.Type == mapi.TypeStore {
		return false
	}
	return !existing || !top || s.Trusted || !fixedOnUpdate(id)
}

// apply puts what a draft says of an object's own properties into the object.
func (s *saving) apply(ctx context.Context, o *storage.Object, d *Draft, existing bool, out *Saved) error {
	if existing {
		for _, tag := range d.Drop {
			remove(o, tag.ID())
		}
	}
	seen := make(map[uint16]bool, len(d.Props)+len(d.Large))
	first := func(tag mapi.PropTag) bool {
		first := !seen[tag.ID()]
		seen[tag.ID()] = true
		return first
	}
	for i := range d.Large {
		v := &d.Large[i]
		if !first(v.Tag) || !s.accepts(o, &mapi.PropValue{Tag: v.Tag}, existing) || v.Tag.Type().Multi() {
			continue
		}
		if err := s.setBeside(ctx, o, v.Tag.Canonical(), v.Blob, out); err != nil {
			return err
		}
	}
	for i := range d.Props {
		v := &d.Props[i]
		if !first(v.Tag) || !s.accepts(o, v, existing) {
			continue
		}
		if hasNoValues(v) {
			remove(o, v.Tag.ID())
			continue
		}
		if err := s.set(ctx, o, canonical(*v), out); err != nil {
			return err
		}
	}
	for _, ref := range d.Stored {
		if _, err := s.Lob(ctx, ref.Instance); err != nil {
			return mapi.Errorf(mapi.UnknownInstanceID, "saveObject", "instance %d: %w", ref.Instance, err)
		}
		setLob(o, ref, out)
	}
	return nil
}

// set puts one value into an object, or beside it if it is large.
func (s *saving) set(ctx context.Context, o *storage.Object, v mapi.PropValue, out *Saved) error {
	if v.Tag == mapi.PrMessageFlags && o.Type == mapi.TypeMessage {
		v = mapi.Long(mapi.PrMessageFlags, s.flags(o, v.Uint32()))
	}
	if Outside(v.Tag, int64(len(v.Data))) {
		return s.setBeside(ctx, o, v.Tag, BlobOf(v.Data), out)
	}
	dropLob(o, v.Tag.ID())
	o.Props.Set(v)
	return nil
}

// setBeside stores a large value and refers the object to it.
func (s *saving) setBeside(ctx context.Context, o *storage.Object, tag mapi.PropTag, b storage.Blob, out *Saved) error {
	ref, err := s.PutLob(ctx, tag, b)
	if err == nil {
		setLob(o, ref, out)
	}
	return err
}

// Outside reports whether a value of this size is kept in the table lob and not with its object.
func Outside(tag mapi.PropTag, size int64) bool {
	return isBlob(tag.ID()) || !tag.Type().Multi() && size >= mapi.LoadValueLimit
}

// setLob refers an object to a large value.
func setLob(o *storage.Object, ref storage.LobRef, out *Saved) {
	o.Props.Delete(ref.Tag.ID())
	dropLob(o, ref.Tag.ID())
	o.Lobs = append(o.Lobs, ref)
	if isBlob(ref.Tag.ID()) {
		out.Blobs = append(out.Blobs, ref)
	}
}

func dropLob(o *storage.Object, id uint16) {
	for i := range o.Lobs {
		if o.Lobs[i].Tag.ID() == id {
			o.Lobs = append(o.Lobs[:i], o.Lobs[i+1:]...)
			return
		}
	}
}

// remove takes a property off an object, unless it is one that stays.
func remove(o *storage.Object, id uint16) {
	if !undeletable(id) {
		o.Props.Delete(id)
		dropLob(o, id)
	}
}

// canonical gives a value, and the values in it, the Unicode tag. The bytes are shared.
func canonical(v mapi.PropValue) mapi.PropValue {
	tag := v.Tag.Canonical()
	if tag == v.Tag {
		return v
	}
	if tag.Type().Multi() {
		return mapi.Multi(tag, append([]mapi.PropValue(nil), v.Values()...)...)
	}
	v.Tag = tag
	return v
}
