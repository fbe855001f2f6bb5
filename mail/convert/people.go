package convert

import (
	"strings"

	"zarafa/mail/header"
	"zarafa/mapi"
)

// person is somebody as messages name him.
type person struct {
	name    string
	typ     string // of the address
	address string // login name or address of the Internet
	smtp    string
	entryID []byte
	key     []byte
	entry   *Entry // nil outside of the address book
}

// personOf is the person behind an address of a header.
func personOf(d Directory, a header.Address) person {
	addr := a.Addr()
	if e, ok := d.ByAddress(addr); ok {
		return person{
			name: e.Name, typ: addressType, address: e.Account, smtp: e.SMTP, entryID: e.EntryID,
			key: mapi.AddressSearchKey(addressType, e.SMTP), entry: &e,
		}
	}
	p := person{name: a.Name, typ: "SMTP", address: addr, smtp: addr}
	if p.name == "" {
		p.name = addr
	}
	p.entryID = mapi.OneOff{Name: p.name, AddressType: p.typ, Address: addr, NoRichText: true}.Encode()
	p.key = mapi.AddressSearchKey(p.typ, addr)
	return p
}

// role is where a message names somebody.
type role struct{ entryID, name, addrtype, address, key, smtp mapi.PropTag }

func sender() role {
	return role{
		mapi.PrSenderEntryID, mapi.PrSenderName, mapi.PrSenderAddrtype, mapi.PrSenderEmailAddress, mapi.PrSenderSearchKey,
		mapi.PrSenderSMTPAddress,
	}
}

func represented() role {
	return role{
		mapi.PrSentRepresentingEntryID, mapi.PrSentRepresentingName, mapi.PrSentRepresentingAddrtype,
		mapi.PrSentRepresentingEmailAddress, mapi.PrSentRepresentingSearchKey, mapi.PrSentRepresentingSMTPAddress,
	}
}

// set names the person in a role.
func (p *person) set(props *mapi.Props, r role) {
	props.Set(mapi.Binary(r.entryID, p.entryID))
	props.Set(mapi.String(r.name, p.name))
	props.Set(mapi.String(r.addrtype, p.typ))
	props.Set(mapi.String(r.address, p.address))
	props.Set(mapi.Binary(r.key, p.key))
}

// row is the person as a recipient.
func (p *person) row(kind uint32) mapi.Props {
	row := mapi.Props{
		mapi.Long(mapi.PrRecipientType, kind),
		mapi.String(mapi.PrDisplayName, p.name), mapi.String(mapi.PrAddrtype, p.typ), mapi.String(mapi.PrEmailAddress, p.address),
		mapi.String(mapi.PrSMTPAddress, p.smtp), mapi.Binary(mapi.PrEntryID, p.entryID), mapi.Binary(mapi.PrSearchKey, p.key),
	}
	objectType, displayType := uint32(mapi.TypeMailUser), uint32(0)
	if p.entry != nil {
		objectType, displayType = uint32(p.entry.ObjectType), p.entry.DisplayType
	}
	return append(row, mapi.Long(mapi.PrObjectType, objectType), mapi.Long(mapi.PrDisplayType, displayType))
}

// people sets senders and recipients.
func (im *importer) people(m *mapi.Message, h *header.Fields) {
	if from, ok := im.first(h, "From"); ok {
		from.set(&m.Props, represented())
		by, ok := im.first(h, "Sender")
		if !ok || strings.EqualFold(by.smtp, from.smtp) {
			by = from
		}
		by.set(&m.Props, sender())
	}
	im.recipients(m, h, "To", mapi.RecipientTo, mapi.PrDisplayTo)
	im.recipients(m, h, "Cc", mapi.RecipientCc, mapi.PrDisplayCc)
	im.recipients(m, h, "Bcc", mapi.RecipientBcc, mapi.PrDisplayBcc)
	im.replyTo(m, h)
	im.receipts(m, h)
}

// first is the first mailbox of the first field of a name. A later From is no sender: programs that check a mail's origin look at
// the first.
func (im *importer) first(h *header.Fields, name string) (person, bool) {
	for _, a := range header.Mailboxes(header.ParseAddresses(h.Get(name), im.options.DefaultCharset)) {
		if a.Local != "" {
			return personOf(im.directory, a), true
		}
	}
	return person{}, false
}

// mailboxes are those of all fields of a name. An empty one stands for nobody.
func (im *importer) mailboxes(h *header.Fields, name string) []person {
	var list []person
	for _, a := range header.Mailboxes(header.ParseAddresses(h.Joined(name), im.options.DefaultCharset)) {
		if a.Local != "" || a.Name != "" {
			list = append(list, personOf(im.directory, a))
		}
	}
	return list
}

func (im *importer) recipients(m *mapi.Message, h *header.Fields, name string, kind uint32, display mapi.PropTag) {
	var names []string
	for _, p := range im.mailboxes(h, name) {
		m.Recipients = append(m.Recipients, p.row(kind))
		names = append(names, p.name)
	}
	m.Props.Set(mapi.String(display, strings.Join(names, "; ")))
}

// displayed are the names of recipients as they are displayed.
func displayed(recipients []mapi.Props) mapi.Props {
	var props mapi.Props
	for _, list := range []struct {
		kind uint32
		tag  mapi.PropTag
	}{{mapi.RecipientTo, mapi.PrDisplayTo}, {mapi.RecipientCc, mapi.PrDisplayCc}, {mapi.RecipientBcc, mapi.PrDisplayBcc}} {
		var names []string
		for _, r := range recipients {
			if r.Uint32(mapi.PrRecipientType)&0xFF == list.kind {
				names = append(names, r.Str(mapi.PrDisplayName))
			}
		}
		props = append(props, mapi.String(list.tag, strings.Join(names, "; ")))
	}
	return props
}

func (im *importer) replyTo(m *mapi.Message, h *header.Fields) {
	var ids [][]byte
	var names []string
	for _, p := range im.mailboxes(h, "Reply-To") {
		ids = append(ids, p.entryID)
		names = append(names, p.name)
	}
	if len(ids) > 0 {
		m.Props.Set(mapi.Binary(mapi.PrReplyRecipientEntries, mapi.FlatEntryList(ids...)))
		m.Props.Set(mapi.String(mapi.PrReplyRecipientNames, strings.Join(names, "; ")))
	}
}

// receipts are what the sender wants to be told (RFC 8098 section 2.1).
func (im *importer) receipts(m *mapi.Message, h *header.Fields) {
	if h.Has("Return-Receipt-To") {
		m.Props.Set(mapi.Bool(mapi.PrOriginatorDeliveryReportRequested, true))
	}
	to, ok := im.first(h, "Disposition-Notification-To")
	if !ok {
		return
	}
	m.Props.Set(mapi.Bool(mapi.PrReadReceiptRequested, true))
	m.Props.Set(mapi.Binary(mapi.PrReadReceiptEntryID, to.entryID))
	m.Props.Set(mapi.Binary(mapi.PrReadReceiptSearchKey, to.key))
}
