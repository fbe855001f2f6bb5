package itip

import (
	"fmt"
	"slices"
	"strings"

	"zarafa/calendar/content"
	"zarafa/calendar/ical"
	"zarafa/calendar/recur"
	"zarafa/calendar/zone"
	"zarafa/mapi"
)

// ReceiveItem is [Receive] for items of MAPI: existing is the item of a calendar or nil, message a meeting message. The item that it
// returns is the one to be stored if the outcome is [Applied]: existing with all that a meeting has changed, and what is beyond iCalendar
// as it was.
func ReceiveItem(existing, message *mapi.Message, o *ical.Options) (*mapi.Message, Outcome, error) {
	scheduling := &Options{Self: o.Self, Zone: o.Zone, Now: o.Now}
	text, err := ical.Write([]*mapi.Message{message}, o)
	if err != nil {
		return existing, Ignored, err
	}
	var have *content.Component
	if existing != nil {
		without := *o
		without.Attachments = 0 // files stay where they are
		if have, err = ical.Write([]*mapi.Message{existing}, &without); err != nil {
			return existing, Ignored, err
		}
	}
	updated, outcome, err := Receive(have, text, scheduling)
	if err != nil || outcome != Applied {
		return existing, outcome, err
	}
	items, err := ical.Read(updated, o)
	if err != nil {
		return existing, Ignored, err
	}
	if len(items) != 1 {
		return existing, Ignored, fmt.Errorf("%w: %d items of one", ErrObject, len(items))
	}
	fresh := items[0].Message
	if ical.Method(message) == "REQUEST" {
		tentative(fresh)
		tentativeInstances(fresh, o)
	}
	return Merge(existing, fresh), Applied, nil
}

// Named properties that are looked at here (MS-OXOCAL 2.2.1).
var (
	busyStatus     = mapi.PropName{Set: mapi.PsetidAppointment, ID: 0x8205}
	responseStatus = mapi.PropName{Set: mapi.PsetidAppointment, ID: 0x8218}
	recurrence     = mapi.PropName{Set: mapi.PsetidAppointment, ID: 0x8216}
	originalStart  = mapi.PropName{Set: mapi.PsetidAppointment, ID: 0x8228}
	recurrenceZone = mapi.PropName{Set: mapi.PsetidAppointment, ID: 0x8260}
)

// tentative is how a meeting shows for as long as it is not answered, whatever its organizer intends. It is true if that is so.
func tentative(m *mapi.Message) bool {
	const notAnswered = 5
	response, _ := m.GetNamed(responseStatus, mapi.PtLong)
	busy, _ := m.GetNamed(busyStatus, mapi.PtLong)
	if response.Uint32() != notAnswered || busy.Uint32() == ical.Free {
		return false
	}
	m.SetNamed(busyStatus, mapi.Long(mapi.MakeTag(0, mapi.PtLong), ical.Tentative))
	return true
}

// tentativeInstances is tentative for the modified instances of a series, each of which is answered by itself.
func tentativeInstances(m *mapi.Message, o *ical.Options) {
	data, _ := m.GetNamed(recurrence, mapi.PtBinary)
	rec, err := recur.Parse(data.Data)
	if err != nil {
		return // a single item
	}
	loc := o.ItemZone(m, true).Location
	for _, a := range m.Attachments {
		if isFile(a) || !tentative(a.Message) {
			continue
		}
		at, _ := a.Message.GetNamed(originalStart, mapi.PtSysTime)
		day := recur.MinutesOf(zone.Wall(at.Time().Time(), loc)).Midnight()
		for i := range rec.Exceptions {
			if e := &rec.Exceptions[i]; e.Original.Midnight() == day {
				e.Flags, e.BusyStatus = e.Flags|recur.HasBusyStatus, ical.Tentative
			}
		}
	}
	m.SetNamed(recurrence, mapi.Binary(mapi.MakeTag(0, mapi.PtBinary), rec.Append(nil)))
}

// Merge is an item with the properties of a newer form of it. Properties that only the old form has stay, but for those that a meeting
// may lose; files stay, exceptions are those of the newer form. old may be nil.
func Merge(old, fresh *mapi.Message) *mapi.Message {
	if old == nil {
		return fresh
	}
	out := &mapi.Message{Props: mapi.Props(mapi.CloneProps(old.Props)), Named: slices.Clone(old.Named), Recipients: fresh.Recipients}
	for _, tag := range []mapi.PropTag{mapi.PrBody, mapi.PrHTML, mapi.PrRTFCompressed} {
		if fresh.Props.Has(mapi.PrBody.ID()) || fresh.Props.Has(mapi.PrHTML.ID()) {
			out.Props.Delete(tag.ID())
		}
	}
	for _, name := range []mapi.PropName{recurrence, recurrenceZone} { // a series may become a single item
		if tag, ok := name.Tag(mapi.PtBinary); ok {
			out.Props.Delete(tag.ID())
		}
	}
	for _, v := range fresh.Props {
		out.Props.Set(v)
	}
	for _, v := range fresh.Named {
		out.SetNamed(v.Name, v.Value)
	}
	files := len(fresh.Attachments) > 0 && slices.ContainsFunc(fresh.Attachments, isFile)
	for _, a := range old.Attachments {
		if isFile(a) && !files {
			out.Attachments = append(out.Attachments, a)
		}
	}
	out.Attachments = append(out.Attachments, fresh.Attachments...)
	return out
}

// isFile tells the files of an item from the exceptions of a series.
func isFile(a *mapi.Attachment) bool {
	return a.Message == nil || !strings.HasPrefix(strings.ToUpper(a.Message.Props.Str(mapi.PrMessageClass)), "IPM.OLE.CLASS.")
}
