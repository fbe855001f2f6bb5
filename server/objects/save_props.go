package objects

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/wire"
)

// Bits of PR_MESSAGE_FLAGS that clients may set: ordinary ones, and what only synchronisation may not.
const (
	clientFlags = mapi.MsgRead | mapi.MsgUnmodified | mapi.MsgUnsent | mapi.MsgFromMe |
		mapi.MsgResend | mapi.MsgRNPending | mapi.MsgNRNPending
	serverFlags = mapi.MsgAssociated | mapi.MsgDeleted
)

// ownTypes are properties whose type the server relies on; a client's value of another type is dropped.
var ownTypes = [...]mapi.PropTag{
	mapi.PrMessageFlags, mapi.PrAttachSize, mapi.PrCreationTime, mapi.PrLastModificationTime,
	mapi.PrLastModifierName, mapi.PrLastModifierEntryID, mapi.PrChangeKey, mapi.PrPredecessorChangeList,
	mapi.PrMsgStatus, mapi.PrDeletedOn, mapi.PrDisplayName, mapi.PrMessageClass, mapi.PrAttachDataBin, mapi.PrECIMAPEmail,
}

// accepts reports whether a value that a client sends for an object is kept (objects.md section 3.2, step 4).
func (sv *saver) accepts(o *storage.Object, v *mapi.PropValue, existing bool) bool {
	id, top := v.Tag.ID(), o.Message == 0
	if !storable(v) || computed(id, o.Type) {
		return false
	}
	if hasForeignType(v.Tag) {
		return false
	}
	if id == mapi.PrSourceKey.ID() && top || id == mapi.PrDeletedOn.ID() || id == mapi.PrMessageSize.ID() && o.Type == mapi.TypeStore {
		return false
	}
	return !existing || !top || sv.req.SyncID != 0 || !fixedOnUpdate(id)
}

// hasForeignType reports whether a property that the server relies on comes in a type that it is not.
func hasForeignType(tag mapi.PropTag) bool {
	for _, t := range ownTypes {
		if t.ID() == tag.ID() && t != tag.Canonical() {
			return true
		}
	}
	return false
}

// apply puts a node's properties into an object and lists the large values it saved in out. It
// reports whether the node has anything to say about the object's own properties.
func (sv *saver) apply(ctx context.Context, ch *Change, o *storage.Object, n *wire.SaveObject, existing bool, out *wire.SaveObject) (bool, error) {
	if existing {
		for _, tag := range n.DelProps {
			remove(o, tag.ID())
		}
	}
	seen := make(map[uint16]bool, len(n.ModProps))
	for i := range n.ModProps {
		v := &n.ModProps[i]
		if seen[v.Tag.ID()] {
			continue // the first of two wins
		}
		seen[v.Tag.ID()] = true
		if !sv.accepts(o, v, existing) {
			continue
		}
		if hasNoValues(v) {
			remove(o, v.Tag.ID())
			continue
		}
		if err := sv.set(ctx, ch, o, canonical(*v), out); err != nil {
			return false, err
		}
	}
	if ref, ok := sv.instances[n]; ok {
		if _, err := ch.Lob(ctx, ref.Instance); err != nil {
			return false, mapi.Errorf(mapi.UnknownInstanceID, "saveObject", "instance %d: %w", ref.Instance, err)
		}
		sv.setLob(o, ref, out)
	}
	return len(n.DelProps)+len(n.ModProps)+len(n.InstanceIDs) > 0, nil
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

// set puts one value into an object, or beside it if it is large.
func (sv *saver) set(ctx context.Context, ch *Change, o *storage.Object, v mapi.PropValue, out *wire.SaveObject) error {
	id := v.Tag.ID()
	if id == mapi.PrMessageFlags.ID() && o.Type == mapi.TypeMessage {
		v = mapi.Long(mapi.PrMessageFlags, sv.flags(o, v.Uint32()))
	}
	if Outside(v.Tag, int64(len(v.Data))) {
		ref, err := ch.PutLob(ctx, v.Tag, BlobOf(v.Data))
		if err != nil {
			return err
		}
		sv.setLob(o, ref, out)
		return nil
	}
	dropLob(o, id)
	o.Props.Set(v)
	return nil
}

// Outside reports whether a value of this size is kept in the table lob and not with its object.
func Outside(tag mapi.PropTag, size int64) bool {
	return isBlob(tag.ID()) || !tag.Type().Multi() && size >= mapi.LoadValueLimit
}

// flags is what is stored of the message flags that a client sends (step 5).
func (sv *saver) flags(o *storage.Object, v uint32) uint32 {
	row := o.Flags & serverFlags
	if sv.req.SyncID == 0 {
		return v&clientFlags | row
	}
	return v&^serverFlags | row
}

// setLob refers an object to a large value and tells the client the name of blobs.
func (sv *saver) setLob(o *storage.Object, ref storage.LobRef, out *wire.SaveObject) {
	o.Props.Delete(ref.Tag.ID())
	dropLob(o, ref.Tag.ID())
	o.Lobs = append(o.Lobs, ref)
	if isBlob(ref.Tag.ID()) {
		id := mapi.InstanceID{PropID: ref.Tag.ID(), Instance: ref.Instance, Server: sv.svc.store.ServerGUID()}
		out.InstanceIDs = append(out.InstanceIDs, id.Encode())
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

// BlobOf makes a large value of bytes in memory, which must not change until it is stored.
func BlobOf(b []byte) storage.Blob {
	return storage.Blob{Size: int64(len(b)), SHA256: sha256.Sum256(b), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(b)), nil
	}}
}

// modifiedBy names the user who changed a message, unless the client is allowed to name one and did.
func (sv *saver) modifiedBy(o *storage.Object, n *wire.SaveObject, existing bool) {
	if (!existing || sv.req.SyncID != 0) && mapi.Props(n.ModProps).Has(mapi.PrLastModifierName.ID()) && o.Props.Has(mapi.PrLastModifierName.ID()) {
		return
	}
	o.Props.Set(mapi.String(mapi.PrLastModifierName, sv.login))
	o.Props.Set(mapi.Binary(mapi.PrLastModifierEntryID, sv.user))
}

// touch sets the modification time of an object that exists, unless the client synchronises and sent it.
func (sv *saver) touch(ch *Change, o *storage.Object, n *wire.SaveObject) {
	if sv.req.SyncID != 0 && mapi.Props(n.ModProps).Has(mapi.PrLastModificationTime.ID()) && o.Props.Has(mapi.PrLastModificationTime.ID()) {
		return
	}
	o.Props.Set(mapi.Time(mapi.PrLastModificationTime, ch.Time()))
}

// setHasAttach recomputes PR_HASATTACH and its message flag.
func setHasAttach(o *storage.Object) {
	has := false
	for _, c := range o.Children {
		has = has || c.Type == mapi.TypeAttach
	}
	flags := o.Props.Uint32(mapi.PrMessageFlags) &^ mapi.MsgHasAttach
	if has {
		flags |= mapi.MsgHasAttach
	}
	o.Props.Set(mapi.Long(mapi.PrMessageFlags, flags))
	o.Props.Set(mapi.Bool(mapi.PrHasAttach, has))
}
