package meeting

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"zarafa/calendar/content"
	"zarafa/calendar/ical"
	"zarafa/calendar/zone"
	"zarafa/client"
	"zarafa/mapi"
)

var update = flag.Bool("update", false, "write what comes of the situations into testdata")

// TestSituations: texts of messages in, calendar, answers and free/busy times out. A case is a file with who gets the messages and what he
// has set, and the messages in their order, parted by "==". The one beside it has what comes of each.
func TestSituations(t *testing.T) {
	w := newWorld(t)
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			here := *w
			here.T = t
			got := here.situation(file)
			want := strings.TrimSuffix(file, ".txt") + ".want"
			if *update {
				if err := os.WriteFile(want, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			text, err := os.ReadFile(want)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(text) {
				t.Errorf("got\n%s\nwant\n%s", got, text)
			}
		})
	}
}

// situation plays one file.
func (w *world) situation(file string) string {
	w.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		w.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(data), "\n==\n")
	name := strings.ReplaceAll(strings.TrimSuffix(filepath.Base(file), ".txt"), "-", "")
	class, capacity, lang, now := mapi.ClassRoom, 0, client.English, time.Date(2026, 1, 12, 8, 0, 0, 0, time.UTC)
	var settings []string
	for line := range strings.SplitSeq(head, "\n") {
		word, value, _ := strings.Cut(line, " ")
		switch word {
		case "is":
			class = map[string]mapi.ObjectClass{"room": mapi.ClassRoom, "equipment": mapi.ClassEquipment, "user": mapi.ClassActiveUser}[value]
		case "capacity":
			if capacity, err = strconv.Atoi(value); err != nil {
				w.Fatal(err)
			}
		case "speaks":
			lang = client.Language(value)
		case "settings":
			settings = strings.Fields(value)
		default:
			w.Fatalf("what is %q?", line)
		}
	}
	w.user(name, class, uint32(capacity), lang)
	w.set(name, settings...)
	box, owner := w.mailbox(w.admin, name)
	p := New(w.zone)
	var out strings.Builder
	answers := map[string]bool{}
	for i, step := range strings.Split(rest, "\n==\n") {
		fmt.Fprintf(&out, "== %d\n", i+1)
		if item, ok := strings.CutPrefix(strings.TrimSpace(step), "ITEM\n"); ok {
			w.enter(box, item, name)
		} else {
			w.step(&out, p, box, owner, w.message(step, name, now), now)
		}
		w.state(&out, box, owner, answers)
		now = now.Add(time.Minute)
	}
	return out.String()
}

// step processes a message.
func (w *world) step(out *strings.Builder, p *Processor, box *client.Mailbox, owner client.Entry, m *mapi.Message, now time.Time) {
	w.Helper()
	o, err := p.Process(w.Context(), box, owner, m, now)
	fmt.Fprintf(out, "%s: %s\n", map[Action]string{Deliver: "deliver", Consumed: "consumed"}[o.Action], o.Did)
	for _, v := range o.Set {
		fmt.Fprintf(out, "  set %#x = %#x\n", uint32(v.Tag), v.Num)
	}
	if err != nil {
		fmt.Fprintf(out, "  error: %v\n", err)
	}
}

// enter puts an item into a calendar, as its owner would.
func (w *world) enter(box *client.Mailbox, text, name string) {
	w.Helper()
	roots, err := content.Parse("BEGIN:VCALENDAR\nBEGIN:VEVENT\n"+text+"\nEND:VEVENT\nEND:VCALENDAR\n", content.Limits{})
	if err != nil {
		w.Fatal(err)
	}
	items, err := ical.Read(roots[0], w.options(name, time.Time{}))
	if err != nil {
		w.Fatal(err)
	}
	if _, err := w.admin.SaveMessage(w.Context(), box.InboxProps.Bytes(mapi.PrIPMAppointmentEntryID), items[0].Message, client.SaveOptions{}); err != nil {
		w.Fatal(err)
	}
}

// state shows the calendar, new answers, and what is published.
func (w *world) state(out *strings.Builder, box *client.Mailbox, owner client.Entry, answers map[string]bool) {
	w.Helper()
	var lines []string
	for _, m := range w.messages(box.InboxProps.Bytes(mapi.PrIPMAppointmentEntryID)) {
		lines = append(lines, w.item(m))
	}
	slices.Sort(lines)
	out.WriteString("calendar\n" + strings.Join(lines, ""))
	outbox := w.messages(box.Props.Bytes(mapi.PrIPMOutboxEntryID))
	for _, id := range slices.Sorted(maps.Keys(outbox)) {
		if !answers[id] {
			out.WriteString(w.answerText(outbox[id]))
		}
		answers[id] = true
	}
	f, err := w.admin.FreeBusyOf(w.Context(), owner.EntryID)
	if client.IsNotFound(err) {
		return
	}
	if err != nil {
		w.Fatal(err)
	}
	for _, list := range []struct {
		name  string
		times []client.BusyTime
	}{{"busy", f.Busy}, {"tentative", f.Tentative}, {"away", f.OOF}} {
		if len(list.times) > 0 {
			fmt.Fprintf(out, "published %s", list.name)
			for _, t := range list.times[:min(4, len(list.times))] {
				fmt.Fprintf(out, " %s–%s", t.Start.Format("01-02T15:04Z"), t.End.Format("01-02T15:04Z"))
			}
			fmt.Fprintf(out, ", %d in all\n", len(list.times))
		}
	}
}

// item shows an item: when it is and how it shows, in local time.
func (w *world) item(m *mapi.Message) string {
	w.Helper()
	from, to := year()
	o := w.options("", from)
	times, err := ical.Times(m, from, to, o)
	if err != nil {
		w.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "  %s, sequence %d, response %d, state %d\n", m.Props.Str(mapi.PrSubject), longOf(m, sequence), longOf(m, responseStatus), longOf(m, stateFlags))
	for _, t := range times[:min(5, len(times))] {
		start := zone.Wall(t.Start, w.zone.Location)
		fmt.Fprintf(&b, "    %s–%s", start.Format("2006-01-02 15:04"), start.Add(t.End.Sub(t.Start)).Format("15:04"))
		fmt.Fprintf(&b, " %s\n", []string{"free", "tentative", "busy", "away", "elsewhere"}[t.Busy])
	}
	if len(times) > 5 {
		fmt.Fprintf(&b, "    … %d in all\n", len(times))
	}
	for _, row := range m.Recipients {
		if s := row.Uint32(mapi.PrRecipientTrackstatus); s != 5 && s != 0 {
			fmt.Fprintf(&b, "    %s: %d\n", row.Str(mapi.PrSMTPAddress), s)
		}
	}
	return b.String()
}

// answerText shows an answer as the text that it becomes.
func (w *world) answerText(m *mapi.Message) string {
	w.Helper()
	from, _ := year()
	o := w.options("", from)
	text, err := ical.Write([]*mapi.Message{m}, o)
	if err != nil {
		w.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "answer %q from %s to %s\n", m.Props.Str(mapi.PrSubject), m.Props.Str(mapi.PrSenderEmailAddress), m.Props.Str(mapi.PrDisplayTo))
	fmt.Fprintf(&b, "  %s\n  METHOD:%s\n", strings.TrimSpace(m.Props.Str(mapi.PrBody)), text.Value("METHOD"))
	for c := range text.Components() {
		if c.Is("VTIMEZONE") {
			continue
		}
		for _, name := range []string{"UID", "SEQUENCE", "RECURRENCE-ID", "DTSTART", "ORGANIZER", "ATTENDEE"} {
			for l := range c.All(name) {
				fmt.Fprintf(&b, "  %s %s %s\n", name, l.Value(), l.Param("PARTSTAT"))
			}
		}
	}
	return b.String()
}
