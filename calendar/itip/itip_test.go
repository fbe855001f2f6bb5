package itip

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zarafa/calendar/content"
	"zarafa/calendar/zone"
)

func options(t testing.TB, self string) *Options {
	t.Helper()
	z, ok := zone.Load("Europe/Amsterdam")
	if !ok {
		t.Fatal("no zone")
	}
	return &Options{
		Zone: z, Now: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC),
		Self: func(a string) bool { return a == self+"@example.com" || a == self+"@example.org" },
	}
}

func object(t testing.TB, method, components string) *content.Component {
	t.Helper()
	if components == "" {
		return nil
	}
	if method != "" {
		method = "METHOD:" + method + "\n"
	}
	roots, err := content.Parse("BEGIN:VCALENDAR\n"+method+components+"END:VCALENDAR\n", content.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return roots[0]
}

// sections reads a case: who owns the calendar, and the texts with their names.
func sections(t testing.TB, text string) (self string, names []string, bodies map[string]string) {
	t.Helper()
	head, rest, _ := strings.Cut(text, "== ")
	self = strings.TrimSpace(strings.TrimPrefix(head, "self "))
	bodies = map[string]string{}
	for part := range strings.SplitSeq(rest, "\n== ") {
		name, body, _ := strings.Cut(part, "\n")
		if body != "" && !strings.HasSuffix(body, "\n") {
			body += "\n"
		}
		names = append(names, name)
		bodies[name] = body
	}
	return self, names, bodies
}

// TestCases: texts in, texts out. A case is a file with what there was and what came, and beside it what must come of it.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("../testdata/itip/*.txt")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(strings.TrimSuffix(name, ".txt") + ".want")
			if err != nil {
				t.Fatal(err)
			}
			if got := play(t, string(data)); got != string(want) {
				t.Errorf("got\n%s\nnot\n%s", got, want)
			}
		})
	}
}

// play runs a case and says what came of it.
func play(t testing.TB, text string) string {
	self, names, bodies := sections(t, text)
	o := options(t, self)
	for _, name := range names {
		method, ok := strings.CutPrefix(name, "message ")
		if !ok {
			continue
		}
		existing := object(t, "", bodies["existing"])
		message := object(t, method, bodies[name])
		before := fmt.Sprint(existing, message)
		out, outcome, err := Receive(existing, message, o)
		if err != nil {
			t.Fatal(err)
		}
		result := map[Outcome]string{
			Ignored: "ignored", Applied: "applied", Outdated: "outdated", Proposed: "proposed", Refused: "refused", Asked: "asked",
		}[outcome] + "\n"
		if outcome == Applied {
			result += show(out)
		} else if out != existing {
			t.Error("an object changed, although nothing was applied")
		}
		if outcome == Proposed {
			result += proposal(t, existing, message, o)
		}
		if outcome == Asked {
			m, err := Request(existing, "alice@example.com", o)
			if err != nil {
				t.Fatal(err)
			}
			result += showMessage(m)
		}
		if fmt.Sprint(existing, message) != before {
			t.Error("what was given was changed")
		}
		return result
	}
	before, after := object(t, "", bodies["before"]), object(t, "", bodies["after"])
	given := fmt.Sprint(before, after)
	messages, out, err := Send(before, after, o)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(before, after) != given {
		t.Error("what was given was changed")
	}
	result := ""
	for _, m := range messages {
		result += showMessage(m)
	}
	if out != nil {
		result += "stored\n" + show(out)
	}
	return result
}

// proposal is what comes of a proposal that is accepted, and of one that is not.
func proposal(t testing.TB, existing, message *content.Component, o *Options) string {
	t.Helper()
	accepted, err := Accept(existing, message, o)
	if err != nil {
		t.Fatal(err)
	}
	declined, err := Decline(existing, message, o)
	if err != nil {
		t.Fatal(err)
	}
	return "accepted\n" + show(accepted) + showMessage(declined)
}

func showMessage(m Message) string {
	if m.Object.Value("METHOD") != m.Method {
		return "a message whose METHOD is " + m.Object.Value("METHOD")
	}
	return fmt.Sprintf("%s from %s to %s\n%s", m.Method, m.From, m.To, show(m.Object))
}

// show writes the components of an object.
func show(object *content.Component) string {
	var b strings.Builder
	for c := range object.Components() {
		if c.Is("VTIMEZONE") {
			continue
		}
		b.WriteString("  " + c.Name() + "\n")
		for l := range c.Lines() {
			b.WriteString("    " + l.String() + "\n")
		}
		for sub := range c.Components() {
			b.WriteString("    " + sub.Name() + "\n")
		}
	}
	return b.String()
}

func TestNoMeeting(t *testing.T) {
	o := options(t, "bob")
	plain := object(t, "", "BEGIN:VEVENT\nUID:a\nDTSTART:20260101T000000Z\nEND:VEVENT\n")
	if m, out, err := Send(nil, plain, o); err != nil || len(m) != 0 || out.String() != plain.String() {
		t.Errorf("%v, %v", m, err)
	}
	for _, bad := range []string{
		"BEGIN:VEVENT\nUID:a\nEND:VEVENT\nBEGIN:VEVENT\nUID:b\nEND:VEVENT\n", "BEGIN:VEVENT\nUID:a\nEND:VEVENT\nBEGIN:VEVENT\nUID:a\nEND:VEVENT\n",
		"BEGIN:VEVENT\nUID:a\nRECURRENCE-ID:never\nEND:VEVENT\n", "BEGIN:VJOURNAL\nEND:VJOURNAL\n",
	} {
		if _, _, err := Send(nil, object(t, "", bad), o); err == nil {
			t.Errorf("%q is a meeting", bad)
		}
		if _, _, err := Receive(nil, object(t, "REQUEST", bad), o); err == nil {
			t.Errorf("%q is a message", bad)
		}
	}
	if _, _, err := Receive(nil, nil, o); err == nil {
		t.Error("nothing is a message")
	}
}

func TestSetStatus(t *testing.T) {
	c := object(t, "", "BEGIN:VEVENT\nUID:a\nATTENDEE:MAILTO:Alice@Example.com\nATTENDEE:mailto:carol@example.com\nEND:VEVENT\n")
	SetStatus(c, "alice@example.com", Invalid)
	if got := c.String(); !strings.Contains(got, "ATTENDEE;SCHEDULE-STATUS=3.7:MAILTO:Alice@Example.com\r\nATTENDEE:mailto:carol") {
		t.Error(got)
	}
}

// FuzzScheduling: two objects, as before and after, and as an object and a message. Nothing panics, and nothing that was given changes.
func FuzzScheduling(f *testing.F) {
	files, err := filepath.Glob("../testdata/itip/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		_, names, bodies := sections(f, string(data))
		f.Add(bodies[names[0]], bodies[names[len(names)-1]])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		before, _ := content.ParseLenient("BEGIN:VCALENDAR\n"+a+"\nEND:VCALENDAR\n", content.Limits{})
		after, _ := content.ParseLenient("BEGIN:VCALENDAR\n"+b+"\nEND:VCALENDAR\n", content.Limits{})
		if len(before) == 0 || len(after) == 0 {
			return
		}
		given := before[0].String() + after[0].String()
		for _, self := range []string{"alice", "bob"} {
			o := options(t, self)
			_, _, _ = Send(before[0], after[0], o)
			_, _, _ = Send(nil, after[0], o)
			_, _, _ = Send(before[0], nil, o)
			for _, method := range []string{"REQUEST", "CANCEL", "REPLY", "COUNTER", "ADD"} {
				msg := after[0].Clone()
				msg.Set(content.New("METHOD", method))
				_, _, _ = Receive(before[0], msg, o)
				_, _, _ = Receive(nil, msg, o)
				_, _ = Accept(before[0], msg, o)
				_, _ = Decline(before[0], msg, o)
			}
		}
		if before[0].String()+after[0].String() != given {
			t.Fatal("what was given was changed")
		}
	})
}
