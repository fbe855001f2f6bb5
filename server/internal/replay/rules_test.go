package replay

import (
	"strings"
	"testing"
	"time"
)

func TestBijectionHoldsBothWays(t *testing.T) {
	m := newMapping()
	steps := []struct {
		recorded, live string
		ok             bool
	}{
		{"7", "70", true}, {"7", "70", true}, {"7", "71", false}, {"8", "70", false}, {"8", "80", true}, {"0", "0", true}, {"0", "9", false}, {"9", "0", false},
	}
	for _, s := range steps {
		if err := m.check(kindObject, s.recorded, s.live); (err == nil) != s.ok {
			t.Errorf("%s ↔ %s: %v", s.recorded, s.live, err)
		}
	}
	if got := m.rename(kindObject, "8"); got != "80" {
		t.Errorf("8 is renamed to %s", got)
	}
	if err := m.check(kindUser, "2", "3"); err == nil {
		t.Error("SYSTEM has another number")
	}
}

func TestClientsValuesStandForThemselves(t *testing.T) {
	m := newMapping()
	m.own(kindEntry, "a")
	if m.check(kindEntry, "a", "b") == nil || m.check(kindEntry, "c", "a") == nil {
		t.Error("a value of the client was renamed")
	}
	if err := m.check(kindEntry, "a", "a"); err != nil {
		t.Error(err)
	}
}

func TestCompareTime(t *testing.T) {
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) string {
		hi, lo := formatTime(start.Add(d))
		return hi + "/" + lo
	}
	const submit = 0x00390040
	sent := map[string]bool{"31292214/5": true}
	cases := []struct {
		name           string
		tag            uint32
		recorded, live string
		ok             bool
	}{
		{"server's clock", tagCreationTime, "31292214/1", at(time.Second), true},
		{"before the run", tagCreationTime, "31292214/1", at(-time.Minute), false},
		{"after the run", tagModifiedTime, "31292214/1", at(time.Hour), false},
		{"zero for a time", tagModifiedTime, "31292214/1", "0/0", false},
		{"zero as recorded", tagModifiedTime, "0/0", "0/0", true},
		{"time for a recorded zero", tagModifiedTime, "0/0", at(time.Second), true},
		{"the record's own time", tagModifiedTime, "31292214/1", "31292214/1", false},
		{"sent by the client", tagModifiedTime, "31292214/5", "31292214/5", true},
		{"client's property", submit, "31292214/1", "31292214/1", true},
		{"client's property changed", submit, "31292214/1", at(0), false},
		{"garbage", tagModifiedTime, "31292214/1", "/", false},
	}
	for _, c := range cases {
		if err := compareTime(c.tag, c.recorded, c.live, sent, start, start.Add(10*time.Second)); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestTimesConvertBothWays(t *testing.T) {
	want := time.Date(2026, 11, 23, 12, 0, 0, 123456700, time.UTC)
	hi, lo := formatTime(want)
	got, err := parseTime(hi + "/" + lo)
	if err != nil || !got.Equal(want) {
		t.Error(got.UTC(), err)
	}
}

func TestPredecessorChangeLists(t *testing.T) {
	const a, b = "AAAAAAAAAAAAAAAA", "BBBBBBBBBBBBBBBB" // the two servers' GUIDs
	old, key := a+"\x01\x00\x00\x00", a+"\x02\x00\x00\x00"
	cases := []struct {
		name           string
		recorded, live string
		ok             bool
	}{
		{"one key as recorded", key, b + "\x09\x00\x00\x00", true},
		{"one key with its length", key, "\x14" + b + "\x09\x00\x00\x00", true},
		{"both keys as recorded", old + "\x14" + key, b + "\x08\x00\x00\x00\x14" + b + "\x09\x00\x00\x00", true},
		{"newest key alone", old + "\x14" + key, "\x14" + b + "\x09\x00\x00\x00", true},
		{"other newest key", key, b + "\x08\x00\x00\x00", false},
		{"key nobody knows", key, b + "\x07\x00\x00\x00" + "\x14" + b + "\x09\x00\x00\x00", false},
		{"empty", key, "", false},
		{"broken", key, "\x20" + b, false},
	}
	for _, c := range cases {
		m := newMapping()
		for recorded, live := range map[string]string{"1": "8", "2": "9"} {
			if err := m.check(kindChange, recorded, live); err != nil {
				t.Fatal(err)
			}
		}
		if err := m.check(kindGUID, a, b); err != nil {
			t.Fatal(err)
		}
		if err := m.compareChangeList([]byte(c.recorded), []byte(c.live)); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestExceptions(t *testing.T) {
	list, err := readExceptions(strings.NewReader("# comment\n\n03 | loadObject | */modProps/0E080003 | wire.md section 1\n* | 7 | er | reason\n06 | * | er | never\n"))
	if err != nil {
		t.Fatal(err)
	}
	r := &Report{Scenario: "03-items"}
	size, code := Diff{Path: "a/modProps/0E080003"}, Diff{Path: "er"}
	r.add(&Exchange{N: 1, Op: "loadObject"}, []Diff{size}, list)
	r.add(&Exchange{N: 2, Op: "loadObject"}, []Diff{size, code}, list)
	r.add(&Exchange{N: 7, Op: "logoff"}, []Diff{code}, list)
	r.add(&Exchange{N: 8, Op: "logoff"}, nil, list)
	if r.Exchanges != 4 || r.Matched != 3 || r.Excused != 2 || len(r.Mismatches) != 1 || len(r.Mismatches[0].Diffs) != 1 {
		t.Errorf("%+v", r)
	}
	if stale := Stale(list, []*Scenario{{Name: "03-items"}}); len(stale) != 0 {
		t.Error("an exception for another scenario is not stale:", stale)
	}
	if stale := Stale(list, []*Scenario{{Name: "06-send"}}); len(stale) != 1 || stale[0].Reason != "never" {
		t.Error("not found stale:", stale)
	}
	for _, bad := range []string{"03 | x | y", "03 | | er | reason", "03 | 1 | er |"} {
		if _, err := readExceptions(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestExceptionsFileIsWellFormed(t *testing.T) {
	if _, err := LoadExceptions("exceptions.txt"); err != nil {
		t.Error(err)
	}
}
