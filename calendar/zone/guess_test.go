package zone

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"zarafa/calendar/content"
)

func fromHex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// outlook is what Outlook writes of a zone, without any name that could help.
const outlook = `BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16011028T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010325T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
`

func timezone(t *testing.T, text string) *Timezone {
	t.Helper()
	roots, err := content.Parse(text, content.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	tz, err := ParseTimezone(roots[0])
	if err != nil {
		t.Fatal(err)
	}
	return tz
}

func TestGuess(t *testing.T) {
	amsterdam := mustLoad(t, "Europe/Amsterdam")
	plain := timezone(t, outlook)
	named := timezone(t, strings.Replace(outlook, "BEGIN:STANDARD", "X-LIC-LOCATION:Europe/Paris\nBEGIN:STANDARD", 1))
	odd := timezone(t, strings.ReplaceAll(outlook, "BYMONTH=3", "BYMONTH=2"))
	for _, c := range []struct {
		tzid string
		tz   *Timezone
		user *Zone
		want string
	}{
		{"Europe/Berlin", plain, amsterdam, "Europe/Berlin"},
		{`"Europe/Berlin"`, nil, nil, "Europe/Berlin"},
		{"/mozilla.org/20050126_1/Europe/Berlin", nil, nil, "Europe/Berlin"},
		{"/freeassociation.sourceforge.net/Tzfile/America/Argentina/Ushuaia", nil, nil, "America/Argentina/Ushuaia"},
		{"/softwarestudio.org/Tzfile/Asia/Tokyo", nil, nil, "Asia/Tokyo"},
		{"/citadel.org/20101018_1/UTC", nil, nil, "UTC"},
		{"W. Europe Standard Time", nil, nil, "Europe/Berlin"},
		{"w. europe standard time", nil, amsterdam, "Europe/Amsterdam"},
		{"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", nil, nil, "Europe/Berlin"},
		{"(GMT+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", nil, amsterdam, "Europe/Amsterdam"},
		{"Customized Time Zone", named, amsterdam, "Europe/Paris"},
		{"Customized Time Zone", plain, amsterdam, "Europe/Amsterdam"},
		{"Customized Time Zone", plain, nil, "Europe/Budapest"},
		{"Customized Time Zone", odd, amsterdam, "Customized Time Zone"},
		{"GMT+0530", nil, nil, "GMT+0530"},
		{"UTC-03:00", nil, nil, "UTC-03:00"},
		{"Customized Time Zone", nil, amsterdam, ""},
		{"", nil, amsterdam, ""},
	} {
		z, ok := Guess(c.tzid, c.tz, 2026, c.user)
		if got := ""; ok != (c.want != "") || ok && z.Name != c.want {
			if ok {
				got = z.Name
			}
			t.Errorf("%s (%v): %q, not %q", c.tzid, c.tz != nil, got, c.want)
		}
	}
}

// TestGuessedRules: a zone that nobody knows has the offsets that its VTIMEZONE says.
func TestGuessedRules(t *testing.T) {
	tz := timezone(t, strings.ReplaceAll(outlook, "BYMONTH=3", "BYMONTH=2"))
	z, ok := Guess("X", tz, 2026, nil)
	if !ok {
		t.Fatal("nothing found")
	}
	for at, want := range map[string]time.Duration{
		"2026-02-22T00:59:59Z": time.Hour, "2026-02-22T01:00:00Z": 2 * time.Hour,
		"2026-10-25T00:59:59Z": 2 * time.Hour, "2026-10-25T01:00:00Z": time.Hour, "2030-07-01T00:00:00Z": 2 * time.Hour,
	} {
		u, _ := time.Parse(time.RFC3339, at)
		if got := offsetAt(u, z.Location); got != want {
			t.Errorf("at %s the offset is %s, not %s", at, got, want)
		}
	}
	if fixed, _ := Guess("GMT+0530", nil, 2026, nil); offsetAt(time.Now(), fixed.Location) != 330*time.Minute {
		t.Error("GMT+0530 has another offset")
	}
}

func TestFinder(t *testing.T) {
	roots, err := content.Parse("BEGIN:VCALENDAR\n"+outlook+"BEGIN:VTIMEZONE\nTZID:bad\nEND:VTIMEZONE\nEND:VCALENDAR\n", content.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	f := NewFinder(roots[0], mustLoad(t, "Europe/Amsterdam"))
	for range 2 {
		if z, ok := f.Find("Customized Time Zone", 2026); !ok || z.Name != "Europe/Amsterdam" {
			t.Errorf("found %+v", z)
		}
		if z, ok := f.Find("bad", 2026); ok {
			t.Errorf("bad is %s", z.Name)
		}
	}
}

func FuzzBlobs(f *testing.F) {
	z := mustLoad(f, "Europe/Berlin")
	r := z.Rule(2026)
	f.Add(r.Append(nil))
	f.Add(z.Definition(2026, true).Append(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := ParseRule(data); err == nil {
			again, err := ParseRule(r.Append(nil))
			if err != nil || again != r {
				t.Fatalf("%+v came back as %+v, %v", r, again, err)
			}
			if _, err := FromRule("x", r); err != nil {
				t.Fatalf("%+v: %v", r, err)
			}
		}
		if d, err := ParseDefinition(data); err == nil {
			if _, err := fromRules("x", d.Rules); err != nil {
				t.Fatalf("%+v: %v", d, err)
			}
			d.Effective()
		}
	})
}

func FuzzTimezone(f *testing.F) {
	f.Add(outlook)
	f.Add("BEGIN:VTIMEZONE\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:-013000\nRDATE:20260101T000000,20270101\nRRULE:FREQ=YEARLY;INTERVAL=2;COUNT=3\nEND:STANDARD\nEND:VTIMEZONE")
	f.Fuzz(func(t *testing.T, text string) {
		roots, err := content.ParseLenient(text, content.Limits{})
		if err != nil {
			return
		}
		for _, c := range roots {
			if tz, err := ParseTimezone(c); err == nil {
				Guess(tz.ID, tz, 2026, nil)
			}
		}
	})
}
