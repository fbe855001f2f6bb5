package ical

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestLimits: what would cost too much is no item.
func TestLimits(t *testing.T) {
	at := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	dates := make([]string, maxDates+1)
	for i := range dates {
		dates[i] = at.AddDate(0, 0, i).Format("20060102T150405Z")
	}
	overrides := ""
	for i := range maxOverrides + 1 {
		overrides += fmt.Sprintf("END:VEVENT\nBEGIN:VEVENT\nUID:a\nDTSTART:20260101T090000Z\nRECURRENCE-ID:%s\n", dates[i])
	}
	for name, lines := range map[string]string{
		"dates":     "EXDATE:" + strings.Join(dates, ",") + "\nRRULE:FREQ=DAILY\n",
		"rules":     strings.Repeat("RRULE:FREQ=DAILY\n", maxRules+1),
		"overrides": "RRULE:FREQ=DAILY\n" + overrides,
		"UID":       "UID:" + strings.Repeat("x", 300) + "\n",
		"file":      "ATTACH;ENCODING=BASE64;VALUE=BINARY:" + strings.Repeat("AAAA", 1<<19) + "\n",
	} {
		uid := "UID:a\n"
		if name == "UID" {
			uid = ""
		}
		items, err := Read(parse(t, "BEGIN:VCALENDAR\nBEGIN:VEVENT\n"+uid+"DTSTART:20260101T090000Z\n"+lines+"END:VEVENT\nEND:VCALENDAR\n"), options(t))
		if !errors.Is(err, ErrItem) || len(items) != 0 {
			t.Errorf("%s: %d items, %v", name, len(items), err)
		}
	}
}

// TestUnsupported: what is right but not done is refused, and costs the other items nothing.
func TestUnsupported(t *testing.T) {
	good := "BEGIN:VEVENT\nUID:good\nDTSTART:20260101T090000Z\nEND:VEVENT\n"
	for _, lines := range []string{
		"RECURRENCE-ID;RANGE=THISANDFUTURE:20260101T090000Z\n", "RDATE;VALUE=PERIOD:20260101T090000Z/PT1H\n",
	} {
		items, err := Read(parse(t, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART:20260101T090000Z\n"+lines+"END:VEVENT\n"+good+"END:VCALENDAR\n"), options(t))
		if !errors.Is(err, ErrUnsupported) || len(items) != 1 || items[0].UID != "good" {
			t.Errorf("%s: %d items, %v", lines, len(items), err)
		}
	}
}
