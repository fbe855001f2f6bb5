package change

import (
	"zarafa/mapi"
	"zarafa/storage"
)

// What an object is charged with (objects.md section 3.2, step 11).
const (
	sizeObject   = 28
	sizeProperty = 20
	// sizeServerKey is the length of a change key of this server.
	sizeServerKey = 20
)

// sizeOf is PR_MESSAGE_SIZE or PR_ATTACH_SIZE of an object as its properties stand; of its parts only those
// count that have a size themselves.
//
// The list of predecessors of a top-level message counts as one key however long it has
// become, so that synchronising does not make mailboxes grow.
func sizeOf(o *storage.Object) int64 {
	size := int64(sizeObject)
	for i := range o.Props {
		p := &o.Props[i]
		if p.Tag == mapi.PrModificationNumber {
			continue // or a change of a synchronising client would make the mailbox grow
		}
		if o.Message == 0 && p.Tag == mapi.PrPredecessorChangeList {
			size += sizeProperty + sizeServerKey
			continue
		}
		if o.Type == mapi.TypeAttach && p.Tag == mapi.PrAttachSize {
			continue // an attachment's size is the same on every save, a message's is not
		}
		size += sizeProperty + valueSize(p)
	}
	for _, lob := range o.Lobs {
		if lob.Tag.ID() == mapi.PrECIMAPEmail.ID() {
			continue // a second form of the message, which nobody is charged for (traces 02)
		}
		size += lob.Size
		if !isBlob(lob.Tag.ID()) {
			size += sizeProperty
		}
	}
	for _, c := range o.Children {
		switch c.Type {
		case mapi.TypeAttach:
			size += int64(c.Props.Uint32(mapi.PrAttachSize))
		case mapi.TypeMessage:
			size += int64(c.Props.Uint32(mapi.PrMessageSize))
		}
	}
	return size
}

// valueSize is what a property's value is charged beyond sizeProperty: the bytes of strings and binaries. Each
// further value of a multi-valued property is charged like a property (traces 08).
func valueSize(p *mapi.PropValue) int64 {
	if !p.Tag.Type().Multi() {
		return int64(len(p.Data))
	}
	size := int64(sizeProperty * (len(p.Values()) - 1))
	for _, v := range p.Values() {
		size += int64(len(v.Data))
	}
	return size
}

// setSize computes and stores the size of a message or attachment and returns it. It belongs
// after everything else that changes the object, and before the change key of the change is stamped.
func setSize(o *storage.Object) int64 {
	size := sizeOf(o)
	tag := mapi.PrMessageSize
	if o.Type == mapi.TypeAttach {
		tag = mapi.PrAttachSize
	}
	o.Props.Set(mapi.Long(tag, uint32(min(size, 1<<32-1))))
	return size
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
