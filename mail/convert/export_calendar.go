package convert

import (
	"strings"

	"zarafa/calendar/content"
	"zarafa/calendar/ical"
	"zarafa/calendar/zone"
	"zarafa/mail/header"
	"zarafa/mapi"
)

// hasCalendar reports whether a class is one whose mails have a part text/calendar.
func hasCalendar(class string) bool {
	class = strings.ToUpper(class)
	for _, known := range []string{"IPM.SCHEDULE.MEETING", "IPM.APPOINTMENT"} {
		if class == known || strings.HasPrefix(class, known+".") {
			return true
		}
	}
	return false
}

// calendarText is a meeting message or an event as iCalendar with its method (RFC 6047); ok is false if it cannot be said so.
func (ex *exporter) calendarText(m *mapi.Message) (text, method string, ok bool) {
	if !hasCalendar(m.Props.Str(mapi.PrMessageClass)) {
		return "", "", false
	}
	z := ex.options.Zone
	if z == nil {
		z = zone.UTC()
	}
	object, err := ical.Write([]*mapi.Message{m}, &ical.Options{
		Zone: z, Now: ex.options.Now,
		Address: func(p ical.Person) string {
			return ex.address(mapi.Props{
				mapi.String(mapi.PrDisplayName, p.Name), mapi.String(mapi.PrAddrtype, p.AddrType),
				mapi.String(mapi.PrEmailAddress, p.Email), mapi.Binary(mapi.PrEntryID, p.EntryID),
			})
		},
	})
	if err != nil {
		return "", "", false
	}
	if method = ical.Method(m); method == "" {
		object, method = published(object), "PUBLISH"
	}
	return object.String(), method, true
}

// published is an item of a calendar as it may stand in a mail: with a method, and without attendees (RFC 5546 3.2.1).
func published(object *content.Component) *content.Component {
	out := content.NewComponent("VCALENDAR")
	for l := range object.Lines() {
		out.Add(l)
	}
	out.Add(content.New("METHOD", "PUBLISH"))
	for c := range object.Components() {
		c.Remove("ATTENDEE")
		out.AddComponent(c)
	}
	return out
}

// calendarPart writes iCalendar as one form of the text.
func (ex *exporter) calendarPart(text, method string) {
	ex.textPart("text/calendar"+header.FormatParam("charset", "utf-8")+header.FormatParam("method", method), []byte(text))
}

// withoutExceptions are attachments without those of the instances of a series, which are in its calendar text.
func withoutExceptions(list []*mapi.Attachment) []*mapi.Attachment {
	var out []*mapi.Attachment
	for _, a := range list {
		if a.Message == nil || !strings.HasPrefix(strings.ToUpper(a.Message.Props.Str(mapi.PrMessageClass)), "IPM.OLE.CLASS.") {
			out = append(out, a)
		}
	}
	return out
}
