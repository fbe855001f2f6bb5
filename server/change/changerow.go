package change

import (
	"slices"

	"zarafa/mapi"
	"zarafa/storage"
)

// maxRowList bounds the bytes of a list that ChangeRow takes.
const maxRowList = 32 << 10

// ChangeRow sets and removes properties of a message that was read as a row, as UpdateObject does with a draft that says the same: what a
// client may not set is passed over, and size, and who changed it when, follow. So many messages can be changed without being read
// as a whole. It reports whether anything is different; the row is then to be written, and the change to be recorded, counted and announced.
//
// It takes values of a fixed size and lists (INVALID_PARAMETER), and none for a property whose value lies outside of the row (TOO_BIG).
func (ch *Change) ChangeRow(r *storage.Row, set mapi.Props, drop []mapi.PropTag, rules Rules) (bool, error) {
	s := saving{Change: ch, Rules: rules}
	o := &storage.Object{Ref: r.Ref, Props: r.Props}
	delta, changed := int64(0), false
	for i := range set {
		v := canonical(set[i])
		if err := fitsRow(r, &v); err != nil {
			return false, err
		}
		if !s.accepts(o, &v, true) || v.Tag.ID() == mapi.PrMessageSize.ID() {
			continue
		}
		if hasNoValues(&v) {
			drop = append(slices.Clip(drop), v.Tag)
			continue
		}
		if old, ok := o.Props.ByID(v.Tag.ID()); ok && old.Tag == v.Tag && old.Equal(v) {
			continue
		}
		delta += setSized(o, v.Clone())
		changed = true
	}
	for _, tag := range drop {
		if err := fitsRow(r, &mapi.PropValue{Tag: tag}); err != nil {
			return false, err
		}
		old, ok := o.Props.ByID(tag.ID())
		if !ok || undeletable(tag.ID()) || computed(tag.ID(), o.Type) || tag.ID() == mapi.PrMessageSize.ID() {
			continue
		}
		delta -= sizeProperty + valueSize(&old)
		o.Props.Delete(tag.ID())
		changed = true
	}
	if !changed {
		return false, nil
	}
	delta += setSized(o, mapi.Time(mapi.PrLastModificationTime, ch.Time()))
	delta += setSized(o, mapi.String(mapi.PrLastModifierName, rules.Login))
	delta += setSized(o, mapi.Binary(mapi.PrLastModifierEntryID, rules.User))
	o.Props.Set(mapi.Long(mapi.PrMessageFlags, o.Props.Uint32(mapi.PrMessageFlags)&^mapi.MsgUnmodified))
	before := int64(o.Props.Uint32(mapi.PrMessageSize))
	after := min(max(before+delta, 0), 1<<32-1)
	o.Props.Set(mapi.Long(mapi.PrMessageSize, uint32(after)))
	ch.Resize(after - before)
	r.Props = o.Props
	return true, nil
}

// setSized sets a property and gives by how much the object's size changes.
func setSized(o *storage.Object, v mapi.PropValue) int64 {
	delta := int64(sizeProperty) + valueSize(&v)
	if old, ok := o.Props.ByID(v.Tag.ID()); ok {
		delta -= sizeProperty + valueSize(&old)
		o.Props.Delete(v.Tag.ID())
	}
	o.Props.Set(v)
	return delta
}

// fitsRow refuses what a row may not hold as a whole.
func fitsRow(r *storage.Row, v *mapi.PropValue) error {
	t := v.Tag.Type()
	if !t.Multi() && (t.IsString() || t.IsBinary()) {
		return mapi.Errorf(mapi.InvalidParameter, "change", "property %v is neither of a fixed size nor a list", v.Tag)
	}
	if v.Tag.Type().Multi() && valueSize(v) > maxRowList {
		return mapi.Errorf(mapi.TooBig, "change", "property %v has %d bytes", v.Tag, valueSize(v))
	}
	if slices.ContainsFunc(r.Cut, func(tag mapi.PropTag) bool { return tag.ID() == v.Tag.ID() }) {
		return mapi.Errorf(mapi.TooBig, "change", "property %v of message %d lies outside of its row", v.Tag, r.ID)
	}
	return nil
}
