package client

import (
	"strings"

	"zarafa/mapi"
)

// What a message needs before it is saved is made here, for both ways of saving: as an object and as a stream. Nothing of the
// caller's message is changed.

// smtp is the address type of addresses of the Internet.
const smtp = "SMTP"

// storable reports whether a property has a form in which a store keeps it: errors and objects do not.
func storable(p *mapi.PropValue) bool {
	switch p.Tag.Type() {
	case mapi.PtError, mapi.PtObject, mapi.PtNull, mapi.PtUnspecified:
		return false
	}
	return true
}

// completeMessage are a message's properties with a search key and the names of its recipients.
func completeMessage(m *mapi.Message) mapi.Props {
	props := make(mapi.Props, 0, len(m.Props)+4)
	for i := range m.Props {
		if storable(&m.Props[i]) {
			props = append(props, m.Props[i])
		}
	}
	if !props.Has(mapi.PrSearchKey.ID()) {
		key := mapi.NewGUID()
		props = append(props, mapi.Binary(mapi.PrSearchKey, key[:]))
	}
	if len(m.Recipients) == 0 {
		return props
	}
	for _, list := range []struct {
		tag  mapi.PropTag
		kind uint32
	}{{mapi.PrDisplayTo, mapi.RecipientTo}, {mapi.PrDisplayCc, mapi.RecipientCc}, {mapi.PrDisplayBcc, mapi.RecipientBcc}} {
		if !props.Has(list.tag.ID()) {
			props = append(props, mapi.String(list.tag, displayNames(m.Recipients, list.kind)))
		}
	}
	return props
}

// displayNames are the names of the recipients of a type, as PR_DISPLAY_TO has them.
func displayNames(recipients []mapi.Props, kind uint32) string {
	var names []string
	for _, r := range recipients {
		if r.Uint32(mapi.PrRecipientType) == kind {
			names = append(names, r.Str(mapi.PrDisplayName))
		}
	}
	return strings.Join(names, "; ")
}

// completeRecipient makes the row with the given number of the recipient table. Stores keep PR_ENTRYID of a recipient as
// PR_EC_CONTACT_ENTRYID (objects.md section 3.4).
func completeRecipient(r mapi.Props, row uint32) (mapi.ObjectType, mapi.Props) {
	props := make(mapi.Props, 0, len(r)+6)
	for i := range r {
		if storable(&r[i]) && r[i].Tag != mapi.PrEntryID {
			props = append(props, r[i])
		}
	}
	name, addressType, address := props.Str(mapi.PrDisplayName), props.Str(mapi.PrAddrtype), props.Str(mapi.PrEmailAddress)
	add := func(p mapi.PropValue) {
		if !props.Has(p.Tag.ID()) {
			props = append(props, p)
		}
	}
	if addressType == "" {
		addressType = smtp
		props.Set(mapi.String(mapi.PrAddrtype, smtp))
	}
	props.Set(mapi.Long(mapi.PrRowid, row))
	add(mapi.Long(mapi.PrObjectType, uint32(mapi.TypeMailUser)))
	if id := r.Bytes(mapi.PrEntryID); id != nil {
		props.Set(mapi.Binary(mapi.PrECContactEntryID, id))
	}
	add(mapi.Binary(mapi.PrECContactEntryID, mapi.OneOff{Name: name, AddressType: addressType, Address: address}.Encode()))
	add(mapi.Binary(mapi.PrSearchKey, mapi.AddressSearchKey(addressType, address)))
	if props.Uint32(mapi.PrObjectType) == uint32(mapi.TypeDistList) {
		return mapi.TypeDistList, props
	}
	return mapi.TypeMailUser, props
}

// completeAttachment are an attachment's properties without its content.
func completeAttachment(a *mapi.Attachment) mapi.Props {
	props := make(mapi.Props, 0, len(a.Props)+2)
	for i := range a.Props {
		if storable(&a.Props[i]) && a.Props[i].Tag.ID() != mapi.PrAttachDataBin.ID() {
			props = append(props, a.Props[i])
		}
	}
	if !props.Has(mapi.PrRecordKey.ID()) {
		key := mapi.NewGUID()
		props = append(props, mapi.Binary(mapi.PrRecordKey, key[:]))
	}
	if !props.Has(mapi.PrAttachMethod.ID()) {
		method := mapi.AttachByValue
		if a.Message != nil {
			method = mapi.AttachEmbedded
		}
		props = append(props, mapi.Long(mapi.PrAttachMethod, method))
	}
	return props
}
