package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/storage"
)

// Draft is a message that is to be imported, or a part of one: TypeMessage, TypeAttach (with at most one message as
// its part), TypeMailUser or TypeDistList.
type Draft struct {
	Type  mapi.ObjectType
	Props mapi.Props   // of two with the same id the first counts
	Large []LargeValue // values that are not in memory; they go before those in Props
	Parts []*Draft
}

// LargeValue is a property whose value is not in memory.
type LargeValue struct {
	Tag mapi.PropTag
	storage.Blob
}

// depth is how many messages lie in each other.
func (d *Draft) depth() int {
	deepest := 0
	for _, part := range d.Parts {
		deepest = max(deepest, part.depth())
	}
	if d.Type == mapi.TypeMessage {
		deepest++
	}
	return deepest
}

// fill puts what a draft says into an object without properties of its own, and makes its parts.
func (im *Import) fill(ctx context.Context, ch *Change, o *storage.Object, d *Draft) error {
	if o.Type == mapi.TypeMessage {
		o.Props.Set(mapi.Long(mapi.PrMessageFlags, o.Flags&serverFlags))
	}
	if err := im.fillProps(ctx, ch, o, d); err != nil {
		return err
	}
	if items := im.options.ConflictItems; items != nil && o.Message == 0 {
		o.Props.Set(items.Clone())
	}
	for _, p := range d.Parts {
		part := newPart(o, p.Type)
		part.Owner = im.owner
		var err error
		if part.ID, err = ch.NewObjectID(ctx); err != nil {
			return err
		}
		if err := im.fill(ctx, ch, part, p); err != nil {
			return err
		}
		o.Children = append(o.Children, part)
	}
	im.complete(ch, o)
	return nil
}

// fillProps copies the properties that are the client's to set.
func (im *Import) fillProps(ctx context.Context, ch *Change, o *storage.Object, d *Draft) error {
	seen := make(map[uint16]bool, len(d.Props)+len(d.Large))
	accept := func(v *mapi.PropValue) bool {
		first := !seen[v.Tag.ID()]
		seen[v.Tag.ID()] = true
		return first && importable(o, v)
	}
	for i := range d.Large {
		v := &d.Large[i]
		if !accept(&mapi.PropValue{Tag: v.Tag}) {
			continue
		}
		if err := ch.addLob(ctx, o, v.Tag, v.Blob); err != nil {
			return err
		}
	}
	for i := range d.Props {
		v := &d.Props[i]
		if !accept(v) {
			continue
		}
		if Outside(v.Tag, int64(len(v.Data))) {
			if err := ch.addLob(ctx, o, v.Tag, BlobOf(v.Data)); err != nil {
				return err
			}
			continue
		}
		if v.Tag == mapi.PrMessageFlags && o.Type == mapi.TypeMessage {
			o.Props.Set(mapi.Long(v.Tag, v.Uint32()&^serverFlags|o.Flags&serverFlags))
			continue
		}
		o.Props.Set(canonical(*v))
	}
	return nil
}

// addLob stores a large value of an object that does not have it.
func (ch *Change) addLob(ctx context.Context, o *storage.Object, tag mapi.PropTag, b storage.Blob) error {
	lob, err := ch.PutLob(ctx, tag.Canonical(), b)
	if err == nil {
		o.Lobs = append(o.Lobs, lob)
	}
	return err
}

// importable reports whether a value that came with a message is kept.
func importable(o *storage.Object, v *mapi.PropValue) bool {
	id := v.Tag.ID()
	if !storable(v) || hasNoValues(v) || computed(id, o.Type) || hasForeignType(v.Tag) || id == mapi.PrDeletedOn.ID() {
		return false
	}
	return o.Message != 0 || id != mapi.PrSourceKey.ID()
}

// complete adds what a message should have and did not bring, and what the server computes, the size last.
func (im *Import) complete(ch *Change, o *storage.Object) {
	for _, tag := range []mapi.PropTag{mapi.PrCreationTime, mapi.PrLastModificationTime} {
		if !o.Props.Has(tag.ID()) {
			o.Props.Set(mapi.Time(tag, ch.Time()))
		}
	}
	switch o.Type {
	case mapi.TypeMessage:
		if !o.Props.Has(mapi.PrLastModifierName.ID()) {
			o.Props.Set(mapi.String(mapi.PrLastModifierName, im.login))
			o.Props.Set(mapi.Binary(mapi.PrLastModifierEntryID, im.user))
		}
		setHasAttach(o)
		setSize(o)
	case mapi.TypeAttach:
		setSize(o)
	}
}
