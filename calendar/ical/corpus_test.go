package ical

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zarafa/calendar/content"
	"zarafa/calendar/recur"
	"zarafa/calendar/zone"
	"zarafa/mapi"
)

// options are those of alice, whose server is in Amsterdam.
func options(t testing.TB) *Options {
	t.Helper()
	z, ok := zone.Load("Europe/Amsterdam")
	if !ok {
		t.Fatal("no zone")
	}
	return &Options{
		Zone: z, Attachments: 1 << 20,
		Self: func(a string) bool { return strings.EqualFold(a, "alice@example.com") },
		Who: func(address, name string) Person {
			p := Person{Name: name, AddrType: "SMTP", Email: address, SMTP: address, EntryID: []byte("one-off " + address)}
			if strings.EqualFold(address, "alice@example.com") {
				p = Person{Name: "Alice Example", AddrType: "ZARAFA", Email: "alice", SMTP: "alice@example.com", EntryID: []byte("ab alice")}
			}
			return p
		},
	}
}

func parse(t testing.TB, text string) *content.Component {
	t.Helper()
	roots, err := content.Parse(text, content.Limits{})
	if err != nil || len(roots) != 1 {
		t.Fatalf("%v, %d components", err, len(roots))
	}
	return roots[0]
}

func read(t testing.TB, text string) []*Item {
	t.Helper()
	items, err := Read(parse(t, text), options(t))
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func write(t testing.TB, items []*Item) string {
	t.Helper()
	var list []*mapi.Message
	for _, i := range items {
		list = append(list, i.Message)
	}
	c, err := Write(list, options(t))
	if err != nil {
		t.Fatal(err)
	}
	return c.String()
}

func file(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../testdata/ical", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestCorpus: what was read is written, read again as the same items, and then written with the same bytes.
func TestCorpus(t *testing.T) {
	names, err := filepath.Glob("../testdata/ical/*.ics")
	if err != nil || len(names) < 10 {
		t.Fatalf("%d files, %v", len(names), err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text := file(t, filepath.Base(name))
			first := read(t, text)
			once := write(t, first)
			second := read(t, once)
			if len(first) != len(second) || len(first) == 0 {
				t.Fatalf("%d items became %d:\n%s", len(first), len(second), once)
			}
			for i := range first {
				if a, b := dump(first[i].Message), dump(second[i].Message); a != b {
					t.Errorf("item %d became another one by what follows:\n%s\n\n%s", i, difference(a, b), once)
				}
				if a, b := first[i], second[i]; a.UID != b.UID || a.Method != b.Method || !a.Original.Equal(b.Original) {
					t.Errorf("%s %s %s became %s %s %s", a.UID, a.Method, a.Original, b.UID, b.Method, b.Original)
				}
			}
			if twice := write(t, second); twice != once {
				t.Errorf("\n%s\nis written again as\n%s", once, twice)
			}
			crlf := read(t, strings.ReplaceAll(text, "\n", "\r\n"))
			if dump(crlf[0].Message) != dump(first[0].Message) {
				t.Error("with CRLF it is another item")
			}
		})
	}
}

// dump writes a message as a text, a property a line. The original start of an instance is that of its series' zone, which
// several forms may name, and the times of reminders that are not set do not count.
func dump(m *mapi.Message) string {
	var lines []string
	for _, v := range m.Props {
		lines = append(lines, fmt.Sprintf("%08X %d %q %v", uint32(v.Tag), v.Num, v.Data, texts(v)))
	}
	for _, n := range m.Named {
		lines = append(lines, fmt.Sprintf("%s %d %q %v", n.Name.Name, n.Value.Num, n.Value.Data, texts(n.Value)))
	}
	slices.Sort(lines)
	for _, r := range m.Recipients {
		lines = append(lines, fmt.Sprintf("to %q", fmt.Sprint(r)))
	}
	for _, a := range m.Attachments {
		lines = append(lines, "attachment "+fmt.Sprint(a.Props), fmt.Sprint(a.Content))
		if a.Message != nil {
			lines = append(lines, dump(a.Message))
		}
	}
	return strings.Join(lines, "\n")
}

// difference is what one of two texts has more often than the other.
func difference(a, b string) string {
	count := map[string]int{}
	for l := range strings.SplitSeq(a, "\n") {
		count[l]--
	}
	for l := range strings.SplitSeq(b, "\n") {
		count[l]++
	}
	var out []string
	for l, n := range count {
		if n != 0 {
			out = append(out, fmt.Sprintf("%+d %s", n, l))
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func texts(v mapi.PropValue) []string {
	var out []string
	for _, s := range v.Values() {
		out = append(out, s.Str())
	}
	return out
}

// TestOriginalRequest: what the original's delivery stores of a request.
func TestOriginalRequest(t *testing.T) {
	m := read(t, file(t, "outlook-request.ics"))[0].Message
	for _, c := range []struct {
		name mapi.PropName
		want uint32
	}{
		{appt(idBusyStatus), 1}, {appt(idIntendedBusy), 3}, {appt(idStateFlags), 3}, {appt(idResponseStatus), 5}, {appt(idDuration), 60},
		{meeting(idMeetingType), 1},
	} {
		if got := getLong(m, c.name); got != c.want {
			t.Errorf("%X is %d, not %d", c.name.ID, got, c.want)
		}
	}
	if got := m.Props.Str(mapi.PrMessageClass); got != classRequest {
		t.Errorf("the class is %s", got)
	}
	if got := getTime(m, appt(idStart)).Format(time.RFC3339); got != "2026-01-15T09:00:00Z" {
		t.Errorf("it starts %s", got)
	}
	if got := getText(m, appt(idZoneName)); got != "Europe/Amsterdam" {
		t.Errorf("the zone is %s", got) // the user's, as it has this name of Windows
	}
	if m.Props.Uint32(mapi.PrResponseRequested) != 1 || m.Props.Uint32(mapi.PrImportance) != 2 || m.Props.Uint32(mapi.PrSensitivity) != 2 {
		t.Errorf("properties are %v", m.Props)
	}
	if got := m.Props.Str(mapi.PrSentRepresentingEmailAddress); got != "bob@example.com" {
		t.Errorf("from %s", got)
	}
	if len(m.Recipients) != 2 || m.Recipients[0].Str(mapi.PrAddrtype) != "ZARAFA" || m.Recipients[1].Uint32(mapi.PrRecipientType) != 2 {
		t.Errorf("to %v", m.Recipients)
	}
	if got := getText(m, appt(idToAttendees)); got != "Alice Example" {
		t.Errorf("attendees are %s", got)
	}
}

// TestOriginalSeries: what the original's CalDAV server stores of a monthly series, but for its clip range, reminder and ends, which it gets
// wrong.
func TestOriginalSeries(t *testing.T) {
	m := read(t, `BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:ev1@example.com
SUMMARY:Dentist
LOCATION:Main street 1
DTSTART;TZID=Europe/Amsterdam:20261201T130000
DTEND;TZID=Europe/Amsterdam:20261201T140000
RRULE:FREQ=MONTHLY;COUNT=3
BEGIN:VALARM
TRIGGER:-PT15M
ACTION:DISPLAY
END:VALARM
END:VEVENT
END:VCALENDAR
`)[0].Message
	rec, err := recur.Parse(getBinary(m, appt(idRecur)))
	if err != nil {
		t.Fatal(err)
	}
	if rec.Frequency != recur.Monthly || rec.Day != 1 || rec.Count != 3 || rec.StartOffset != 780 || rec.EndOffset != 840 ||
		rec.Start.Wall().Format(time.DateOnly) != "2026-12-01" || rec.End.Wall().Format(time.DateOnly) != "2027-02-01" {
		t.Errorf("the recurrence is %+v", rec)
	}
	if getLong(m, appt(idRecurrenceType)) != 3 || !getBool(m, appt(idRecurring)) || getText(m, appt(idZoneName)) != "Europe/Amsterdam" {
		t.Error("the series is not marked as such")
	}
	if got := fmt.Sprintf("%x", getBinary(m, appt(idZoneStruct))); got != "c4ffffff00000000c4ffffff000000000a00000005000300000000000000000000000300000005000200000000000000" {
		t.Errorf("the zone is %s", got)
	}
	for id, want := range map[mapi.PropName]string{
		appt(idStart): "2026-12-01T12:00:00Z", appt(idEnd): "2026-12-01T13:00:00Z", common(idReminderSignal): "2026-12-01T11:45:00Z",
		appt(idClipStart): "2026-11-30T23:00:00Z", appt(idClipEnd): "2027-02-01T23:00:00Z",
	} {
		if got := getTime(m, id).Format(time.RFC3339); got != want {
			t.Errorf("%X is %s, not %s", id.ID, got, want)
		}
	}
}

// TestSeriesWithExceptions: deleted, moved and cancelled instances are where MAPI has them.
func TestSeriesWithExceptions(t *testing.T) {
	items := read(t, file(t, "google-series.ics"))
	if len(items) != 1 || !items[0].Exact {
		t.Fatalf("%d items", len(items))
	}
	m := items[0].Message
	rec, err := recur.Parse(getBinary(m, appt(idRecur)))
	if err != nil {
		t.Fatal(err)
	}
	var deleted []string
	for _, d := range rec.Deleted {
		deleted = append(deleted, d.Wall().Format("0102"))
	}
	if got := strings.Join(deleted, " "); got != "0112 0119 0204 0209" {
		t.Errorf("deleted are %s", got)
	}
	if len(rec.Exceptions) != 1 || len(m.Attachments) != 1 {
		t.Fatalf("%d exceptions, %d attachments", len(rec.Exceptions), len(m.Attachments))
	}
	e := rec.Exceptions[0]
	if e.Subject != "Stand-up (moved)" || e.Location != "Room 5" || e.Start.Wall().Format("0102T1504") != "0204T1400" || e.Flags&recur.HasReminder == 0 {
		t.Errorf("the exception is %+v", e)
	}
	a := m.Attachments[0]
	if got := a.Props.Uint32(mapi.PrAttachmentFlags); got != 2 {
		t.Errorf("flags of the attachment are %d", got)
	}
	if v, _ := a.Props.Get(mapi.PrExceptionStarttime); v.Time().Time().Format(time.RFC3339) != "2026-02-04T14:00:00Z" {
		t.Errorf("its start is %s, which is not local", v.Time().Time())
	}
	if got := getTime(a.Message, appt(idExceptionOrig)).Format(time.RFC3339); got != "2026-02-04T14:30:00Z" {
		t.Errorf("its original start is %s", got)
	}
	if got := getLong(a.Message, appt(idResponseStatus)); got != responseDeclined {
		t.Errorf("its response is %d", got)
	}
	if got := getLong(m, appt(idStateFlags)); got != stateMeeting|stateReceived {
		t.Errorf("the state is %d", got)
	}
	text := write(t, items)
	for _, want := range []string{
		"RECURRENCE-ID;TZID=America/New_York:20260204T093000\r\n", "EXDATE;TZID=America/New_York:20260209T093000\r\n",
		"RRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20260330T133000Z\r\n", "BEGIN:VTIMEZONE\r\nTZID:America/New_York\r\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

func TestMessages(t *testing.T) {
	for name, c := range map[string]struct {
		class  string
		from   string
		status uint32
	}{
		"reply-accepted.ics": {classAccepted, "alice", responseAccepted}, "reply-declined.ics": {classDeclined, "alice", responseDeclined},
		"reply-tentative.ics": {classTentative, "alice", responseTentative}, "outlook-counter.ics": {classTentative, "alice", responseTentative},
		"cancel-instance.ics": {classCanceled, "bob@example.com", responseUnknown},
	} {
		m := read(t, file(t, name))[0].Message
		if got := m.Props.Str(mapi.PrMessageClass); got != c.class {
			t.Errorf("%s: class %s", name, got)
		}
		if got := m.Props.Str(mapi.PrSentRepresentingEmailAddress); got != c.from {
			t.Errorf("%s: from %s", name, got)
		}
		if got := getLong(m, appt(idResponseStatus)); got != c.status {
			t.Errorf("%s: status %d", name, got)
		}
	}
	m := read(t, file(t, "outlook-counter.ics"))[0].Message
	if !getBool(m, appt(idCounter)) || getTime(m, appt(idProposedStart)).Hour() != 13 || getTime(m, appt(idStart)).Hour() != 9 ||
		getLong(m, appt(idProposedMinutes)) != 60 {
		t.Error("the proposal is not told from what it changes")
	}
	m = read(t, file(t, "cancel-instance.ics"))[0].Message
	if id := getBinary(m, meeting(idGlobalID)); fmt.Sprintf("%x", id[16:20]) != "07ea0116" || !getBool(m, meeting(idIsException)) {
		t.Errorf("the instance is %x", id)
	}
}

// TestAllDay: days are days in whatever zone they are seen, and the midnights of the item's zone are stored.
func TestAllDay(t *testing.T) {
	m := read(t, file(t, "apple-allday.ics"))[0].Message
	if got := getTime(m, appt(idStart)).Format(time.RFC3339); got != "2026-07-03T22:00:00Z" || !getBool(m, appt(idAllDay)) {
		t.Errorf("it starts %s", got)
	}
	if got := getLong(m, common(idReminderMinutes)); got != 900 {
		t.Errorf("the reminder is %d minutes before", got)
	}
	o := options(t)
	o.Zone, _ = zone.Load("Pacific/Auckland")
	c, err := Write([]*mapi.Message{m}, o)
	if err != nil || !strings.Contains(c.String(), "DTSTART;VALUE=DATE:20260704\r\nDTEND;VALUE=DATE:20260705\r\n") {
		t.Errorf("seen from Auckland: %s, %v", c, err)
	}
	// An item that a program made with midnights in UTC, and no zone.
	setTime(m, appt(idStart), time.Date(2026, 7, 4, 0, 0, 0, 0, time.UTC))
	setTime(m, appt(idEnd), time.Date(2026, 7, 5, 0, 0, 0, 0, time.UTC))
	if c, err = Write([]*mapi.Message{m}, o); err != nil || !strings.Contains(c.String(), "DTSTART;VALUE=DATE:20260704\r\nDTEND;VALUE=DATE:20260705\r\n") {
		t.Errorf("with midnights in UTC: %s, %v", c, err)
	}
}

func TestTasks(t *testing.T) {
	items := read(t, file(t, "task.ics"))
	m := items[0].Message
	v, _ := m.GetNamed(task(idTaskPercent), mapi.PtDouble)
	if getTime(m, task(idTaskDue)).Format(time.RFC3339) != "2026-06-05T00:00:00Z" || getTime(m, common(idCommonEnd)).Format(time.RFC3339) != "2026-06-04T22:00:00Z" ||
		getLong(m, task(idTaskStatus)) != 1 || v.Float() != 0.4 || getBool(m, task(idTaskComplete)) {
		t.Errorf("the task is %s", dump(m))
	}
	if got := getTime(m, common(idReminderTime)).Format(time.RFC3339); got != "2026-05-31T22:00:00Z" {
		t.Errorf("the reminder is at %s", got) // an alarm after the start is at the start
	}
	if p, err := recur.ParsePattern(getBinary(items[1].Message, task(idTaskRecur))); err != nil || p.Frequency != recur.Weekly {
		t.Errorf("the recurrence is %+v, %v", p, err)
	}
	m = items[2].Message
	if !getBool(m, task(idTaskComplete)) || getTime(m, task(idTaskCompleted)).Format(time.DateOnly) != "2026-06-04" {
		t.Errorf("the task is %s", dump(m))
	}
}
