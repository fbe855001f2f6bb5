package zone

import "time"

// transition is a change of a zone's clocks.
type transition struct {
	at       time.Time
	from, to int // seconds east of UTC
	daylight bool
	name     string
}

// wall is what the clocks showed that were then changed.
func (t *transition) wall() time.Time { return t.at.UTC().Add(time.Duration(t.from) * time.Second) }

// nextTransition is the first change of a zone's clocks after an instant; ok is false if there is none. Changes of the name alone
// are none.
func nextTransition(loc *time.Location, after time.Time) (t transition, ok bool) {
	for range 8 {
		_, end := after.In(loc).ZoneBounds()
		if end.IsZero() {
			return t, false
		}
		if !end.After(after) {
			// On the last day of leap years after those in the database, Go's bounds end before the instant that they are of.
			after = after.Add(24 * time.Hour)
			continue
		}
		_, from := end.Add(-time.Second).In(loc).Zone()
		name, to := end.Zone()
		if from != to {
			return transition{at: end, from: from, to: to, daylight: end.IsDST(), name: name}, true
		}
		after = end
	}
	return t, false
}

// inYear are the changes in a year of the zone's own calendar.
func inYear(loc *time.Location, year int) []transition {
	at := time.Date(year, 1, 1, 0, 0, 0, 0, loc).Add(-time.Second)
	var out []transition
	for len(out) < 8 {
		t, ok := nextTransition(loc, at)
		if !ok || t.wall().Year() > year {
			break
		}
		if t.wall().Year() == year {
			out = append(out, t)
		}
		at = t.at
	}
	return out
}

// Rule is the zone's rule of a year in the form that MAPI and Windows can express: two changes on nth weekdays. In a year with one
// change, or with changes of another kind, the offset at its end holds all year.
func (z *Zone) Rule(year int) Rule {
	for i := len(z.custom) - 1; i >= 0; i-- {
		if i == 0 || int(z.custom[i].Year) <= year {
			return z.custom[i].Rule
		}
	}
	changes := inYear(z.Location, year)
	if len(changes) < 2 || changes[0].from != changes[1].to {
		_, offset := time.Date(year, 12, 31, 23, 0, 0, 0, z.Location).Zone()
		return Rule{Bias: int32(-offset / 60)}
	}
	first, second := changes[0], changes[1]
	standard, daylight := min(first.to, second.to), max(first.to, second.to)
	r := Rule{Bias: int32(-standard / 60), DaylightBias: int32(-(daylight - standard) / 60)}
	a, b := z.systemTime(&first, 0), z.systemTime(&second, 1)
	if first.to == daylight {
		r.Daylight, r.Standard = a, b
	} else {
		r.Standard, r.Daylight = a, b
	}
	return r
}

// systemTime is a change as an nth weekday of its month. Which one it is says the following years: the last, where these agree to
// that. nth counts the changes of a year. A change at midnight is one millisecond before it if that is what has a number.
func (z *Zone) systemTime(t *transition, nth int) SystemTime {
	const years = 8
	walls := []time.Time{t.wall()}
	for year := walls[0].Year() + 1; year < walls[0].Year()+years; year++ {
		changes := inYear(z.Location, year)
		if len(changes) != 2 || changes[nth].to != t.to {
			break
		}
		walls = append(walls, changes[nth].wall())
	}
	if s, ok := nthOf(walls); ok {
		return s
	}
	for i := range walls {
		walls[i] = walls[i].Add(-time.Millisecond)
	}
	if s, ok := nthOf(walls); ok && t.wall().Hour() == 0 {
		return s
	}
	s, _ := nthOf([]time.Time{t.wall()})
	return s
}

// nthOf finds the one rule for wall times, of which each is in its own year.
func nthOf(walls []time.Time) (SystemTime, bool) {
	w := walls[0]
	clock := func(t time.Time) time.Duration { return t.Sub(t.Truncate(24 * time.Hour)) }
	last, n := true, (w.Day()-1)/7+1
	for _, t := range walls {
		if t.Month() != w.Month() || t.Weekday() != w.Weekday() || clock(t) != clock(w) {
			return SystemTime{}, false
		}
		last = last && t.Day()+7 > daysIn(t.Year(), t.Month())
		if n != (t.Day()-1)/7+1 {
			n = 0
		}
	}
	if last {
		n = 5
	}
	return SystemTime{
		Month: uint16(w.Month()), Weekday: uint16(w.Weekday()), Day: uint16(n), Hour: uint16(w.Hour()), Minute: uint16(w.Minute()),
		Second: uint16(w.Second()), Milliseconds: uint16(w.Nanosecond() / 1e6),
	}, n != 0
}
