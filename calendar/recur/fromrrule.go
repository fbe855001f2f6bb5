package recur

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zarafa/calendar/zone"

	"github.com/teambition/rrule-go"
)

// Errors of rules.
var (
	// ErrRule is wrapped by errors about a rule that is none, or that is not supported.
	ErrRule = errors.New("recurrence rule")
	// ErrTooFine is wrapped by errors about rules that have several instances a day, which MAPI cannot hold in any form.
	ErrTooFine = errors.New("more than one instance a day")
	// errInexpressible is for what MAPI has no pattern for.
	errInexpressible = errors.New("no pattern of MAPI's is like it")
)

// Limits of Outlook on how far instances are apart (MS-OXOCAL 2.2.1.44.1).
const (
	maxDays, maxWeeks, maxMonths = 999, 99, 99
	maxRule                      = 2000 // bytes of a rule
)

// Set is a recurrence as iCalendar has it (RFC 5545 3.8.5). All times are local, as [zone.Wall] gives them; dates are midnights.
type Set struct {
	Start    time.Time
	Duration time.Duration
	AllDay   bool
	Location *time.Location // nil is UTC
	Rules    []string       // values of RRULE
	Added    []time.Time    // RDATE
	Excluded []Excluded     // EXDATE
}

// Excluded is an instance that a series does not have. Of a date, the time of day does not count.
type Excluded struct {
	Time time.Time
	Date bool
}

// Recurrence makes the series that MAPI has for a set. exact is false if MAPI has no pattern like it: the series is then daily, without
// the days on which nothing is, and ends some 3 years after from, or after the set's start if that is later. Such a series has to
// be made anew from the set now and then. Errors wrap [ErrRule] or [ErrTooFine].
func (s *Set) Recurrence(from time.Time) (r *Recurrence, exact bool, err error) {
	if s.Location == nil {
		s.Location = time.UTC
	}
	options := make([]*rrule.ROption, len(s.Rules))
	for i, text := range s.Rules {
		if options[i], err = s.option(text); err != nil {
			return nil, false, err
		}
	}
	if len(options) == 1 && len(s.Added) == 0 {
		r, err = s.pattern(options[0])
		if err == nil {
			s.exclude(r)
			return r, true, nil
		}
		if !errors.Is(err, errInexpressible) {
			return nil, false, err
		}
	}
	r, err = s.daily(options, from)
	return r, false, err
}

// option reads a rule. UNTIL in UTC becomes local time, as everything here is.
func (s *Set) option(text string) (*rrule.ROption, error) {
	text = strings.ToUpper(strings.TrimSpace(text))
	if len(text) > maxRule {
		return nil, fmt.Errorf("%w of %d bytes", ErrRule, len(text))
	}
	o, err := rrule.StrToROption(text)
	if err != nil {
		return nil, fmt.Errorf("%w %.80q: %w", ErrRule, text, err)
	}
	if o.Freq > rrule.DAILY || len(o.Byhour) > 1 || len(o.Byminute) > 1 || len(o.Bysecond) > 1 {
		return nil, fmt.Errorf("%w %.80q: %w", ErrRule, text, ErrTooFine)
	}
	o.Dtstart = s.Start
	o.Interval = max(o.Interval, 1)
	if !o.Until.IsZero() {
		o.Until = s.until(o.Until, text)
	}
	return o, nil
}

// until is the local time up to which instances are. A date holds all day.
func (s *Set) until(t time.Time, text string) time.Time {
	_, value, _ := strings.Cut(text, "UNTIL=")
	value, _, _ = strings.Cut(value, ";")
	switch {
	case len(value) == len("20060102"):
		return t.Add(24*time.Hour - time.Second)
	case strings.HasSuffix(value, "Z") && !s.AllDay:
		return zone.Wall(t, s.Location)
	}
	return t
}

// pattern is the pattern for a rule, if MAPI has one.
func (s *Set) pattern(o *rrule.ROption) (*Recurrence, error) {
	r := s.empty()
	p := &r.Pattern
	if len(o.Byyearday)+len(o.Byweekno)+len(o.Byeaster) > 0 || !s.sameClock(o) {
		return nil, errInexpressible
	}
	p.FirstWeekday = uint32(o.Wkst.Day()+1) % 7
	err := errInexpressible
	switch o.Freq {
	case rrule.DAILY:
		err = p.daily(o)
	case rrule.WEEKLY:
		err = p.weekly(o)
	case rrule.MONTHLY:
		if len(o.Bymonth) == 0 {
			p.Frequency = Monthly
			err = p.monthly(o, s.Start, 1)
		}
	case rrule.YEARLY:
		p.Frequency = Yearly
		err = p.yearly(o, s.Start)
	}
	if err != nil {
		return nil, err
	}
	if !onPattern(p) {
		return nil, errInexpressible
	}
	p.setFirst()
	return r, s.finish(r, o)
}

// empty is a series that has no pattern yet.
func (s *Set) empty() *Recurrence {
	midnight := MinutesOf(s.Start).Midnight()
	r := &Recurrence{
		Pattern: Pattern{
			ReaderVersion: readerVersion, WriterVersion: readerVersion, EndType: EndNever, Count: 10, Start: midnight, End: NoEnd,
		},
		ReaderVersion2: readerVersion2, WriterVersion2: writerVersion2,
		StartOffset: uint32(MinutesOf(s.Start) - midnight),
	}
	r.EndOffset = r.StartOffset + uint32(max(s.Duration, 0)/time.Minute)
	return r
}

// sameClock reports whether BYHOUR, BYMINUTE and BYSECOND say nothing but when the set starts.
func (s *Set) sameClock(o *rrule.ROption) bool {
	same := func(list []int, have int) bool { return len(list) == 0 || list[0] == have }
	return same(o.Byhour, s.Start.Hour()) && same(o.Byminute, s.Start.Minute()) && same(o.Bysecond, s.Start.Second())
}

// onPattern reports whether the start is an instance. RFC 5545 counts it as one in any case, MAPI does not.
func onPattern(p *Pattern) bool {
	if p.Check() != nil {
		return false
	}
	for day := range p.raw(p.Start) {
		return day == p.Start
	}
	return false
}

func (p *Pattern) daily(o *rrule.ROption) error {
	if len(o.Bymonth)+len(o.Bymonthday)+len(o.Bysetpos) > 0 || o.Interval > maxDays {
		return errInexpressible
	}
	p.Frequency = Daily
	if len(o.Byweekday) == 0 {
		p.Type, p.Period = ByDay, uint32(o.Interval)*uint32(Day)
		return nil
	}
	if o.Interval != 1 {
		return errInexpressible
	}
	p.Type, p.Period = ByWeek, 1
	return p.setWeekdays(o)
}

func (p *Pattern) weekly(o *rrule.ROption) error {
	if len(o.Bymonth)+len(o.Bymonthday)+len(o.Bysetpos) > 0 || o.Interval > maxWeeks {
		return errInexpressible
	}
	p.Frequency, p.Type, p.Period = Weekly, ByWeek, uint32(o.Interval)
	if len(o.Byweekday) == 0 {
		p.Weekdays = 1 << p.Start.weekday()
		return nil
	}
	return p.setWeekdays(o)
}

// setWeekdays takes BYDAY without numbers.
func (p *Pattern) setWeekdays(o *rrule.ROption) error {
	for _, d := range o.Byweekday {
		if d.N() != 0 {
			return errInexpressible
		}
		p.Weekdays |= 1 << (uint(d.Day()+1) % 7)
	}
	return nil
}

func (p *Pattern) yearly(o *rrule.ROption, start time.Time) error {
	switch {
	case len(o.Bymonth) > 1, len(o.Bymonth) == 1 && o.Bymonth[0] != int(start.Month()):
		return errInexpressible
	case len(o.Bymonth) == 0 && (len(o.Byweekday) > 0 || len(o.Bymonthday) > 0):
		return errInexpressible // these are of the year, or of every month
	}
	return p.monthly(o, start, 12)
}

// monthly takes a day of the month or a numbered weekday; the interval is in units of as many months.
func (p *Pattern) monthly(o *rrule.ROption, start time.Time, unit int) error {
	if o.Interval*unit > maxMonths {
		return errInexpressible
	}
	p.Period = uint32(o.Interval * unit)
	switch {
	case len(o.Byweekday) > 0 && len(o.Bymonthday) > 0:
		return errInexpressible
	case len(o.Byweekday) > 0:
		return p.nth(o)
	case len(o.Bymonthday) == 0 && len(o.Bysetpos) == 0:
		p.Type, p.Day = ByMonth, uint32(start.Day())
		return nil
	}
	day, ok := monthDay(o)
	if !ok {
		return errInexpressible
	}
	p.Type, p.Day = ByMonth, day
	return nil
}

// monthDay reads BYMONTHDAY: one day, -1 for the last, or 28 up to a day with BYSETPOS=-1, which is that day or the month's last.
func monthDay(o *rrule.ROption) (uint32, bool) {
	days := slices.Clone(o.Bymonthday)
	slices.Sort(days)
	days = slices.Compact(days)
	switch {
	case len(days) == 1 && (len(o.Bysetpos) == 0 || len(o.Bysetpos) == 1 && (o.Bysetpos[0] == 1 || o.Bysetpos[0] == -1)):
		if days[0] == -1 {
			return 31, true
		}
		return uint32(days[0]), days[0] > 0
	case len(days) > 1 && len(o.Bysetpos) == 1 && o.Bysetpos[0] == -1 && days[0] == 28 && days[len(days)-1] == 27+len(days):
		return uint32(days[len(days)-1]), true
	}
	return 0, false
}

// nth takes BYDAY with a number, or a set of weekdays of which BYSETPOS takes one.
func (p *Pattern) nth(o *rrule.ROption) error {
	n := 0
	switch {
	case len(o.Byweekday) == 1 && len(o.Bysetpos) == 0:
		d := o.Byweekday[0]
		n, p.Weekdays = d.N(), 1<<(uint(d.Day()+1)%7)
	case len(o.Bysetpos) == 1:
		n = o.Bysetpos[0]
		if err := p.setWeekdays(o); err != nil {
			return err
		}
	}
	if n == -1 {
		n = Last
	} else if n < 1 || n > 4 {
		return errInexpressible
	}
	p.Type, p.Nth = ByNth, uint32(n)
	return nil
}

// skipsMonths reports whether the rule, unlike MAPI's pattern, has nothing in months that are too short for its day.
func skipsMonths(p *Pattern, o *rrule.ROption) bool {
	return p.Type == ByMonth && p.Day > 28 && len(o.Bymonthday) <= 1 && !slices.Contains(o.Bymonthday, -1)
}

// horizon is for how many years instances are deleted of an endless series that MAPI has in too many months.
const horizon = 40

// finish sets the end, and deletes what the pattern has in months that the rule has nothing in.
func (s *Set) finish(r *Recurrence, o *rrule.ROption) error {
	p := &r.Pattern
	short := skipsMonths(p, o)
	missing := func(day Minutes) bool { return short && day.Wall().Day() != int(p.Day) }
	if o.Count == 0 && o.Until.IsZero() {
		if short {
			for day := range p.raw(p.Start) {
				if day > p.Start+horizon*366*Day {
					break
				}
				if missing(day) {
					p.Deleted = append(p.Deleted, day)
				}
			}
		}
		return nil
	}
	count, found := uint32(0), 0
	for day := range p.raw(p.Start) {
		if o.Count > 0 && found == o.Count || !o.Until.IsZero() && (day+Minutes(r.StartOffset)).Wall().After(o.Until) && found > 0 {
			break
		}
		if count++; count > maxInstances {
			return fmt.Errorf("%w with more than %d instances", ErrRule, maxInstances)
		}
		if missing(day) {
			p.Deleted = append(p.Deleted, day)
		} else {
			found++
			p.End = day
		}
		p.Count = count
	}
	// Months behind the last instance that were looked at are of no series.
	p.Deleted = slices.DeleteFunc(p.Deleted, func(d Minutes) bool { return d > p.End })
	p.Count = uint32(found + len(p.Deleted))
	p.EndType = EndByDate
	if o.Count > 0 {
		p.EndType = EndByCount
	}
	return nil
}

// maxInstances bounds series that have an end: some 100 years of days.
const maxInstances = 40000

// exclude deletes the instances of EXDATE. One at another time of day is of no instance.
func (s *Set) exclude(r *Recurrence) {
	for _, x := range s.Excluded {
		m := MinutesOf(x.Time)
		if day := m.Midnight(); (x.Date || uint32(m-day) == r.StartOffset) && r.Has(day) {
			r.Deleted = insert(r.Deleted, day)
		}
	}
}
