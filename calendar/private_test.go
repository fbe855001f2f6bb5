package calendar_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"zarafa/calendar"
	"zarafa/calendar/content"
	"zarafa/calendar/ical"
	"zarafa/calendar/zone"
	"zarafa/mapi"
)

// corpus are the items of all corpus files.
func corpus(t *testing.T) []*mapi.Message {
	t.Helper()
	z, _ := zone.Load("Europe/Amsterdam")
	names, err := filepath.Glob("testdata/ical/*.ics")
	if err != nil || len(names) < 10 {
		t.Fatalf("%d files, %v", len(names), err)
	}
	var out []*mapi.Message
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		roots, err := content.Parse(string(text), content.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		items, err := ical.Read(roots[0], &ical.Options{Zone: z, Attachments: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range items {
			out = append(out, i.Message)
		}
	}
	return out
}

func TestSees(t *testing.T) {
	flag := mapi.PropName{Set: mapi.PsetidCommon, ID: 0x8506}
	item := func(sensitivity uint32, private bool) *mapi.Message {
		m := &mapi.Message{Props: mapi.Props{mapi.Long(mapi.PrSensitivity, sensitivity)}}
		m.SetNamed(flag, mapi.Bool(mapi.MakeTag(0, mapi.PtBoolean), private))
		return m
	}
	for _, c := range []struct {
		m       *mapi.Message
		private bool
	}{
		{&mapi.Message{}, false}, {item(0, false), false}, {item(1, false), false}, {item(2, false), true}, {item(3, false), true}, {item(0, true), true},
	} {
		if got := calendar.IsPrivate(c.m); got != c.private {
			t.Errorf("%v is private: %v", c.m.Props, got)
		}
		for v, sees := range map[calendar.Viewer]bool{{Owner: true}: true, {SeesPrivate: true}: true, {}: !c.private} {
			if got := v.Sees(c.m); got != sees {
				t.Errorf("%+v sees %v: %v", v, c.m.Props, got)
			}
			if got := v.CanReplace(nil, c.m); got != sees {
				t.Errorf("%+v may write %v: %v", v, c.m.Props, got)
			}
			if got := v.CanReplace(c.m, &mapi.Message{}); got != sees {
				t.Errorf("%+v may replace %v: %v", v, c.m.Props, got)
			}
		}
	}
}

// TestCensor: nothing of what an item says is in what a stranger sees, and the times are.
func TestCensor(t *testing.T) {
	start := mapi.PropName{Set: mapi.PsetidAppointment, ID: 0x820D}
	for _, m := range corpus(t) {
		seen := calendar.Censor(m, "Private Appointment")
		var bytesSeen []byte
		for _, v := range seen.Props {
			bytesSeen = append(bytesSeen, v.Data...)
		}
		for _, secret := range secrets(m) {
			wide := make([]byte, 0, 2*len(secret))
			for _, c := range []byte(secret) {
				wide = append(wide, c, 0)
			}
			if bytes.Contains(bytesSeen, []byte(secret)) || bytes.Contains(bytesSeen, wide) {
				t.Errorf("a stranger sees %q", secret)
			}
		}
		if len(seen.Recipients)+len(seen.Attachments)+len(seen.Named) > 0 {
			t.Errorf("a stranger sees %d recipients, %d attachments, %d properties", len(seen.Recipients), len(seen.Attachments), len(seen.Named))
		}
		a, _ := m.GetNamed(start, mapi.PtSysTime)
		b, _ := seen.GetNamed(start, mapi.PtSysTime)
		if a.Num != b.Num || seen.Props.Str(mapi.PrSubject) != "Private Appointment" {
			t.Errorf("a stranger sees %v", seen.Props)
		}
	}
}

// secrets are the texts of an item and of its exceptions.
func secrets(m *mapi.Message) []string {
	location := mapi.PropName{Set: mapi.PsetidAppointment, ID: 0x8208}
	where, _ := m.GetNamed(location, mapi.PtUnicode)
	all := []string{m.Props.Str(mapi.PrSubject), m.Props.Str(mapi.PrBody), where.Str(), m.Props.Str(mapi.PrSentRepresentingEmailAddress)}
	for _, a := range m.Attachments {
		all = append(all, a.Props.Str(mapi.PrAttachLongFilename))
		if a.Message != nil {
			all = append(all, secrets(a.Message)...)
		}
	}
	var out []string
	for _, s := range all {
		if len(s) > 3 {
			out = append(out, s)
		}
	}
	return out
}
