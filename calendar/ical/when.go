package ical

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"zarafa/calendar/content"
	"zarafa/calendar/zone"
)

// when is a value of DATE or DATE-TIME: what the clocks of a zone show, or a date.
type when struct {
	wall time.Time
	date bool
	zone *zone.Zone
}

// instant is the time that is meant. A date is the midnight of its zone.
func (w when) instant() time.Time { return zone.Instant(w.wall, w.zone.Location).UTC() }

// in is what the clocks of another zone show then. A date is a date everywhere.
func (w when) in(z *zone.Zone) time.Time {
	if w.date || z.Name == w.zone.Name {
		return w.wall
	}
	return zone.Wall(w.instant(), z.Location)
}

// readTimes reads a line with times, one or a list. Without a zone they are in usual, and so are those of a zone that nobody knows.
func readTimes(l *content.Line, f *zone.Finder, usual *zone.Zone) ([]when, error) {
	var out []when
	for value := range strings.SplitSeq(l.Value(), ",") {
		w, err := readTime(strings.TrimSpace(value), l.Param("TZID"), f, usual)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrItem, l.Name(), err)
		}
		out = append(out, w)
	}
	return out, nil
}

func readTime(value, tzid string, f *zone.Finder, usual *zone.Zone) (w when, err error) {
	value = strings.ToUpper(value)
	w.zone = usual
	if len(value) == len("20060102") {
		w.date = true
		w.wall, err = time.Parse("20060102", value)
	} else {
		text, utc := strings.CutSuffix(value, "Z")
		w.wall, err = time.Parse("20060102T150405", text)
		if utc {
			w.zone = zone.UTC()
		} else if z, ok := f.Find(tzid, w.wall.Year()); tzid != "" && ok {
			w.zone = z
		}
	}
	if err != nil || w.wall.Year() < 1601 || w.wall.Year() > 4500 {
		return w, fmt.Errorf("no time: %.40q", value)
	}
	return w, nil
}

// readOne reads the first time of a component's line; ok is false if there is no such line.
func readOne(c *content.Component, name string, f *zone.Finder, usual *zone.Zone) (w when, ok bool, err error) {
	l := c.Get(name)
	if l == nil {
		return w, false, nil
	}
	all, err := readTimes(l, f, usual)
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

// line writes the time.
func (w when) line(name string) *content.Line {
	switch {
	case w.date:
		return content.New(name, w.wall.Format("20060102"), content.P("VALUE", "DATE"))
	case w.zone.Name == "UTC":
		return content.New(name, w.wall.Format("20060102T150405Z"))
	}
	return content.New(name, w.wall.Format("20060102T150405"), content.P("TZID", w.zone.Name))
}

// utcLine writes an instant in UTC.
func utcLine(name string, t time.Time) *content.Line {
	return content.New(name, t.UTC().Format("20060102T150405Z"))
}
