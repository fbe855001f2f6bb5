package convert

import (
	"slices"
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
	item := b.item(text, attached)
	if item == nil {
		return b.attach(p, t, h, at)
	}
	b.meeting = item
	return nil
}

// item is the first meeting message of a calendar text, or the first event of one that is published; nil if there is none. A file that
// somebody has attached is not published to anybody.
func (b *body) item(text string, attached bool) *mapi.Message {
	objects, err := content.ParseLenient(text, content.DefaultLimits())
	if err != nil && len(objects) == 0 {
		return nil
	}
	for _, object := range objects {
		method := strings.ToUpper(strings.TrimSpace(object.Value("METHOD")))
		if !object.Is("VCALENDAR") || method == "" || method == "PUBLISH" && attached {
			continue
		}
		if method == "REQUEST" || method == "CANCEL" {
			b.organized(object)
		}
		items, _ := ical.Read(object, b.calendarOptions()) // what cannot be read is a file
		for _, it := range items {
			if it.Message.Props.Has(mapi.PrMessageClass.ID()) {
				return it.Message
			}
		}
	}
	return nil
}

// organized makes the sender of an invitation the organizer, if it names none.
func (b *body) organized(object *content.Component) {
	address := Address(Sender(b.m), nil).Addr()
	for c := range object.Components() {
		if c.Is("VEVENT") && c.Get("ORGANIZER") == nil && address != "" {
			c.Add(content.New("ORGANIZER", "mailto:"+address))
		}
	}
}

// calendarOptions know people by the names that the header gives them, if the calendar text gives none.
func (b *body) calendarOptions() *ical.Options {
	named := make(map[string]string)
	for _, r := range append([]mapi.Props{Sender(b.m)}, b.m.Recipients...) {
		named[strings.ToLower(Address(r, nil).Addr())] = r.Str(mapi.PrDisplayName)
	}
	options := b.im.options
	o := &ical.Options{
		Zone: options.Zone, Self: options.Self, Now: options.Now, Attachments: maxCalendarFiles,
		Who: func(address, name string) ical.Person {
			if known := named[strings.ToLower(address)]; known != "" && (name == "" || strings.EqualFold(name, address)) {
				name = known
			}
			p := personOf(b.im.directory, parsedAddress(address, name))
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
	for _, a := range item.Attachments {
		if a.Message == nil {
			file := newAttachment(fileNameOf(a), mimeTypeOf(a))
			file.Content = a.Content
			a = file
		}
		b.m.Attachments = append(b.m.Attachments, a)
	}
	if method := ical.Method(b.m); method == "REQUEST" || method == "CANCEL" {
		b.invited(item.Recipients)
	}
}

// invited adds the attendees whom the header does not name, as many programs write a mail to each of them, and puts all in the order of the
// calendar text.
func (b *body) invited(attendees []mapi.Props) {
	known := make(map[string]bool)
	for _, r := range b.m.Recipients {
		known[strings.ToLower(r.Str(mapi.PrSMTPAddress))] = true
	}
	order := make(map[string]int)
	for i, a := range attendees {
		address := a.Str(mapi.PrSMTPAddress)
		key := strings.ToLower(address)
		if _, twice := order[key]; address == "" || twice {
			continue
		}
		order[key] = i + 1
		if !known[key] {
			p := personOf(b.im.directory, parsedAddress(address, a.Str(mapi.PrDisplayName)))
			b.m.Recipients = append(b.m.Recipients, p.row(a.Uint32(mapi.PrRecipientType)))
		}
	}
	place := func(r mapi.Props) int {
		if n := order[strings.ToLower(r.Str(mapi.PrSMTPAddress))]; n > 0 {
			return n
		}
		return len(attendees) + 1
	}
	slices.SortStableFunc(b.m.Recipients, func(x, y mapi.Props) int { return place(x) - place(y) })
	for _, v := range displayed(b.m.Recipients) {
		b.m.Props.Set(v)
	}
}
