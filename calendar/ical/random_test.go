package ical

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"zarafa/calendar/content"
	"zarafa/internal/testseed"
)

// TestRandomEvents: any event, written and read, is the same item, and is written with the same bytes then.
func TestRandomEvents(t *testing.T) {
	r := testseed.New(t)
	for range 400 {
		text := randomEvent(r)
		first := read(t, text)
		once := write(t, first)
		second := read(t, once)
		if a, b := dump(first[0].Message), dump(second[0].Message); a != b {
			t.Fatalf("%s\nbecame another one by what follows:\n%s\n%s", text, difference(a, b), once)
		}
		if twice := write(t, second); twice != once {
			t.Fatalf("%s\nis written again as\n%s", once, twice)
		}
	}
}

// randomEvent is the text of an event that may be a series with deleted and modified instances.
func randomEvent(r *rand.Rand) string {
	zones := []string{"", "Z", "Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "W. Europe Standard Time", "day"}
	tz := zones[r.IntN(len(zones))]
	at := func(name string, w time.Time) string {
		switch tz {
		case "day":
			return name + ";VALUE=DATE:" + w.Format("20060102") + "\n"
		case "Z":
			return name + ":" + w.Format("20060102T150405Z") + "\n"
		case "":
			return name + ":" + w.Format("20060102T150405") + "\n"
		}
		return name + ";TZID=" + tz + ":" + w.Format("20060102T150405") + "\n"
	}
	start := time.Date(2020+r.IntN(10), time.Month(1+r.IntN(12)), 1+r.IntN(28), r.IntN(24), 15*r.IntN(4), 0, 0, time.UTC)
	length := time.Duration(1+r.IntN(20)) * 30 * time.Minute
	if tz == "day" {
		length = time.Duration(1+r.IntN(2)) * 24 * time.Hour
	}
	rule := []string{
		"", "FREQ=DAILY", "FREQ=DAILY;COUNT=9", "FREQ=WEEKLY;INTERVAL=2", "FREQ=MONTHLY;UNTIL=" + start.AddDate(1, 2, 0).Format("20060102"), "FREQ=YEARLY;COUNT=3",
	}[r.IntN(6)]
	// An exception of MAPI's has the categories and the people of its series if it has none itself.
	inherited := map[string]bool{"CATEGORIES": r.IntN(2) == 0, "ORGANIZER": r.IntN(2) == 0, "ATTENDEE": r.IntN(2) == 0}
	event := func(w time.Time) string {
		out := at("DTSTART", w) + at("DTEND", w.Add(length)) + content.NewText("SUMMARY", randomWords(r)).String() + "\n"
		for _, l := range []*content.Line{
			content.NewText("DESCRIPTION", randomWords(r)+"\n"+randomWords(r)), content.NewText("LOCATION", randomWords(r)),
			content.New("CLASS", "PRIVATE"), content.New("TRANSP", "TRANSPARENT"), content.New("PRIORITY", "1"), content.New("X-MICROSOFT-CDO-BUSYSTATUS", "OOF"),
			content.New("CATEGORIES", content.JoinTexts([]string{"a" + randomWords(r), "b"})),
			content.New("ORGANIZER", "mailto:bob@example.com"), content.New("ATTENDEE", "mailto:alice@example.com", content.P("PARTSTAT", "TENTATIVE")),
		} {
			always, fixed := inherited[l.Name()]
			if fixed && always || !fixed && r.IntN(2) == 0 {
				out += l.String() + "\n"
			}
		}
		if r.IntN(2) == 0 {
			out += fmt.Sprintf("BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT%dM\nEND:VALARM\n", r.IntN(100))
		}
		return out
	}
	head := fmt.Sprintf("BEGIN:VEVENT\nUID:%d\nDTSTAMP:20260101T000000Z\nSEQUENCE:%d\n", r.IntN(1000), r.IntN(5))
	text := head + event(start)
	if rule != "" {
		text += "RRULE:" + rule + "\n" + at("EXDATE", start.AddDate(0, 0, 14))
		if instance := start.AddDate(0, 0, 28); r.IntN(2) == 0 && rule[5] != 'M' && rule[5] != 'Y' && !strings.Contains(rule, "COUNT") {
			text += "END:VEVENT\n" + head + at("RECURRENCE-ID", instance) + event(instance.Add(24*time.Hour))
		}
	}
	return "BEGIN:VCALENDAR\n" + text + "END:VEVENT\nEND:VCALENDAR\n"
}

func randomWords(r *rand.Rand) string {
	words := []string{"Überstunden", "a, b; c", `back\slash`, "😀", "two\nlines", `"quoted"`, "plain", "x:y"}
	out := words[r.IntN(len(words))]
	for range r.IntN(4) {
		out += " " + words[r.IntN(len(words))]
	}
	return out
}
