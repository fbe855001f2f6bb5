package zone

import (
	"regexp"
	"strings"

	"zarafa/calendar/content"
)

// Guess finds the zone that a TZID means. tz is the VTIMEZONE with that id or nil, year the one that the times are in, and user the zone
// of the one who reads, which is preferred where several fit; it may be nil. In this order:
//
//  1. a name of the IANA database, also behind a maker's prefix (/mozilla.org/20050126_1/Europe/Berlin);
//  2. a name of Windows, or how Outlook shows it ("(UTC+01:00) Amsterdam, Berlin, …");
//  3. X-LIC-LOCATION of the VTIMEZONE;
//  4. the zone with the same changes in that year: the user's, else the first of those with a name of Windows;
//  5. a zone that is made of the VTIMEZONE's rules;
//  6. an offset in the name (GMT+0100).
//
// ok is false if nothing of it applies. There is no default: what a time without a zone means the caller knows.
func Guess(tzid string, tz *Timezone, year int, user *Zone) (z *Zone, ok bool) {
	id := strings.Trim(strings.TrimSpace(tzid), `"`)
	if len(id) > 4*maxName {
		id = ""
	}
	if z, ok = byName(id); ok {
		return z, true
	}
	if z, ok = FromWindows(id, user); ok {
		return z, true
	}
	if e := findDisplay(id); e != nil {
		if z, ok = FromWindows(e.name, user); ok {
			return z, true
		}
	}
	if tz != nil {
		if z, ok = Load(tz.Location); ok {
			return z, true
		}
		if z, ok = byRules(id, tz, year, user); ok {
			return z, true
		}
	}
	return byOffset(id)
}

// byName tries a name of the IANA database, and its last parts if the name is a path.
func byName(id string) (*Zone, bool) {
	if z, ok := Load(id); ok {
		return z, true
	}
	if !strings.HasPrefix(id, "/") {
		return nil, false
	}
	parts := strings.Split(strings.Trim(id, "/"), "/")
	for n := min(3, len(parts)-1); n > 0; n-- {
		// A single word is a name only if it is one of the table's: vendors end their paths in anything.
		name := strings.Join(parts[len(parts)-n:], "/")
		if n > 1 || findIANA(name) != nil {
			if z, ok := Load(name); ok {
				return z, true
			}
		}
	}
	return nil, false
}

func byRules(id string, tz *Timezone, year int, user *Zone) (*Zone, bool) {
	offset, changes := tz.offsets(year)
	if user != nil && sameYear(user.Location, year, offset, changes) {
		return user, true
	}
	for i := range windowsTable {
		if z, ok := Load(windowsTable[i].iana); ok && sameYear(z.Location, year, offset, changes) {
			return z, true
		}
	}
	z, err := FromRule(id, tz.rule(year))
	return z, err == nil
}

var offsetName = regexp.MustCompile(`^(?i:GMT|UTC)?[ ]?([+-]\d\d):?(\d\d)?$`)

// byOffset reads names as GMT+0100.
func byOffset(id string) (*Zone, bool) {
	m := offsetName.FindStringSubmatch(id)
	if m == nil {
		return nil, false
	}
	if m[2] == "" {
		m[2] = "00"
	}
	offset, err := parseOffset(m[1] + m[2])
	if err != nil {
		return nil, false
	}
	z, err := FromRule(id, Rule{Bias: int32(-offset / 60)})
	return z, err == nil
}

// Finder knows the VTIMEZONEs of one iCalendar object. It is not for concurrent use.
type Finder struct {
	user  *Zone
	zones map[string]*Timezone
	found map[foundKey]*Zone
}

type foundKey struct {
	id   string
	year int
}

// Bounds of what one object may cost: how many zones a finder remembers, and how many VTIMEZONEs it reads. Those that are compared with the
// zones of the world cost a few milliseconds each.
const (
	maxFound     = 1000
	maxTimezones = 40
)

// NewFinder reads the VTIMEZONEs in an object; those that are unusable are left out. user may be nil.
func NewFinder(object *content.Component, user *Zone) *Finder {
	f := &Finder{user: user, zones: map[string]*Timezone{}, found: map[foundKey]*Zone{}}
	for c := range object.Components() {
		if !c.Is("VTIMEZONE") || len(f.zones) >= maxTimezones {
			continue
		}
		if tz, err := ParseTimezone(c); err == nil {
			f.zones[tz.ID] = tz
		}
	}
	return f
}

// Find is [Guess] with the object's VTIMEZONE.
func (f *Finder) Find(tzid string, year int) (*Zone, bool) {
	key := foundKey{strings.TrimSpace(tzid), year}
	if z, ok := f.found[key]; ok {
		return z, z != nil
	}
	tz := f.zones[key.id]
	if len(f.found) >= maxFound {
		tz = nil // names still count, comparisons do not
	}
	z, ok := Guess(tzid, tz, year, f.user)
	if len(f.found) < maxFound {
		f.found[key] = z
	}
	return z, ok
}
