package zone

import (
	"fmt"
	"strings"
	"time"

	"zarafa/calendar/content"
)

// horizon is how many years of changes are looked at. In 28 years a day of the month falls on each weekday, so that a rule
// that holds for as long is taken to hold for ever.
const horizon = 28

// run are changes in years that follow each other which one rule can describe.
type run struct {
	first, last      transition
	minDay, maxDay   int
	allLast, sameNth bool
	open             bool
}

// VTimezone describes the zone for times from an instant on. What the rules of its last years do is taken to go on.
func (z *Zone) VTimezone(from time.Time) *content.Component {
	c := content.NewComponent("VTIMEZONE")
	c.Add(content.NewText("TZID", z.Name))
	if z.custom == nil && z.Location != time.UTC {
		c.Add(content.NewText("X-LIC-LOCATION", z.Name))
	}
	changes, endless := z.changesFrom(from)
	if len(changes) == 0 || from.Before(changes[0].at) {
		c.AddComponent(z.initial(from))
	}
	for _, r := range runs(changes, endless) {
		c.AddComponent(r.observance())
	}
	return c
}

// changesFrom are the change before an instant, if there is one, and those of the years after it. endless reports whether there are
// more.
func (z *Zone) changesFrom(from time.Time) (out []transition, endless bool) {
	at := from
	if start, _ := from.In(z.Location).ZoneBounds(); !start.IsZero() {
		at = start.Add(-time.Second)
	}
	end := from.AddDate(horizon, 0, 0)
	for {
		t, ok := nextTransition(z.Location, at)
		if !ok {
			return out, false
		}
		if t.at.After(end) {
			return out, true
		}
		out = append(out, t)
		at = t.at
	}
}

// initial is the observance that holds when nothing has changed yet.
func (z *Zone) initial(from time.Time) *content.Component {
	name, offset := from.In(z.Location).Zone()
	return observanceOf(false, offset, offset, name, time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC))
}

// runs joins changes of the same kind in following years.
func runs(changes []transition, endless bool) []*run {
	var all, open []*run
	for _, t := range changes {
		joined := false
		for i, r := range open {
			if joined = r.join(t); joined {
				break
			}
			if r.last.wall().Year()+1 < t.wall().Year() {
				open[i] = nil
			}
		}
		kept := open[:0]
		for _, r := range open {
			if r != nil {
				kept = append(kept, r)
			}
		}
		open = kept
		if !joined {
			r := newRun(t)
			all, open = append(all, r), append(open, r)
		}
	}
	if endless {
		end := changes[len(changes)-1].wall().Year()
		for _, r := range open {
			years := r.last.wall().Year() - r.first.wall().Year()
			r.open = r.last.wall().Year() >= end-1 && years >= horizon/2
		}
	}
	return all
}

func newRun(t transition) *run {
	w := t.wall()
	return &run{first: t, last: t, minDay: w.Day(), maxDay: w.Day(), allLast: isLast(w), sameNth: true}
}

func isLast(w time.Time) bool { return w.Day()+7 > daysIn(w.Year(), w.Month()) }

// join adds a change if it is the next one of the run.
func (r *run) join(t transition) bool {
	a, w := r.last.wall(), t.wall()
	if w.Year() != a.Year()+1 || w.Month() != a.Month() || w.Weekday() != a.Weekday() || t.from != r.last.from || t.to != r.last.to ||
		t.name != r.last.name || w.Format("150405") != a.Format("150405") {
		return false
	}
	low, high := min(r.minDay, w.Day()), max(r.maxDay, w.Day())
	if high-low > 6 {
		return false
	}
	r.allLast = r.allLast && isLast(w)
	r.sameNth = r.sameNth && (w.Day()-1)/7 == (a.Day()-1)/7
	r.last, r.minDay, r.maxDay = t, low, high
	return true
}

func (r *run) observance() *content.Component {
	w := r.first.wall()
	c := observanceOf(r.first.daylight && r.first.to > r.first.from, r.first.from, r.first.to, r.first.name, w)
	if r.first.at.Equal(r.last.at) {
		return c
	}
	day := strings.ToUpper(w.Weekday().String()[:2])
	rule := fmt.Sprintf("FREQ=YEARLY;BYMONTH=%d;BYDAY=", int(w.Month()))
	switch {
	case r.allLast:
		rule += "-1" + day
	case r.sameNth:
		rule += fmt.Sprint((w.Day()-1)/7+1) + day
	default:
		days := make([]string, 0, 7)
		for d := r.minDay; d < r.minDay+7; d++ {
			days = append(days, fmt.Sprint(d))
		}
		rule += day + ";BYMONTHDAY=" + strings.Join(days, ",")
	}
	if !r.open {
		rule += ";UNTIL=" + r.last.at.UTC().Format("20060102T150405Z")
	}
	c.Add(content.New("RRULE", rule))
	return c
}

func observanceOf(daylight bool, from, to int, name string, start time.Time) *content.Component {
	kind := "STANDARD"
	if daylight {
		kind = "DAYLIGHT"
	}
	c := content.NewComponent(kind)
	c.Add(
		content.New("TZOFFSETFROM", formatOffset(from)), content.New("TZOFFSETTO", formatOffset(to)),
		content.NewText("TZNAME", name), content.New("DTSTART", start.Format("20060102T150405")),
	)
	return c
}

// formatOffset writes +hhmm, and the seconds of offsets before standard time.
func formatOffset(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	text := fmt.Sprintf("%c%02d%02d", sign, seconds/3600, seconds/60%60)
	if s := seconds % 60; s != 0 {
		text += fmt.Sprintf("%02d", s)
	}
	return text
}
