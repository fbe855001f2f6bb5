package itip

import (
	"os"
	"slices"
	"strings"
	"testing"

	"zarafa/calendar/content"
	"zarafa/calendar/ical"
	"zarafa/calendar/recur"
	"zarafa/mapi"
)

// item reads a corpus file, or a text, as somebody's.
func item(t testing.TB, o *ical.Options, text string) *mapi.Message {
	t.Helper()
	if !strings.HasPrefix(text, "BEGIN") {
		data, err := os.ReadFile("../testdata/ical/" + text)
		if err != nil {
			t.Fatal(err)
		}
		text = string(data)
	}
	roots, err := content.Parse(text, content.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	items, err := ical.Read(roots[0], o)
	if err != nil {
		t.Fatal(err)
	}
	return items[0].Message
}

func itemOptions(t testing.TB, self string) *ical.Options {
	o := options(t, self)
	return &ical.Options{Zone: o.Zone, Self: o.Self, Now: o.Now, Attachments: 1 << 20}
}

func long(m *mapi.Message, id uint32) uint32 {
	v, _ := m.GetNamed(mapi.PropName{Set: mapi.PsetidAppointment, ID: id}, mapi.PtLong)
	return v.Uint32()
}

// TestItems: the life of a meeting, as items of MAPI on both sides.
func TestItems(t *testing.T) {
	alice, bob := itemOptions(t, "alice"), itemOptions(t, "bob")
	meeting := "BEGIN:VCALENDAR\nMETHOD:X\nBEGIN:VEVENT\nUID:meet-1@example.com\nDTSTAMP:20260110T080000Z\nSEQUENCE:1\nSUMMARY:Planning\n" +
		"DTSTART:20260115T090000Z\nDTEND:20260115T100000Z\nORGANIZER:mailto:bob@example.com\nATTENDEE:mailto:alice@example.com\nEND:VEVENT\nEND:VCALENDAR\n"
	method := func(m string) string { return strings.Replace(meeting, "METHOD:X", "METHOD:"+m, 1) }

	request := item(t, alice, method("REQUEST"))
	entry, outcome, err := ReceiveItem(nil, request, alice)
	if err != nil || outcome != Applied {
		t.Fatalf("%v, %v", outcome, err)
	}
	if entry.Props.Str(mapi.PrMessageClass) != "IPM.Appointment" || long(entry, 0x8205) != 1 || long(entry, 0x8224) != 2 || long(entry, 0x8218) != 5 {
		t.Errorf("the entry is %v", entry.Props)
	}
	// What the calendar's owner has beside stays, and so do his files.
	extra := mapi.PropName{Set: mapi.PsPublicStrings, Name: "x"}
	entry.SetNamed(extra, mapi.Long(mapi.MakeTag(0, mapi.PtLong), 7))
	file := &mapi.Attachment{Content: mapi.Bytes("file")}
	file.Props.Set(mapi.Long(mapi.PrAttachMethod, 1))
	entry.Attachments = append(entry.Attachments, file)
	off, outcome, err := ReceiveItem(entry, item(t, alice, strings.Replace(method("CANCEL"), "SEQUENCE:1", "SEQUENCE:2", 1)), alice)
	if err != nil || outcome != Applied || long(off, 0x8217) != 7 {
		t.Fatalf("%v, %v, state %d", outcome, err, long(off, 0x8217))
	}
	if v, ok := off.GetNamed(extra, mapi.PtLong); !ok || v.Uint32() != 7 || len(off.Attachments) != 1 {
		t.Error("what is the owner's is gone")
	}

	held := item(t, bob, method("PUBLISH"))
	answered, outcome, err := ReceiveItem(held, item(t, bob, "reply-accepted.ics"), bob)
	if err != nil || outcome != Applied {
		t.Fatalf("%v, %v", outcome, err)
	}
	var status []uint32
	for _, r := range answered.Recipients {
		if r.Str(mapi.PrSMTPAddress) == "alice@example.com" {
			status = append(status, r.Uint32(mapi.PrRecipientTrackstatus))
			if at, ok := r.Get(mapi.PrRecipientTrackstatusTime); !ok || at.Time().Time().Day() != 11 {
				t.Errorf("answered at %v", at)
			}
		}
	}
	if len(status) != 1 || status[0] != 3 {
		t.Errorf("alice's answers are %v", status)
	}
	// An answer that was given earlier and comes later.
	late := strings.Replace(method("REPLY"), "ATTENDEE:", "ATTENDEE;PARTSTAT=DECLINED:", 1)
	if _, outcome, err = ReceiveItem(answered, item(t, bob, late), bob); err != nil || outcome != Outdated {
		t.Errorf("%v, %v", outcome, err)
	}
	if _, outcome, err = ReceiveItem(answered, item(t, bob, "outlook-counter.ics"), bob); err != nil || outcome != Proposed {
		t.Errorf("%v, %v", outcome, err)
	}
}

// TestItemInstance: an instance of a series is called off in its recurrence.
func TestItemInstance(t *testing.T) {
	alice := itemOptions(t, "alice")
	series := item(t, alice, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:series@example.com\nDTSTART;TZID=Europe/Amsterdam:20260108T090000\n"+
		"DTEND;TZID=Europe/Amsterdam:20260108T100000\nRRULE:FREQ=WEEKLY\nORGANIZER:mailto:bob@example.com\nATTENDEE:mailto:alice@example.com\nEND:VEVENT\nEND:VCALENDAR\n")
	out, outcome, err := ReceiveItem(series, item(t, alice, "cancel-instance.ics"), alice)
	if err != nil || outcome != Applied {
		t.Fatalf("%v, %v", outcome, err)
	}
	data, _ := out.GetNamed(recurrence, mapi.PtBinary)
	rec, err := recur.Parse(data.Data)
	if err != nil || len(rec.Deleted) != 1 || rec.Deleted[0].Wall().Format("2006-01-02") != "2026-01-22" {
		t.Errorf("%+v, %v", rec, err)
	}
	if _, outcome, err = ReceiveItem(out, item(t, alice, "cancel-instance.ics"), alice); err != nil || outcome != Ignored {
		t.Errorf("called off twice: %v, %v", outcome, err)
	}
}

// TestItemInstanceTentative: a modified instance that is not answered shows tentative, whether it came with its series or after that was
// accepted.
func TestItemInstanceTentative(t *testing.T) {
	alice := itemOptions(t, "alice")
	const (
		head   = "BEGIN:VCALENDAR\nMETHOD:REQUEST\n"
		people = "ORGANIZER:mailto:bob@example.com\nATTENDEE:mailto:alice@example.com\nUID:series@example.com\n"
		series = "BEGIN:VEVENT\n" + people + "DTSTART;TZID=Europe/Amsterdam:20260108T090000\nDTEND;TZID=Europe/Amsterdam:20260108T100000\nRRULE:FREQ=WEEKLY;COUNT=3\nEND:VEVENT\n"
		moved  = "BEGIN:VEVENT\n" + people + "RECURRENCE-ID;TZID=Europe/Amsterdam:20260115T090000\nDTSTART:20260116T090000Z\nDTEND:20260116T100000Z\nSEQUENCE:1\nEND:VEVENT\n"
		end    = "END:VCALENDAR\n"
	)
	shows := func(m *mapi.Message) (out []uint32) {
		t.Helper()
		times, err := ical.Times(m, alice.Now.AddDate(0, -2, 0), alice.Now.AddDate(0, 2, 0), alice)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range times {
			out = append(out, x.Busy)
		}
		return out
	}
	receive := func(existing *mapi.Message, text string) *mapi.Message {
		t.Helper()
		out, outcome, err := ReceiveItem(existing, item(t, alice, text), alice)
		if err != nil || outcome != Applied {
			t.Fatalf("%v, %v", outcome, err)
		}
		return out
	}
	all := receive(nil, head+series+moved+end)
	if got := shows(all); !slices.Equal(got, []uint32{ical.Tentative, ical.Tentative, ical.Tentative}) {
		t.Errorf("a series that came whole shows %v", got)
	}
	accepted := receive(nil, head+series+end)
	for _, v := range []struct {
		id    uint32
		value uint32
	}{{0x8205, ical.Busy}, {0x8218, 3}} {
		accepted.SetNamed(mapi.PropName{Set: mapi.PsetidAppointment, ID: v.id}, mapi.Long(mapi.MakeTag(0, mapi.PtLong), v.value))
	}
	for i := range accepted.Recipients {
		if r := &accepted.Recipients[i]; r.Str(mapi.PrSMTPAddress) == "alice@example.com" {
			r.Set(mapi.Long(mapi.PrRecipientTrackstatus, 3))
		}
	}
	if got := shows(receive(accepted, head+moved+end)); !slices.Equal(got, []uint32{ical.Busy, ical.Tentative, ical.Busy}) {
		t.Errorf("an instance of an accepted series that was moved shows %v", got)
	}
}
