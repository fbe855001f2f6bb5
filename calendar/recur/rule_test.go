package recur

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zarafa/calendar/zone"
	"zarafa/internal/testseed"

	"github.com/teambition/rrule-go"
)

func wall(t testing.TB, s string) time.Time {
	t.Helper()
	w, err := time.Parse("2006-01-02T15:04", s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestRules: the pattern for a rule, its first bytes that matter, and the rule that it is written as.
func TestRules(t *testing.T) {
	loc, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ start, rule, pattern, back string }{
		{"2026-01-05T09:00", "FREQ=DAILY", "200A 0 1440 0 0 0 never 10", "FREQ=DAILY"},
		{"2026-01-05T09:00", "FREQ=DAILY;INTERVAL=3;COUNT=5", "200A 0 4320 0 0 0 5 5 2026-01-17", "FREQ=DAILY;INTERVAL=3;COUNT=5"},
		{"2026-01-05T09:00", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "200A 1 1 62 0 0 never 10", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR"},
		{"2026-01-05T09:00", "FREQ=WEEKLY", "200B 1 1 2 0 0 never 10", "FREQ=WEEKLY;BYDAY=MO"},
		{
			"2026-01-06T09:00", "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU;UNTIL=20260201T080000Z",
			"200B 1 2 5 0 0 date 4 2026-02-01", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;UNTIL=20260201T080000Z;WKST=SU",
		},
		{"2026-01-05T09:00", "freq=monthly", "200C 2 1 0 5 0 never 10", "FREQ=MONTHLY;BYMONTHDAY=5"},
		{"2026-01-31T09:00", "FREQ=MONTHLY;BYMONTHDAY=-1", "200C 2 1 0 31 0 never 10", "FREQ=MONTHLY;BYMONTHDAY=-1"},
		{"2026-01-30T09:00", "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1", "200C 2 1 0 30 0 never 10", "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1"},
		{"2026-01-29T09:00", "FREQ=MONTHLY;BYMONTHDAY=28,29;BYSETPOS=-1;COUNT=2", "200C 2 1 0 29 0 2 2 2026-02-28", "FREQ=MONTHLY;BYMONTHDAY=28,29;BYSETPOS=-1;COUNT=2"},
		{"2026-01-13T09:00", "FREQ=MONTHLY;BYDAY=2TU", "200C 3 1 4 0 2 never 10", "FREQ=MONTHLY;BYDAY=2TU"},
		{"2026-01-30T09:00", "FREQ=MONTHLY;BYDAY=-1FR;INTERVAL=2", "200C 3 2 32 0 5 never 10", "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR"},
		{"2026-01-30T09:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "200C 3 1 62 0 5 never 10", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"},
		{"2026-03-05T09:00", "FREQ=YEARLY", "200D 2 12 0 5 0 never 10", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=5"},
		{"2026-03-29T09:00", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;INTERVAL=2", "200D 3 24 1 0 5 never 10", "FREQ=YEARLY;INTERVAL=2;BYMONTH=3;BYDAY=-1SU"},
	} {
		set := Set{Start: wall(t, c.start), Duration: time.Hour, Location: loc, Rules: []string{c.rule}}
		r, exact, err := set.Recurrence(set.Start)
		if err != nil || !exact {
			t.Errorf("%s: %v, exact %v", c.rule, err, exact)
			continue
		}
		end := map[EndType]string{EndByDate: "date", EndNever: "never", EndByCount: fmt.Sprint(r.Count)}[r.EndType]
		got := fmt.Sprintf("%04X %d %d %d %d %d %s %d", r.Frequency, r.Type, r.Period, r.Weekdays, r.Day, r.Nth, end, r.Count)
		if r.EndType != EndNever {
			got += " " + r.End.Wall().Format(time.DateOnly)
		}
		if got != c.pattern {
			t.Errorf("%s: the pattern is %s, not %s", c.rule, got, c.pattern)
		}
		back, err := r.Rule(loc, false)
		if err != nil || back != c.back {
			t.Errorf("%s: written as %s, not %s, %v", c.rule, back, c.back, err)
		}
	}
}

// TestFirstDateTime: as the specification computes it, and of a yearly series the month alone.
func TestFirstDateTime(t *testing.T) {
	for _, c := range []struct {
		start, rule string
		want        Minutes
	}{
		{"2026-01-06T09:00", "FREQ=DAILY;INTERVAL=3", day("2026-01-06") % (3 * Day)},
		{"2026-01-06T09:00", "FREQ=WEEKLY;INTERVAL=2;WKST=SU", day("2026-01-04") % (14 * Day)},
		{"2026-01-06T09:00", "FREQ=WEEKLY;INTERVAL=2", day("2026-01-05") % (14 * Day)},
		{"2026-04-06T09:00", "FREQ=MONTHLY;INTERVAL=2", day("1601-02-01")},
		{"2026-04-06T09:00", "FREQ=YEARLY;INTERVAL=3", day("1601-04-01")},
	} {
		set := Set{Start: wall(t, c.start), Rules: []string{c.rule}}
		r, _, err := set.Recurrence(set.Start)
		if err != nil || r.FirstDateTime != c.want {
			t.Errorf("%s: %d, not %d, %v", c.rule, r.FirstDateTime, c.want, err)
		}
	}
}

// starts are the instances of a series in a time, as the clocks show them.
func starts(t testing.TB, r *Recurrence, from, to Minutes) []string {
	t.Helper()
	instances, err := r.Instances(from, to)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for in := range instances {
		out = append(out, in.Start.Wall().Format("2006-01-02T15:04"))
	}
	return out
}

// oracle are the instances by the library.
func oracle(t testing.TB, rule string, start, from, to time.Time) []string {
	t.Helper()
	o, err := rrule.StrToROption(rule)
	if err != nil {
		t.Fatal(err)
	}
	o.Dtstart = start
	r, err := rrule.NewRRule(*o)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	next := r.Iterator()
	for {
		at, ok := next()
		if !ok || !at.Before(to) {
			return out
		}
		if !at.Before(from) {
			out = append(out, at.Format("2006-01-02T15:04"))
		}
	}
}

// randomRule makes a rule and a start that is one of its instances.
func randomRule(t testing.TB, pick func(int) int) (string, time.Time) {
	t.Helper()
	start := time.Date(1990+pick(60), time.Month(1+pick(12)), 1+pick(31), pick(24), pick(60), 0, 0, time.UTC)
	names := []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}
	some := func() string {
		i := pick(7)
		return strings.Join(names[i:min(7, i+1+pick(4))], ",")
	}
	nth := []string{"1", "2", "3", "4", "-1"}[pick(5)]
	interval := fmt.Sprintf(";INTERVAL=%d", 1+pick(5))
	month := fmt.Sprintf(";BYMONTH=%d", start.Month())
	rule := []string{
		"FREQ=DAILY" + interval, "FREQ=DAILY;BYDAY=" + some(), "FREQ=WEEKLY" + interval, "FREQ=WEEKLY;BYDAY=" + some() + interval,
		"FREQ=WEEKLY;WKST=" + names[pick(7)] + ";BYDAY=" + some() + interval,
		"FREQ=MONTHLY" + interval, "FREQ=MONTHLY;BYMONTHDAY=-1" + interval, "FREQ=MONTHLY;BYDAY=" + nth + names[pick(7)] + interval,
		"FREQ=MONTHLY;BYDAY=" + some() + ";BYSETPOS=" + nth + interval, "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1" + interval,
		"FREQ=YEARLY" + interval, "FREQ=YEARLY;BYDAY=" + nth + names[pick(7)] + month + interval,
		fmt.Sprintf("FREQ=YEARLY;BYMONTHDAY=%d", 1+pick(28)) + month,
	}[pick(13)]
	o, err := rrule.StrToROption(rule)
	if err != nil {
		t.Fatal(err)
	}
	o.Dtstart = start
	r, err := rrule.NewRRule(*o)
	if err != nil {
		t.Fatal(err)
	}
	start = r.After(start, true)
	switch pick(3) {
	case 0:
		rule += fmt.Sprintf(";COUNT=%d", 1+pick(40))
	case 1:
		rule += ";UNTIL=" + start.AddDate(0, pick(100), pick(30)).Format("20060102T150405")
	}
	return rule, start
}

// TestAgainstOracle: MAPI's pattern has the instances that the library finds for the rule, and is written as a rule that has the same.
func TestAgainstOracle(t *testing.T) {
	rnd := testseed.New(t)
	for range 3000 {
		rule, start := randomRule(t, rnd.IntN)
		set := Set{Start: start, Duration: 30 * time.Minute, Rules: []string{rule}}
		r, exact, err := set.Recurrence(start)
		if err != nil {
			t.Fatalf("%s from %s: %v", rule, start, err)
		}
		from := start.AddDate(rnd.IntN(6), 0, -10)
		if !exact {
			// A WEEKLY rule may start in a week that is not its own by the pattern's first weekday; nothing else is out of reach.
			t.Fatalf("%s from %s has no pattern", rule, start)
		}
		to := from.AddDate(4, 0, 0)
		want := oracle(t, rule, start, from, to)
		if got := starts(t, r, MinutesOf(from), MinutesOf(to)); !slices.Equal(got, want) {
			t.Fatalf("%s from %s: in %s to %s\n%v, not\n%v\n%+v", rule, start, from, to, got, want, r)
		}
		back, err := r.Rule(time.UTC, false)
		if err != nil {
			t.Fatal(err)
		}
		first, _ := r.First()
		if !first.Start.Wall().Equal(start) {
			t.Fatalf("%s: the first instance is %s, not %s", rule, first.Start.Wall(), start)
		}
		if len(r.Deleted) > 0 {
			continue // the rest is in EXDATE
		}
		if got := oracle(t, back, start, from, to); !slices.Equal(got, want) {
			t.Fatalf("%s from %s is written as %s: %v, not %v", rule, start, back, got, want)
		}
	}
}

// TestExcludedAgainstOracle: a rule and its EXDATEs, written and read, are the same series.
func TestExcludedAgainstOracle(t *testing.T) {
	rnd := testseed.New(t)
	for range 300 {
		rule, start := randomRule(t, rnd.IntN)
		set := Set{Start: start, Rules: []string{rule}}
		all := oracle(t, rule, start, start, start.AddDate(3, 0, 0))
		for range rnd.IntN(4) {
			set.Excluded = append(set.Excluded, Excluded{Time: wall(t, all[rnd.IntN(len(all))]), Date: rnd.IntN(2) == 0})
		}
		r, _, err := set.Recurrence(start)
		if err != nil {
			t.Fatal(err)
		}
		back, err := r.Rule(time.UTC, false)
		if err != nil {
			t.Fatal(err)
		}
		again := Set{Start: start, Rules: []string{back}}
		for _, x := range r.Excluded() {
			again.Excluded = append(again.Excluded, Excluded{Time: x.Wall()})
		}
		r2, exact, err := again.Recurrence(start)
		if err != nil || !exact {
			t.Fatalf("%s: %v", back, err)
		}
		to := MinutesOf(start.AddDate(5, 0, 0))
		got, want := starts(t, r2, r.Start, to), starts(t, r, r.Start, to)
		if !slices.Equal(got, want) {
			t.Fatalf("%s without %v became %s: %v, not %v", rule, set.Excluded, back, got, want)
		}
	}
}

// TestInexpressible: what MAPI has no pattern for is a daily series with the same instances.
func TestInexpressible(t *testing.T) {
	start := wall(t, "2026-01-05T09:00")
	for _, rule := range []string{
		"FREQ=YEARLY;BYYEARDAY=5,100", "FREQ=YEARLY;BYWEEKNO=2;BYDAY=MO", "FREQ=MONTHLY;BYMONTHDAY=5,15", "FREQ=MONTHLY;BYDAY=5MO",
		"FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,2", "FREQ=DAILY;INTERVAL=1000", "FREQ=MONTHLY;BYDAY=MO", "FREQ=YEARLY;BYMONTH=1,2",
		"FREQ=DAILY;BYMONTH=1", "FREQ=MONTHLY;BYMONTHDAY=-2", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "FREQ=YEARLY;BYDAY=1MO",
	} {
		set := Set{Start: start, Duration: time.Hour, Rules: []string{rule}}
		r, exact, err := set.Recurrence(start)
		if err != nil || exact {
			t.Errorf("%s: %v, exact %v", rule, err, exact)
			continue
		}
		want := oracle(t, rule, start, start, start.AddDate(0, 0, maxDaily))
		if len(want) == 0 || want[0] != "2026-01-05T09:00" {
			want = append([]string{"2026-01-05T09:00"}, want...) // DTSTART is an instance in any case
		}
		if got := starts(t, r, 0, NoEnd); !slices.Equal(got, want) {
			t.Errorf("%s: %v, not %v", rule, got, want)
		}
		if len(r.Deleted) > maxDaily {
			t.Errorf("%s: %d deleted days", rule, len(r.Deleted))
		}
	}
}

func TestAddedDates(t *testing.T) {
	set := Set{
		Start: wall(t, "2026-01-05T09:00"), Duration: time.Hour, Rules: []string{"FREQ=WEEKLY;COUNT=3"},
		Added: []time.Time{wall(t, "2026-01-07T10:30")}, Excluded: []Excluded{{Time: wall(t, "2026-01-12T09:00")}},
	}
	r, exact, err := set.Recurrence(set.Start)
	if err != nil || exact {
		t.Fatalf("%v, exact %v", err, exact)
	}
	want := []string{"2026-01-05T09:00", "2026-01-07T10:30", "2026-01-19T09:00"}
	if got := starts(t, r, 0, NoEnd); !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
}

func TestBadRules(t *testing.T) {
	for rule, want := range map[string]error{
		"FREQ=HOURLY": ErrTooFine, "FREQ=DAILY;BYHOUR=9,12": ErrTooFine, "FREQ=NEVER": ErrRule, "": ErrRule,
		"RSCALE=CHINESE;FREQ=YEARLY": ErrRule, strings.Repeat("X", 5000): ErrRule,
	} {
		set := Set{Start: wall(t, "2026-01-05T09:00"), Rules: []string{rule}}
		if _, _, err := set.Recurrence(set.Start); !errors.Is(err, want) {
			t.Errorf("%.40s: %v, not %v", rule, err, want)
		}
	}
	set := Set{Start: wall(t, "2026-01-05T09:00"), Rules: []string{"FREQ=DAILY"}, Added: []time.Time{wall(t, "2026-01-06T12:00")}}
	if _, _, err := set.Recurrence(set.Start); !errors.Is(err, ErrTooFine) {
		t.Errorf("two instances on a day: %v", err)
	}
}

// TestExceptions: deleted and modified instances, in order, and none that the pattern does not have.
func TestExceptions(t *testing.T) {
	set := Set{Start: wall(t, "2026-01-05T23:00"), Duration: 2 * time.Hour, Rules: []string{"FREQ=WEEKLY;COUNT=5"}}
	r, _, err := set.Recurrence(set.Start)
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) Minutes { return MinutesOf(wall(t, s)) }
	if !r.Modify(Exception{Original: at("2026-01-19T00:00"), Start: at("2026-01-06T10:00"), End: at("2026-01-06T11:00")}) {
		t.Error("an instance is not found")
	}
	if r.Modify(Exception{Original: at("2026-01-20T00:00")}) {
		t.Error("a day without an instance was modified")
	}
	r.Delete(at("2026-01-26T12:00"))
	r.Delete(at("2026-01-27T12:00"))
	want := []string{"2026-01-05T23:00", "2026-01-06T10:00", "2026-01-12T23:00", "2026-02-02T23:00"}
	if got := starts(t, r, 0, NoEnd); !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
	if got := r.Excluded(); !slices.Equal(got, []Minutes{at("2026-01-26T23:00")}) {
		t.Errorf("excluded are %v", got)
	}
	if !slices.Equal(r.Deleted, []Minutes{day("2026-01-19"), day("2026-01-26")}) || !slices.Equal(r.Modified, []Minutes{day("2026-01-06")}) {
		t.Errorf("deleted %v, modified %v", r.Deleted, r.Modified)
	}
	// The window takes what reaches into it, and an exception that was moved into it.
	if got := starts(t, r, at("2026-01-06T00:30"), at("2026-01-06T10:01")); !slices.Equal(got, want[:2]) {
		t.Errorf("the window has %v", got)
	}
	r.Exceptions[0].Original = at("2026-01-20T00:00")
	if got := starts(t, r, 0, NoEnd); slices.Contains(got, "2026-01-06T10:00") {
		t.Errorf("an exception of no instance is among %v", got)
	}
}

// TestOccurrences: instants, with the clocks' changes between.
func TestOccurrences(t *testing.T) {
	z, _ := zone.Load("Europe/Amsterdam")
	set := Set{Start: wall(t, "2026-03-28T02:30"), Duration: time.Hour, Rules: []string{"FREQ=DAILY;COUNT=3"}, Location: z.Location}
	r, _, err := set.Recurrence(set.Start)
	if err != nil {
		t.Fatal(err)
	}
	list, err := r.Occurrences(z.Location, time.Date(2026, 3, 28, 2, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for o := range list {
		got = append(got, o.Start.UTC().Format("0102T1504")+"-"+o.End.UTC().Format("1504"))
	}
	if want := []string{"0328T0130-0230", "0329T0130-0130", "0330T0030-0130"}; !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
}

// TestFarWindow: a window long after the start costs no more than one at the start, and an endless series never ends by itself.
func TestFarWindow(t *testing.T) {
	for _, rule := range []string{"FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO", "FREQ=MONTHLY", "FREQ=YEARLY", "FREQ=DAILY;COUNT=30000"} {
		set := Set{Start: wall(t, "1990-01-01T09:00"), Rules: []string{rule}}
		r, _, err := set.Recurrence(set.Start)
		if err != nil {
			t.Fatal(err)
		}
		near := testing.AllocsPerRun(5, func() { starts(t, r, r.Start, r.Start+366*Day) })
		far := testing.AllocsPerRun(5, func() { starts(t, r, r.Start+80*366*Day, r.Start+81*366*Day) })
		if far > near+20 {
			t.Errorf("%s: %v allocations far away, %v near", rule, far, near)
		}
	}
}
