package recur

import (
	"fmt"
	"slices"
	"time"

	"github.com/teambition/rrule-go"
)

// maxDaily is how many days a series in place of a set may span: some 3 years.
const maxDaily = 1096

// daily is a series of every day in which the days without an instance are deleted.
func (s *Set) daily(options []*rrule.ROption, from time.Time) (*Recurrence, error) {
	starts, err := s.expand(options, from)
	if err != nil {
		return nil, err
	}
	if len(starts) == 0 {
		return nil, fmt.Errorf("%w without instances", ErrRule)
	}
	r := s.empty()
	r.Frequency, r.Type, r.Period, r.FirstWeekday = Daily, ByDay, uint32(Day), 1
	r.Start, r.End = starts[0].Midnight(), starts[len(starts)-1].Midnight()
	r.EndType, r.Count = EndByDate, uint32((r.End-r.Start)/Day)+1
	r.setFirst()
	days := make(map[Minutes]Minutes, len(starts))
	for _, m := range starts {
		if _, twice := days[m.Midnight()]; twice {
			return nil, fmt.Errorf("%w: %s: %w", ErrRule, m.Wall().Format(time.DateOnly), ErrTooFine)
		}
		days[m.Midnight()] = m
	}
	for day := r.Start; day <= r.End; day += Day {
		start, ok := days[day]
		switch {
		case !ok:
			r.Deleted = append(r.Deleted, day)
		case uint32(start-day) != r.StartOffset:
			// An RDATE, or a rule that is not at the set's own time of day.
			length := Minutes(r.EndOffset - r.StartOffset)
			r.Modify(Exception{Start: start, End: start + length, Original: day + Minutes(r.StartOffset)})
		}
	}
	return r, nil
}

// expand are the starts of the set's instances, without the excluded ones, in order.
func (s *Set) expand(options []*rrule.ROption, from time.Time) ([]Minutes, error) {
	if from.Before(s.Start) {
		from = s.Start
	}
	to := from.AddDate(0, 0, maxDaily-1)
	excluded, excludedDays := map[Minutes]bool{}, map[Minutes]bool{}
	for _, x := range s.Excluded {
		if m := MinutesOf(x.Time); x.Date {
			excludedDays[m.Midnight()] = true
		} else {
			excluded[m] = true
		}
	}
	var all []Minutes
	keep := func(t time.Time) {
		m := MinutesOf(t)
		if !t.Before(from) && !t.After(to) && !excluded[m] && !excludedDays[m.Midnight()] {
			all = append(all, m)
		}
	}
	keep(s.Start)
	for _, t := range s.Added {
		keep(t)
	}
	for _, o := range options {
		rule, err := rrule.NewRRule(*o)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrRule, err)
		}
		next := rule.Iterator()
		for range maxInstances {
			t, ok := next()
			if !ok || t.After(to) {
				break
			}
			keep(t)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
