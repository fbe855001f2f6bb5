package ical

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zarafa/calendar/content"
	"zarafa/calendar/zone"
	"zarafa/mapi"
)

// oneItem reads the item of components.
func oneItem(t *testing.T, o *Options, method string, components ...string) *mapi.Message {
	t.Helper()
	text := "BEGIN:VCALENDAR\n" + method
	for _, c := range components {
		text += "BEGIN:VEVENT\nUID:a@example.com\nDTSTAMP:20260110T080000Z\n" + c + "\nEND:VEVENT\n"
	}
	roots, err := content.Parse(text+"END:VCALENDAR\n", content.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	items, err := Read(roots[0], o)
	if err != nil {
		t.Fatal(err)
	}
	return items[0].Message
}

// TestTimes: single items and series, with modified and removed instances, over a change of the clocks and at the edges of the time that
// is looked at.
func TestTimes(t *testing.T) {
	z, _ := zone.Load("Europe/Amsterdam")
	o := &Options{Zone: z}
	const series = "DTSTART;TZID=Europe/Amsterdam:20260322T090000\nDTEND;TZID=Europe/Amsterdam:20260322T100000\nRRULE:FREQ=WEEKLY;COUNT=4"
	for _, tt := range []struct {
		name     string
		events   []string
		from, to string
		want     string
	}{
		{"single", []string{"DTSTART:20260115T090000Z\nDTEND:20260115T100000Z"}, "01-01 00", "02-01 00", "01-15 09:00–10:00 2"},
		{"ends when the time begins", []string{"DTSTART:20260115T090000Z\nDTEND:20260115T100000Z"}, "01-15 10", "02-01 00", ""},
		{"begins when the time ends", []string{"DTSTART:20260115T090000Z\nDTEND:20260115T100000Z"}, "01-01 00", "01-15 09", ""},
		{"no length", []string{"DTSTART:20260115T090000Z\nDTEND:20260115T090000Z"}, "01-15 09", "01-16 00", "01-15 09:00–09:00 2"},
		{"free", []string{"DTSTART:20260115T090000Z\nDTEND:20260115T100000Z\nTRANSP:TRANSPARENT"}, "01-01 00", "02-01 00", "01-15 09:00–10:00 0"},
		{"called off", []string{"DTSTART:20260115T090000Z\nDTEND:20260115T100000Z\nSTATUS:CANCELLED\nORGANIZER:mailto:bob@example.com"}, "01-01 00", "02-01 00", "01-15 09:00–10:00 0"},
		{"series", []string{series + "\nEXDATE;TZID=Europe/Amsterdam:20260405T090000"}, "01-01 00", "12-01 00", "03-22 08:00–09:00 2, 03-29 07:00–08:00 2, 04-12 07:00–08:00 2"},
		{"modified", []string{series, "RECURRENCE-ID;TZID=Europe/Amsterdam:20260329T090000\nDTSTART:20260330T120000Z\nDTEND:20260330T130000Z\nX-MICROSOFT-CDO-BUSYSTATUS:OOF"},
			"03-25 00", "04-07 00", "03-30 12:00–13:00 3 for 03-29 07:00, 04-05 07:00–08:00 2"},
	} {
		at := func(s string) time.Time {
			v, err := time.Parse("2006-01-02 15", "2026-"+s)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		times, err := Times(oneItem(t, o, "", tt.events...), at(tt.from), at(tt.to), o)
		var got []string
		for _, x := range times {
			s := fmt.Sprintf("%s–%s %d", x.Start.UTC().Format("01-02 15:04"), x.End.UTC().Format("15:04"), x.Busy)
			if !x.Original.Equal(x.Start) {
				s += " for " + x.Original.UTC().Format("01-02 15:04")
			}
			got = append(got, s)
		}
		if list := strings.Join(got, ", "); list != tt.want || err != nil {
			t.Errorf("%s: %s, %v, want %s", tt.name, list, err, tt.want)
		}
	}
}

// TestMessageWithExceptions: in a message about a series each component is one of that message, as the first is.
func TestMessageWithExceptions(t *testing.T) {
	z, _ := zone.Load("Europe/Amsterdam")
	o := &Options{Zone: z}
	people := "\nORGANIZER:mailto:bob@example.com\nATTENDEE;RSVP=TRUE:mailto:alice@example.com\nX-MICROSOFT-CDO-INTENDEDSTATUS:BUSY"
	m := oneItem(t, o, "METHOD:REQUEST\n", "DTSTART:20260115T090000Z\nDTEND:20260115T100000Z\nRRULE:FREQ=DAILY;COUNT=3"+people,
		"RECURRENCE-ID:20260116T090000Z\nDTSTART:20260116T120000Z\nDTEND:20260116T130000Z"+people)
	m.Attachments = nil // answers have none
	m.Props.Set(mapi.String(mapi.PrMessageClass, classDeclined))
	m.Recipients = []mapi.Props{{mapi.String(mapi.PrDisplayName, "Bob"), mapi.String(mapi.PrSMTPAddress, "bob@example.com")}}
	setSender(m, Person{Name: "Alice", AddrType: "SMTP", Email: "alice@example.com", SMTP: "alice@example.com"})
	text, err := Write([]*mapi.Message{m}, o)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for c := range text.Components() {
		if !c.Is("VEVENT") {
			continue
		}
		n++
		who := c.Get("ATTENDEE")
		if who == nil || who.Value() != "mailto:alice@example.com" || who.Param("PARTSTAT") != "DECLINED" || c.Value("ORGANIZER") != "mailto:bob@example.com" {
			t.Errorf("component %d is about %v and %q", n, who, c.Value("ORGANIZER"))
		}
	}
	if n != 2 {
		t.Errorf("%d components", n)
	}
}
