package recur

import (
	"fmt"
	"strings"
	"time"

	"zarafa/calendar/zone"
)

// weekdayNames are those of RFC 5545, from Sunday.
var weekdayNames = [7]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

// Rule writes the series as an RRULE (RFC 5545 3.3.10) for a DTSTART that is its first instance, see [Recurrence.First]. UNTIL is in UTC, as
// the zone has it, or a date for days. A series of several weekdays has them in the order of the week. An error says why the pattern
// cannot be read.
func (r *Recurrence) Rule(loc *time.Location, allDay bool) (string, error) {
	if err := r.Check(); err != nil {
		return "", err
	}
	text := r.frequencyRule()
	switch r.EndType {
	case EndByCount:
		text += fmt.Sprintf(";COUNT=%d", max(r.Count, 1))
	case EndByDate:
		last, ok := r.LastDay()
		if !ok {
			last = r.Start
		}
		if allDay {
			text += ";UNTIL=" + last.Wall().Format("20060102")
		} else {
			text += ";UNTIL=" + zone.Instant((last+Minutes(r.StartOffset)).Wall(), loc).UTC().Format("20060102T150405Z")
		}
	}
	// Monday is the default.
	if r.Type == ByWeek && r.FirstWeekday != 1 {
		text += ";WKST=" + weekdayNames[r.FirstWeekday]
	}
	return text, nil
}

func (p *Pattern) frequencyRule() string {
	interval := func(n uint32) string {
		if n == 1 {
			return ""
		}
		return fmt.Sprintf(";INTERVAL=%d", n)
	}
	switch p.Type {
	case ByDay:
		return "FREQ=DAILY" + interval(p.Period/uint32(Day))
	case ByWeek:
		if p.Frequency == Daily && p.Period == 1 {
			return "FREQ=DAILY;BYDAY=" + p.weekdayList()
		}
		return "FREQ=WEEKLY" + interval(p.Period) + ";BYDAY=" + p.weekdayList()
	}
	text := "FREQ=MONTHLY" + interval(p.Period)
	if p.Frequency == Yearly && p.Period%12 == 0 {
		text = "FREQ=YEARLY" + interval(p.Period/12) + fmt.Sprintf(";BYMONTH=%d", p.firstMonth()%12+1)
	}
	if p.Type == ByNth {
		return text + p.nthRule()
	}
	switch {
	case p.Type == ByMonthEnd || p.Day >= 31:
		return text + ";BYMONTHDAY=-1"
	case p.Day == 30:
		return text + ";BYMONTHDAY=28,29,30;BYSETPOS=-1"
	case p.Day == 29:
		return text + ";BYMONTHDAY=28,29;BYSETPOS=-1"
	}
	return text + fmt.Sprintf(";BYMONTHDAY=%d", p.Day)
}

func (p *Pattern) nthRule() string {
	n := int(p.Nth)
	if n == Last {
		n = -1
	}
	if list := p.weekdayList(); strings.Contains(list, ",") {
		return fmt.Sprintf(";BYDAY=%s;BYSETPOS=%d", list, n)
	}
	return fmt.Sprintf(";BYDAY=%d%s", n, p.weekdayList())
}

// weekdayList has the weekdays from the week's first on.
func (p *Pattern) weekdayList() string {
	var names []string
	for i := range uint32(7) {
		if day := (p.FirstWeekday + i) % 7; p.Weekdays>>day&1 != 0 {
			names = append(names, weekdayNames[day])
		}
	}
	return strings.Join(names, ",")
}

// First is the first instance that the pattern has, deleted or not: what DTSTART is. ok is false for a pattern without instances.
func (r *Recurrence) First() (in Instance, ok bool) {
	if r.Check() != nil {
		return in, false
	}
	for day := range r.days(r.Start) {
		start := day + Minutes(r.StartOffset)
		return Instance{Start: start, End: day + Minutes(r.EndOffset), Original: start, Exception: -1}, true
	}
	return in, false
}

// Excluded are the starts of deleted instances, which are EXDATEs. Those of modified ones are not among them, and neither are days on
// which the pattern has nothing.
func (r *Recurrence) Excluded() []Minutes {
	modified := map[Minutes]bool{}
	for i := range r.Exceptions {
		modified[r.Exceptions[i].Original.Midnight()] = true
	}
	var out []Minutes
	for _, day := range r.Deleted {
		if !modified[day.Midnight()] && r.Has(day) {
			out = append(out, day.Midnight()+Minutes(r.StartOffset))
		}
	}
	return out
}
