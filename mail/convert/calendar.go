package convert

import (
	"strings"

	"zarafa/calendar/content"
	"zarafa/calendar/ical"
	"zarafa/calendar/zone"
	"zarafa/mail/header"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// maxCalendarFiles bounds the files in a calendar text, in bytes.
const maxCalendarFiles = 16 << 20

// calendar takes an invitation or what answers one (RFC 6047), wherever it stands; the text beside it stays the body. What is none, or the
// second of a mail, is a file.
func (b *body) calendar(p *tree.Part, t header.MediaType, h *header.Fields, at place, attached bool) error {
	if b.meeting != nil || p.Octets() > maxBody || !tree.KnownEncoding(p.Encoding) {
		return b.attach(p, t, h, at)
	}
	text, _, known, err := b.im.decode(p, t)
	if err != nil {
		return err
	}
	if !known {
		return b.attach(p, t, h, at)
	}
	item := b.im.item(text, attached)
	if item == nil {
		return b.attach(p, t, h, at)
	}
	b.meeting = item
	return nil
}

// item is the first meeting message of a calendar text, or the first event of one that is published; nil if there is none. A file that
// somebody has attached is not published to anybody.
func (im *importer) item(text string, attached bool) *mapi.Message {
	objects, err := content.ParseLenient(text, content.DefaultLimits())
	if err != nil && len(objects) == 0 {
		return nil
	}
	for _, object := range objects {
		method := strings.ToUpper(strings.TrimSpace(object.Value("METHOD")))
		if !object.Is("VCALENDAR") || method == "" || method == "PUBLISH" && attached {
			continue
		}
		items, _ := ical.Read(object, im.calendarOptions()) // what cannot be read is a file
		for _, it := range items {
			if it.Message.Props.Has(mapi.PrMessageClass.ID()) {
				return it.Message
			}
		}
	}
	return nil
}

func (im *importer) calendarOptions() *ical.Options {
	o := &ical.Options{
		Zone: im.options.Zone, Self: im.options.Self, Now: im.options.Now, Attachments: maxCalendarFiles,
		Who: func(address, name string) ical.Person {
			p := personOf(im.directory, parsedAddress(address, name))
			return ical.Person{Name: p.name, AddrType: p.typ, Email: p.address, SMTP: p.smtp, EntryID: p.entryID, SearchKey: p.key}
		},
	}
	if o.Zone == nil {
		o.Zone = zone.UTC()
	}
	return o
}

// parsedAddress is an address that stands alone, with a name.
func parsedAddress(address, name string) header.Address {
	a := header.Address{Local: address}
	if list := header.Mailboxes(header.ParseAddresses(address, nil)); len(list) == 1 {
		a = list[0]
	}
	a.Name = name
	return a
}

// takeMeeting makes what a calendar text says that of the message, unless the header says it: who sent it and to whom, and the subject.
func (b *body) takeMeeting() {
	item := b.meeting
	cleanProps(item.Props, item.Named)
	class := item.Props.Str(mapi.PrMessageClass)
	b.m.Props.Set(mapi.String(mapi.PrMessageClass, class))
	if b.plain == nil && b.page == nil {
		b.plain = &text{content: crlf(item.Props.Str(mapi.PrBody)), codePage: utf8Page}
	}
	for _, v := range item.Props {
		if id := v.Tag.ID(); !ownMatter(id) && !b.m.Props.Has(id) {
			b.m.Props.Set(v)
		}
	}
	for _, n := range item.Named {
		if _, there := b.m.GetNamed(n.Name, n.Value.Tag.Type()); !there {
			b.m.SetNamed(n.Name, n.Value)
		}
	}
	b.m.Attachments = append(b.m.Attachments, item.Attachments...)
	if method := ical.Method(b.m); method == "REQUEST" || method == "CANCEL" {
		b.invited(item.Recipients)
	}
}

// invited adds the attendees whom the header does not name: many programs write a mail to each of them.
func (b *body) invited(attendees []mapi.Props) {
	known := make(map[string]bool)
	for _, r := range b.m.Recipients {
		known[strings.ToLower(r.Str(mapi.PrSMTPAddress))] = true
	}
	for _, a := range attendees {
		address := a.Str(mapi.PrSMTPAddress)
		if key := strings.ToLower(address); address == "" || known[key] {
			continue
		} else {
			known[key] = true
		}
		p := personOf(b.im.directory, parsedAddress(address, a.Str(mapi.PrDisplayName)))
		kind := a.Uint32(mapi.PrRecipientType)
		b.m.Recipients = append(b.m.Recipients, p.row(kind))
		tag := map[uint32]mapi.PropTag{recipientCc: mapi.PrDisplayCc, recipientBcc: mapi.PrDisplayBcc}[kind]
		if tag == 0 {
			tag = mapi.PrDisplayTo
		}
		names := p.name
		if before := b.m.Props.Str(tag); before != "" {
			names = before + "; " + names
		}
		b.m.Props.Set(mapi.String(tag, names))
	}
}
