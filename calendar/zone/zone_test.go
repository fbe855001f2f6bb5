package zone

import (
	"slices"
	"testing"
	"time"

	"zarafa/calendar/content"
	"zarafa/internal/testseed"
)

func mustLoad(t testing.TB, name string) *Zone {
	t.Helper()
	z, ok := Load(name)
	if !ok {
		t.Fatalf("there is no zone %s", name)
	}
	return z
}

// TestTables: the tables are sorted as the searches need it, and every name of Windows has a zone that exists.
func TestTables(t *testing.T) {
	if !slices.IsSortedFunc(windowsTable[:], func(a, b windowsEntry) int { return compare(a.key, b.key) }) {
		t.Error("names of Windows are not sorted")
	}
	if !slices.IsSortedFunc(ianaTable[:], func(a, b ianaEntry) int { return compare(a.key, b.key) }) {
		t.Error("names of the IANA database are not sorted")
	}
	for _, e := range windowsTable {
		z, ok := FromWindows(e.name, nil)
		if !ok {
			t.Errorf("%s: no zone %s", e.name, e.iana)
			continue
		}
		if got := z.WindowsName(2026); got != e.name {
			t.Errorf("%s comes back from %s as %s", e.name, z.Name, got)
		}
	}
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func TestNames(t *testing.T) {
	for _, c := range []struct{ name, zone, windows string }{
		{"Europe/Amsterdam", "Europe/Amsterdam", "W. Europe Standard Time"},
		{"europe/amsterdam", "Europe/Amsterdam", "W. Europe Standard Time"},
		{"Asia/Kolkata", "Asia/Kolkata", "India Standard Time"},
		{"Asia/Calcutta", "Asia/Calcutta", "India Standard Time"},
		{"US/Eastern", "US/Eastern", "Eastern Standard Time"},
		{"Europe/Kyiv", "Europe/Kyiv", "FLE Standard Time"},
		{"Z", "UTC", "UTC"},
	} {
		z, ok := Load(c.name)
		if !ok || z.Name != c.zone {
			t.Errorf("%s: %+v", c.name, z)
			continue
		}
		if got := z.WindowsName(2026); got != c.windows {
			t.Errorf("%s is %s for Windows, not %s", c.name, got, c.windows)
		}
	}
	for _, bad := range []string{"", "Local", "../etc/passwd", "/etc/passwd", "Nowhere/City", "W. Europe Standard Time", string(make([]byte, 1000))} {
		if z, ok := Load(bad); ok {
			t.Errorf("%q is %s", bad, z.Name)
		}
	}
}

// TestInstant: gaps count with the offset before, and of two times the first is meant.
func TestInstant(t *testing.T) {
	loc := mustLoad(t, "Europe/Amsterdam").Location
	for wall, want := range map[string]string{
		"2026-03-29T01:59:59": "2026-03-29T00:59:59Z",
		"2026-03-29T02:00:00": "2026-03-29T01:00:00Z",
		"2026-03-29T02:30:00": "2026-03-29T01:30:00Z", // 03:30 summer time
		"2026-03-29T03:00:00": "2026-03-29T01:00:00Z",
		"2026-10-25T02:00:00": "2026-10-25T00:00:00Z",
		"2026-10-25T02:30:00": "2026-10-25T00:30:00Z", // the first of the two
		"2026-10-25T03:00:00": "2026-10-25T02:00:00Z",
		"2026-07-01T12:00:00": "2026-07-01T10:00:00Z",
	} {
		w, _ := time.Parse("2006-01-02T15:04:05", wall)
		if got := Instant(w, loc).Format(time.RFC3339); got != want {
			t.Errorf("%s is %s, not %s", wall, got, want)
		}
	}
}

// TestInstantAgainstWall: for every zone, what a clock shows leads back to an instant at which it shows that, and not to a
// later one.
func TestInstantAgainstWall(t *testing.T) {
	r := testseed.New(t)
	for _, e := range windowsTable {
		loc := mustLoad(t, e.iana).Location
		at := time.Unix(r.Int64N(3e9), 0)
		next, ok := nextTransition(loc, at)
		if ok {
			at = next.at.Add(time.Duration(r.IntN(4*3600)-2*3600) * time.Second)
		}
		wall := Wall(at, loc)
		back := Instant(wall, loc)
		if !Wall(back, loc).Equal(wall) || back.After(at) {
			t.Errorf("%s: %s shows %s, which is %s", e.iana, at.UTC(), wall, back.UTC())
		}
	}
}

func TestRule(t *testing.T) {
	for _, c := range []struct {
		zone string
		want Rule
	}{
		{"Europe/Amsterdam", Rule{
			Bias: -60, DaylightBias: -60,
			Standard: SystemTime{Month: 10, Day: 5, Hour: 3}, Daylight: SystemTime{Month: 3, Day: 5, Hour: 2},
		}},
		{"America/New_York", Rule{
			Bias: 300, DaylightBias: -60,
			Standard: SystemTime{Month: 11, Day: 1, Hour: 2}, Daylight: SystemTime{Month: 3, Day: 2, Hour: 2},
		}},
		{"Australia/Sydney", Rule{
			Bias: -600, DaylightBias: -60,
			Standard: SystemTime{Month: 4, Day: 1, Hour: 3}, Daylight: SystemTime{Month: 10, Day: 1, Hour: 2},
		}},
		{"Europe/Dublin", Rule{
			DaylightBias: -60,
			Standard:     SystemTime{Month: 10, Day: 5, Hour: 2}, Daylight: SystemTime{Month: 3, Day: 5, Hour: 1},
		}},
		{"America/Santiago", Rule{
			Bias: 240, DaylightBias: -60,
			Standard: SystemTime{Month: 4, Weekday: 6, Day: 1, Hour: 23, Minute: 59, Second: 59, Milliseconds: 999},
			Daylight: SystemTime{Month: 9, Weekday: 6, Day: 1, Hour: 23, Minute: 59, Second: 59, Milliseconds: 999},
		}},
		{"Asia/Kolkata", Rule{Bias: -330}},
	} {
		if got := mustLoad(t, c.zone).Rule(2026); got != c.want {
			t.Errorf("%s is %+v, not %+v", c.zone, got, c.want)
		}
	}
}

// TestRulesBothWays: a zone made of another one's rule has the same offsets in that year, through both of MAPI's forms and
// through a VTIMEZONE.
func TestRulesBothWays(t *testing.T) {
	const year = 2026
	for _, e := range windowsTable {
		z := mustLoad(t, e.iana)
		if n := len(inYear(z.Location, year)); n != 0 && n != 2 {
			continue
		}
		want := z.Rule(year)
		data := want.Append(nil)
		if len(data) != ruleSize {
			t.Fatalf("%d bytes", len(data))
		}
		rule, err := ParseRule(data)
		if err != nil || rule != want {
			t.Errorf("%s: %+v came back as %+v, %v", e.name, want, rule, err)
			continue
		}
		made, err := FromRule("made", rule)
		if err != nil {
			t.Errorf("%s: %v", e.name, err)
			continue
		}
		sameOffsets(t, e.name+" by rule", z.Location, made.Location, year)

		d, err := ParseDefinition(z.Definition(year, true).Append(nil))
		if err != nil || d.Name != e.name || d.Effective() != want {
			t.Errorf("%s: definition %+v, %v", e.name, d, err)
			continue
		}
		d.Name = "something else"
		if made, err = FromDefinition(d, nil); err != nil {
			t.Errorf("%s: %v", e.name, err)
			continue
		}
		sameOffsets(t, e.name+" by definition", z.Location, made.Location, year)
	}
}

func sameOffsets(t *testing.T, name string, a, b *time.Location, year int) {
	t.Helper()
	at := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
	for ; at.Year() == year; at = at.Add(time.Hour) {
		if offsetAt(at, a) != offsetAt(at, b) {
			t.Errorf("%s: at %s %s and %s", name, at, offsetAt(at, a), offsetAt(at, b))
			return
		}
	}
}

// TestDefinitionOfSeveralYears: each year has its own rule.
func TestDefinitionOfSeveralYears(t *testing.T) {
	z := mustLoad(t, "America/New_York")
	d := &Definition{Name: "Contoso", Rules: []YearRule{
		{Year: 2007, Flags: FlagEffective, Rule: z.Rule(2026)}, {Year: 2000, Rule: z.Rule(2001)},
	}}
	made, err := FromDefinition(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, year := range []int{2001, 2005, 2007, 2026, 2050} {
		sameOffsets(t, "New York", z.Location, made.Location, year)
	}
	if got := made.Rule(2003); got != z.Rule(2003) {
		t.Errorf("in 2003 the rule is %+v", got)
	}
}

// TestBlobBytes: the two forms, byte by byte.
func TestBlobBytes(t *testing.T) {
	rule := mustLoad(t, "Europe/Berlin").Rule(2026)
	if got, want := rule.Append(nil), fromHex(t, "c4ffffff 00000000 c4ffffff 0000 00000a00000005000300000000000000 0000 00000300000005000200000000000000"); !slices.Equal(got, want) {
		t.Errorf("the rule is  %x\nnot %x", got, want)
	}
	d := Definition{Name: "AB", Rules: []YearRule{{Flags: 2, Year: 2026, Rule: rule}}}
	want := fromHex(t, "0201 0a00 0200 0200 41004200 0100 0201 3e00 0200 ea07 0000000000000000000000000000 c4ffffff 00000000 c4ffffff"+
		"00000a00000005000300000000000000 00000300000005000200000000000000")
	if got := d.Append(nil); !slices.Equal(got, want) {
		t.Errorf("the definition is\n%x, not\n%x", got, want)
	}
}

// TestVTimezoneBothWays: what is written of a zone is found to be that zone in every year that it is for, and a zone made of it alone
// has the same offsets.
func TestVTimezoneBothWays(t *testing.T) {
	for _, e := range windowsTable {
		z := mustLoad(t, e.iana)
		from := time.Date(2005, 5, 1, 0, 0, 0, 0, time.UTC)
		roots, err := content.Parse(z.VTimezone(from).String(), content.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		tz, err := ParseTimezone(roots[0])
		if err != nil {
			t.Errorf("%s: %v", z.Name, err)
			continue
		}
		if tz.ID != z.Name {
			t.Errorf("%s is called %s", z.Name, tz.ID)
		}
		for year := 2006; year < 2032; year++ {
			if !tz.matches(z.Location, year) {
				t.Errorf("%s differs in %d:\n%s", z.Name, year, roots[0])
				break
			}
		}
	}
}

func TestVTimezoneText(t *testing.T) {
	got := mustLoad(t, "Europe/Amsterdam").VTimezone(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)).String()
	want := "BEGIN:VTIMEZONE\r\nTZID:Europe/Amsterdam\r\nX-LIC-LOCATION:Europe/Amsterdam\r\n" +
		"BEGIN:DAYLIGHT\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\nDTSTART:20260329T020000\r\n" +
		"RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\n" +
		"BEGIN:STANDARD\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nDTSTART:20261025T030000\r\n" +
		"RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
	if got != want {
		t.Errorf("got\n%s", got)
	}
}
