package meeting

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zarafa/calendar/ical"
	"zarafa/internal/testseed"
)

// clock is a time of hours "9-10", as busy unless it is followed by another status.
func clock(texts string) []ical.Time {
	var out []ical.Time
	for _, text := range strings.Fields(texts) {
		var from, to int
		status := ical.Busy // without one
		if n, _ := fmt.Sscanf(text, "%d-%d:%d", &from, &to, &status); n < 2 {
			panic(text)
		}
		day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		at := func(h int) time.Time { return day.Add(time.Duration(h) * time.Hour) }
		out = append(out, ical.Time{Start: at(from), End: at(to), Busy: status})
	}
	return out
}

func hours(times []ical.Time) string {
	var out []string
	for _, t := range times {
		out = append(out, fmt.Sprintf("%d-%d", t.Start.Hour(), t.End.Hour()))
	}
	return strings.Join(out, " ")
}

func TestClashes(t *testing.T) {
	for _, tt := range []struct {
		name, wanted, taken string
		capacity            int
		want                string
	}{
		{"nothing there", "9-10", "", 1, ""},
		{"at the edges", "9-10", "8-9 10-11", 1, ""},
		{"inside", "8-12", "9-10", 1, "8-12"},
		{"around", "9-10", "8-12", 1, "9-10"},
		{"several wanted", "8-9 9-10 10-11", "9-10", 1, "9-10"},
		{"free, tentative and elsewhere take nothing", "9-10", "9-10:0 9-10:1 9-10:4", 1, ""},
		{"away", "9-10", "9-10:3", 1, "9-10"},
		{"no length", "9-9 10-10", "9-10 11-11", 1, "9-9"},
		{"room for one more", "9-12", "9-11 11-12", 2, ""},
		{"one after the other is not at once", "9-12", "9-10 10-11 11-12", 2, ""},
		{"two at once in between", "9-12", "8-11 10-13", 2, "9-12"},
		{"two at once before", "11-12", "8-11 10-11", 2, ""},
		{"full twice", "8-9 9-10 10-11 11-12", "9-10 9-10 11-12 11-12", 2, "9-10 11-12"},
	} {
		if got := hours(clashes(clock(tt.wanted), clock(tt.taken), tt.capacity)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestClashesModel compares with counting at each hour.
func TestClashesModel(t *testing.T) {
	r := testseed.New(t)
	some := func(n int) []ical.Time {
		var b strings.Builder
		for range r.IntN(n) {
			from := r.IntN(20)
			fmt.Fprintf(&b, "%d-%d:%d ", from, from+1+r.IntN(3), r.IntN(5))
		}
		return clock(b.String())
	}
	for range 2000 {
		wanted, taken, capacity := some(8), some(15), 1+r.IntN(3)
		var want []ical.Time
		for _, w := range wanted {
			clash := false
			for at := w.Start; at.Before(w.End); at = at.Add(time.Hour) {
				n := 0
				for _, x := range taken {
					if (x.Busy == ical.Busy || x.Busy == ical.OutOfOffice) && !x.Start.After(at) && x.End.After(at) {
						n++
					}
				}
				clash = clash || n >= capacity
			}
			if clash {
				want = append(want, w)
			}
		}
		if got := clashes(wanted, taken, capacity); hours(got) != hours(want) {
			t.Fatalf("%s in %s with room for %d: %s, want %s", hours(wanted), hours(taken), capacity, hours(got), hours(want))
		}
	}
}
