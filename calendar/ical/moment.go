package ical

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"zarafa/calendar/content"
	"zarafa/calendar/zone"
)

// Moment is a value of DATE or DATE-TIME (RFC 5545 3.3.4, 3.3.5).
type Moment struct {
	Wall time.Time // what the clocks show, as a time in UTC
	Date bool      // the time of day does not count
	Zone *zone.Zone
}

// Instant is the time that is meant, in UTC. A date is the midnight of its zone.
func (w Moment) Instant() time.Time { return zone.Instant(w.Wall, w.Zone.Location).UTC() }

// In is what the clocks of a zone show then. A date is a date everywhere.
func (w Moment) In(z *zone.Zone) time.Time {
	if w.Date || z.Name == w.Zone.Name {
		return w.Wall
	}
	return zone.Wall(w.Instant(), z.Location)
}

// ReadMoments reads a line with times, one or a list. Without a zone they are in usual, and so are those of a zone that nobody knows. Errors
// wrap [ErrItem].
func ReadMoments(l *content.Line, f *zone.Finder, usual *zone.Zone) ([]Moment, error) {
	var out []Moment
	for value := range strings.SplitSeq(l.Value(), ",") {
		w, err := readTime(strings.TrimSpace(value), l.Param("TZID"), f, usual)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrItem, l.Name(), err)
		}
		out = append(out, w)
	}
	return out, nil
}

func readTime(value, tzid string, f *zone.Finder, usual *zone.Zone) (w Moment, err error) {
	value = strings.ToUpper(value)
	w.Zone = usual
	if len(value) == len("20060102") {
		w.Date = true
		w.Wall, err = time.Parse("20060102", value)
	} else {
		text, utc := strings.CutSuffix(value, "Z")
		w.Wall, err = time.Parse("20060102T150405", text)
		if utc {
			w.Zone = zone.UTC()
		} else if z, ok := f.Find(tzid, w.Wall.Year()); tzid != "" && ok {
			w.Zone = z
		}
	}
	if err != nil || w.Wall.Year() < 1601 || w.Wall.Year() > 4500 {
		return w, fmt.Errorf("no time: %.40q", value)
	}
	return w, nil
}

// readOne reads the first time of a component's line; ok is false if there is no such line.
func readOne(c *content.Component, name string, f *zone.Finder, usual *zone.Zone) (w Moment, ok bool, err error) {
	l := c.Get(name)
	if l == nil {
		return w, false, nil
	}
	all, err := ReadMoments(l, f, usual)
	if err != nil {
		return w, false, err
	}
	return all[0], true, nil
}

// readDuration reads a DURATION (RFC 5545 3.3.6).
func readDuration(text string) (time.Duration, error) {
	bad := fmt.Errorf("%w: no duration: %.40q", ErrItem, text)
	s := strings.ToUpper(strings.TrimSpace(text))
	sign := time.Duration(1)
	if strings.HasPrefix(s, "-") {
		sign = -1
	}
	s, ok := strings.CutPrefix(strings.TrimLeft(s, "+-"), "P")
	if !ok || s == "" {
		return 0, bad
	}
	units := map[byte]time.Duration{'W': 7 * 24 * time.Hour, 'D': 24 * time.Hour}
	var sum time.Duration
	for s != "" {
		if s[0] == 'T' {
			units = map[byte]time.Duration{'H': time.Hour, 'M': time.Minute, 'S': time.Second}
			s = s[1:]
			continue
		}
		i := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
		if i < 1 || i > 9 || units[s[i]] == 0 {
			return 0, bad
		}
		n, _ := strconv.Atoi(s[:i])
		if time.Duration(n) > 200*365*24*time.Hour/units[s[i]] {
			return 0, bad
		}
		sum += time.Duration(n) * units[s[i]]
		s = s[i+1:]
	}
	return sign * sum, nil
}

// Line writes the moment.
func (w Moment) Line(name string) *content.Line {
	switch {
	case w.Date:
		return content.New(name, w.Wall.Format("20060102"), content.P("VALUE", "DATE"))
	case w.Zone.Name == "UTC":
		return content.New(name, w.Wall.Format("20060102T150405Z"))
	}
	return content.New(name, w.Wall.Format("20060102T150405"), content.P("TZID", w.Zone.Name))
}

// utcLine writes an instant in UTC.
func utcLine(name string, t time.Time) *content.Line {
	return content.New(name, t.UTC().Format("20060102T150405Z"))
}
