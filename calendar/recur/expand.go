package recur

import (
	"iter"
	"slices"
	"sort"
	"time"

	"zarafa/calendar/zone"
)

// Instance is one instance of a series, in local time.
type Instance struct {
	Start, End Minutes
	// Original is when the pattern has it.
	Original Minutes
	// Exception is its place in Recurrence.Exceptions, or -1.
	Exception int
}

// days are the days of the pattern from one on, deleted ones too, until the end of the series. It needs a pattern that Check accepts. The
// time before the first day does not grow with the distance from the series' start.
func (p *Pattern) days(from Minutes) iter.Seq[Minutes] {
	return func(yield func(Minutes) bool) {
		end, ok := p.end()
		if !ok {
			return
		}
		for day := range p.raw(max(from, p.Start)) {
			if day > end || !yield(day) {
				return
			}
		}
	}
}

// end is the latest day that an instance may be on; ok is false for a series that has none.
func (p *Pattern) end() (end Minutes, ok bool) {
	switch p.EndType {
	case EndByDate:
		return min(p.End, NoEnd), true
	case EndByCount:
	default:
		return NoEnd, true
	}
	var first Minutes
	for first = range p.raw(p.Start) {
		ok = p.Count > 0
		break
	}
	more, day := uint64(p.Count)-1, uint64(first)
	switch p.Type {
	case ByDay:
		day += more * uint64(p.Period)
	case ByWeek:
		// Count the weekdays from the beginning of the first instance's week.
		week := p.weekStart(first)
		var days []Minutes
		for i := range Minutes(7) {
			if d := week + i*Day; p.Weekdays>>d.weekday()&1 != 0 {
				days = append(days, d)
			}
		}
		n := uint64(slices.Index(days, first)) + more
		day = uint64(days[n%uint64(len(days))]) + n/uint64(len(days))*7*uint64(Day)*uint64(p.Period)
	default:
		month := uint64(first.month()) + more*uint64(p.Period)
		if month >= uint64(NoEnd.month()) {
			return NoEnd, ok
		}
		return p.inMonth(int(month)), ok
	}
	return Minutes(min(day, uint64(NoEnd))), ok
}

// raw are the days of the pattern from one on, without regard to the end. They end with the time that can be expressed.
func (p *Pattern) raw(from Minutes) iter.Seq[Minutes] {
	switch p.Type {
	case ByDay:
		return p.rawDays(from)
	case ByWeek:
		return p.rawWeeks(from)
	}
	return p.rawMonths(from)
}

func (p *Pattern) rawDays(from Minutes) iter.Seq[Minutes] {
	return func(yield func(Minutes) bool) {
		period := uint64(p.Period)
		day := uint64(p.Start.Midnight())
		if uint64(from) > day {
			day += (uint64(from) - day + period - 1) / period * period
		}
		for ; day <= uint64(NoEnd); day += period {
			if !yield(Minutes(day)) {
				return
			}
		}
	}
}

func (p *Pattern) rawWeeks(from Minutes) iter.Seq[Minutes] {
	return func(yield func(Minutes) bool) {
		period := 7 * uint64(Day) * uint64(p.Period)
		week := uint64(p.weekStart(p.Start))
		if uint64(from) > week {
			week += (uint64(from) - week) / period * period
		}
		for ; week <= uint64(NoEnd); week += period {
			for i := range Minutes(7) {
				day := Minutes(week) + i*Day
				if day >= from.Midnight() && day >= p.Start.Midnight() && p.Weekdays>>day.weekday()&1 != 0 && !yield(day) {
					return
				}
			}
		}
	}
}

func (p *Pattern) rawMonths(from Minutes) iter.Seq[Minutes] {
	return func(yield func(Minutes) bool) {
		month, period := p.firstMonth(), int(p.Period)
		if m := from.month(); m > month {
			month += (m - month) / period * period
		}
		for ; month <= NoEnd.month(); month += period {
			day := p.inMonth(month)
			if day >= from.Midnight() && day >= p.Start.Midnight() && !yield(day) {
				return
			}
		}
	}
}

// firstMonth is the month that others are counted from: that of the start if the start is a day of the pattern. Otherwise the start
// is only when the series begins to count, and of a yearly one FirstDateTime has the month.
func (p *Pattern) firstMonth() int {
	month := p.Start.month()
	if p.Frequency == Yearly && p.inMonth(month) != p.Start.Midnight() {
		month += (p.FirstDateTime.month()%12 - month%12 + 12) % 12
	}
	return month
}

// inMonth is the pattern's day in a month.
func (p *Pattern) inMonth(month int) Minutes {
	switch p.Type {
	case ByMonth:
		return dayOfMonth(month, int(p.Day))
	case ByMonthEnd:
		return dayOfMonth(month, 31)
	}
	first := dayOfMonth(month, 1)
	found, n := first, uint32(0)
	for i := range daysIn(month) {
		day := first + Minutes(i)*Day
		if p.Weekdays>>day.weekday()&1 == 0 {
			continue
		}
		if found, n = day, n+1; n == p.Nth && p.Nth != Last {
			break
		}
	}
	return found
}

// Has reports whether the pattern has an instance on a day, be it deleted.
func (p *Pattern) Has(day Minutes) bool {
	if p.Check() != nil {
		return false
	}
	day = day.Midnight()
	for d := range p.days(day) {
		return d == day
	}
	return false
}

// Days are the days of the pattern that are not deleted, from one on. An error says why there are none.
func (p *Pattern) Days(from Minutes) (iter.Seq[Minutes], error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	return func(yield func(Minutes) bool) {
		for day := range p.days(from) {
			if _, deleted := slices.BinarySearch(p.Deleted, day); !deleted && !yield(day) {
				return
			}
		}
	}, nil
}

// LastDay is the last day of the pattern, deleted or not; ok is false for a series without an end or without instances.
func (p *Pattern) LastDay() (last Minutes, ok bool) {
	if p.Endless() || p.Check() != nil {
		return 0, false
	}
	end, ok := p.end()
	if !ok || p.EndType == EndByCount {
		return end, ok
	}
	// Far enough back to meet an instance, whatever the pattern.
	span := 62 * uint64(Day) * uint64(p.Period)
	if p.Type == ByDay {
		span = uint64(p.Period)
	}
	from := p.Start
	if uint64(end) > span {
		from = max(from, end-Minutes(span))
	}
	ok = false
	for day := range p.days(from) {
		last, ok = day, true
	}
	return last, ok
}

// Instances are the instances that overlap the time from one moment to another, in the order of their starts. Modified ones are where
// they were moved to; those of them whose original is not in the pattern are left out. Nothing is computed beyond what is taken. An error
// says why the pattern has none.
func (r *Recurrence) Instances(from, to Minutes) (iter.Seq[Instance], error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	if r.EndOffset < r.StartOffset || r.StartOffset >= 1<<20 || r.EndOffset >= 1<<26 {
		return nil, ErrBlob
	}
	gone := slices.Clone(r.Deleted)
	for i := range r.Exceptions {
		gone = append(gone, r.Exceptions[i].Original.Midnight())
	}
	slices.Sort(gone)
	exceptions := r.exceptions(from, to)
	first := Minutes(0)
	if from > Minutes(r.EndOffset) {
		first = (from - Minutes(r.EndOffset)).Midnight()
	}
	return func(yield func(Instance) bool) {
		rest := exceptions
		for day := range r.days(first) {
			in := Instance{Start: day + Minutes(r.StartOffset), End: day + Minutes(r.EndOffset), Exception: -1}
			in.Original = in.Start
			if in.Start >= to {
				break
			}
			if _, found := slices.BinarySearch(gone, day); found || !overlaps(in, from, to) {
				continue
			}
			for len(rest) > 0 && rest[0].Start < in.Start {
				if !yield(rest[0]) {
					return
				}
				rest = rest[1:]
			}
			if !yield(in) {
				return
			}
		}
		for _, in := range rest {
			if !yield(in) {
				return
			}
		}
	}, nil
}

// overlaps reports whether an instance has a moment in a time. One without a length has its start.
func overlaps(in Instance, from, to Minutes) bool {
	return in.Start < to && (in.End > from || in.Start == in.End && in.Start >= from)
}

// exceptions are the modified instances in a time, in order.
func (r *Recurrence) exceptions(from, to Minutes) []Instance {
	var out []Instance
	for i := range r.Exceptions {
		e := &r.Exceptions[i]
		in := Instance{Start: e.Start, End: max(e.Start, e.End), Original: e.Original, Exception: i}
		if overlaps(in, from, to) && r.Has(e.Original) {
			out = append(out, in)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Start < out[j].Start })
	return out
}

// Occurrence is an instance in time.
type Occurrence struct {
	Start, End time.Time
	// Original is when the pattern has it.
	Original  time.Time
	Exception int
}

// Occurrences are the instances that overlap the time from one instant to another, for a series in a zone.
func (r *Recurrence) Occurrences(loc *time.Location, from, to time.Time) (iter.Seq[Occurrence], error) {
	// A day on both sides holds any change of the clocks.
	wallFrom, wallTo := MinutesOf(zone.Wall(from, loc).AddDate(0, 0, -1)), MinutesOf(zone.Wall(to, loc).AddDate(0, 0, 1))
	instances, err := r.Instances(wallFrom, wallTo)
	if err != nil {
		return nil, err
	}
	return func(yield func(Occurrence) bool) {
		for in := range instances {
			o := Occurrence{
				Start: zone.Instant(in.Start.Wall(), loc), End: zone.Instant(in.End.Wall(), loc),
				Original: zone.Instant(in.Original.Wall(), loc), Exception: in.Exception,
			}
			if o.Start.Before(to) && (o.End.After(from) || o.Start.Equal(o.End) && !o.Start.Before(from)) && !yield(o) {
				return
			}
		}
	}, nil
}
