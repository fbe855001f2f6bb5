package zone

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zarafa/calendar/content"

	"github.com/teambition/rrule-go"
)

// ErrTimezone is wrapped by errors about a VTIMEZONE that says nothing usable.
var ErrTimezone = errors.New("unusable VTIMEZONE")

// Bounds of one VTIMEZONE. Histories since 1883 have some 240 parts, of which few are rules: these cost the most.
const (
	maxObservances = 500
	maxRules       = 60
)

// observance is a STANDARD or DAYLIGHT part: at which local times the clocks change (RFC 5545 3.6.5).
type observance struct {
	from, to int       // seconds east of UTC
	start    time.Time // local, as [Wall] gives it
	dates    []time.Time
	rule     *rrule.ROption
	daylight bool
}

// Timezone is a VTIMEZONE as it was read.
type Timezone struct {
	ID string
	// Location is X-LIC-LOCATION: a name of the IANA database that the writer gave beside his own.
	Location    string
	observances []observance
}

// ParseTimezone reads a VTIMEZONE.
func ParseTimezone(c *content.Component) (*Timezone, error) {
	tz := &Timezone{ID: strings.TrimSpace(c.Text("TZID")), Location: strings.TrimSpace(c.Text("X-LIC-LOCATION"))}
	rules := 0
	for sub := range c.Components() {
		if !sub.Is("STANDARD") && !sub.Is("DAYLIGHT") {
			continue
		}
		if len(tz.observances) == maxObservances {
			return nil, fmt.Errorf("%w %q: more than %d parts", ErrTimezone, tz.ID, maxObservances)
		}
		o, err := parseObservance(sub)
		if err != nil {
			return nil, fmt.Errorf("%w %q: %w", ErrTimezone, tz.ID, err)
		}
		if o.rule != nil {
			if rules++; rules > maxRules {
				return nil, fmt.Errorf("%w %q: more than %d rules", ErrTimezone, tz.ID, maxRules)
			}
		}
		tz.observances = append(tz.observances, o)
	}
	if len(tz.observances) == 0 {
		return nil, fmt.Errorf("%w %q: neither STANDARD nor DAYLIGHT", ErrTimezone, tz.ID)
	}
	return tz, nil
}

func parseObservance(c *content.Component) (o observance, err error) {
	o.daylight = c.Is("DAYLIGHT")
	if o.from, err = parseOffset(c.Value("TZOFFSETFROM")); err != nil {
		return o, err
	}
	if o.to, err = parseOffset(c.Value("TZOFFSETTO")); err != nil {
		return o, err
	}
	if o.start, err = parseWall(c.Value("DTSTART")); err != nil {
		return o, err
	}
	for l := range c.All("RDATE") {
		for v := range strings.SplitSeq(l.Value(), ",") {
			t, err := parseWall(v)
			if err != nil {
				return o, err
			}
			o.dates = append(o.dates, t)
		}
	}
	// Programs write rules of no other frequency, and expanding others could take for ever.
	text := strings.ToUpper(c.Value("RRULE"))
	if !strings.Contains(text, "FREQ=YEARLY") || len(text) > 500 {
		return o, nil
	}
	if o.rule, err = rrule.StrToROption(text); err != nil {
		return o, err
	}
	if !o.rule.Until.IsZero() {
		o.rule.Until = o.rule.Until.Add(time.Duration(o.from) * time.Second)
	}
	return o, nil
}

// parseOffset reads +hhmm or +hhmmss.
func parseOffset(s string) (int, error) {
	s = strings.TrimSpace(s)
	n, err := strconv.Atoi(strings.TrimLeft(s, "+-"))
	if err != nil || len(s) < 4 || len(s) > 7 || n < 0 {
		return 0, fmt.Errorf("offset %.20q", s)
	}
	if len(s) < 6 {
		n *= 100
	}
	seconds := n/10000*3600 + n/100%100*60 + n%100
	if seconds >= 24*3600 {
		return 0, fmt.Errorf("offset %.20q", s)
	}
	if s[0] == '-' {
		seconds = -seconds
	}
	return seconds, nil
}

// parseWall reads a local time; the Z that some programs add is no reason to refuse it, and a date is its midnight.
func parseWall(s string) (time.Time, error) {
	s = strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(s)), "Z")
	layout := "20060102T150405"
	if len(s) == 8 {
		layout = "20060102"
	}
	t, err := time.Parse(layout, s)
	if err != nil {
		return t, fmt.Errorf("time %.20q", s)
	}
	return t, nil
}

// onsets are the changes of an observance in three years around one, as local times.
func (o *observance) onsets(year int) []time.Time {
	near := func(t time.Time) bool { return t.Year() >= year-1 && t.Year() <= year+1 }
	var out []time.Time
	for _, t := range append([]time.Time{o.start}, o.dates...) {
		if near(t) {
			out = append(out, t)
		}
	}
	if o.rule == nil {
		return out
	}
	opt := *o.rule
	opt.Dtstart = o.start
	// Years before do not matter, and there may be 400 of them.
	explicit := len(opt.Bymonth) > 0 && (len(opt.Byweekday) > 0 || len(opt.Bymonthday) > 0)
	if explicit && opt.Interval <= 1 && opt.Count == 0 && o.start.Year() < year-2 {
		opt.Dtstart = time.Date(year-2, 1, 1, o.start.Hour(), o.start.Minute(), o.start.Second(), 0, time.UTC)
	}
	r, err := rrule.NewRRule(opt)
	if err != nil {
		return out
	}
	next := r.Iterator()
	for range 1000 {
		t, ok := next()
		if !ok || t.Year() > year+1 {
			break
		}
		if near(t) && !slices.ContainsFunc(out, t.Equal) {
			out = append(out, t)
		}
	}
	return out
}

// change is the beginning of an observance.
type change struct {
	at time.Time // UTC
	o  *observance
}

// changes are those around a year, in order.
func (tz *Timezone) changes(year int) []change {
	var out []change
	for i := range tz.observances {
		o := &tz.observances[i]
		for _, t := range o.onsets(year) {
			out = append(out, change{t.Add(-time.Duration(o.from) * time.Second), o})
		}
	}
	slices.SortStableFunc(out, func(a, b change) int { return a.at.Compare(b.at) })
	return out
}

// offsets are the offset at a year's beginning and the changes of the offset in it. Before the first change of all, the offset before
// that change holds.
func (tz *Timezone) offsets(year int) (int, []change) {
	begin := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
	all := tz.changes(year)
	offset, known := 0, false
	var in []change
	for _, c := range all {
		switch {
		case c.at.Before(begin):
			offset, known = c.o.to, true
		case c.at.Before(begin.AddDate(1, 0, 0)):
			if !known {
				offset, known = c.o.from, true
			}
			in = append(in, c)
		}
	}
	if known {
		return offset, in
	}
	// Nothing changes in these years: what began last before them holds, or what was before the first of all.
	var last change
	var first *observance
	for i := range tz.observances {
		o := &tz.observances[i]
		if t := o.lastBefore(begin); !t.IsZero() && (last.o == nil || t.After(last.at)) {
			last = change{t, o}
		}
		if first == nil || o.start.Before(first.start) {
			first = o
		}
	}
	if last.o != nil {
		return last.o.to, nil
	}
	return first.from, nil
}

// lastBefore is the last change of an observance before an instant, as a local time; it is zero if there is none.
func (o *observance) lastBefore(at time.Time) (last time.Time) {
	years := []int{o.start.Year()}
	if r := o.rule; r != nil {
		switch {
		case !r.Until.IsZero():
			years = append(years, r.Until.Year())
		case r.Count > 0:
			years = append(years, o.start.Year()+(r.Count-1)*max(r.Interval, 1))
		default:
			years = append(years, at.Year()-1)
		}
	}
	for _, d := range o.dates {
		years = append(years, d.Year())
	}
	slices.Sort(years)
	for _, year := range slices.Compact(years) {
		for _, t := range o.onsets(min(year, at.Year())) {
			if t.Before(at) && t.After(last) {
				last = t
			}
		}
	}
	return last
}

// matches reports whether a location has the same offsets all through a year.
func (tz *Timezone) matches(loc *time.Location, year int) bool {
	offset, changes := tz.offsets(year)
	return sameYear(loc, year, offset, changes)
}

// sameYear compares a location with an offset and its changes in a year.
func sameYear(loc *time.Location, year, offset int, changes []change) bool {
	at := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
	end := at.AddDate(1, 0, 0)
	if _, have := at.In(loc).Zone(); have != offset {
		return false
	}
	for _, c := range changes {
		if c.o.to == offset {
			continue
		}
		t, ok := nextTransition(loc, at)
		if !ok || !t.at.Equal(c.at) || t.to != c.o.to {
			return false
		}
		at, offset = t.at, t.to
	}
	t, ok := nextTransition(loc, at)
	return !ok || !t.at.Before(end)
}

// rule is the VTIMEZONE's rule of a year in MAPI's form.
func (tz *Timezone) rule(year int) Rule {
	offset, changes := tz.offsets(year)
	var effective []change
	for _, c := range changes {
		if c.o.to != offset {
			effective = append(effective, c)
			offset = c.o.to
		}
	}
	if len(effective) < 2 || effective[0].o.from != effective[1].o.to {
		return Rule{Bias: int32(-offset / 60)}
	}
	a, b := effective[0].o, effective[1].o
	standard, daylight := min(a.to, b.to), max(a.to, b.to)
	r := Rule{Bias: int32(-standard / 60), DaylightBias: int32(-(daylight - standard) / 60)}
	for _, c := range effective[:2] {
		s, _ := nthOf([]time.Time{c.at.Add(time.Duration(c.o.from) * time.Second)})
		if rule := c.o.rule; rule != nil && len(rule.Byweekday) == 1 {
			if n := rule.Byweekday[0].N(); n >= 1 && n <= 4 {
				s.Day = uint16(n)
			}
		}
		if c.o.to == daylight {
			r.Daylight = s
		} else {
			r.Standard = s
		}
	}
	return r
}
