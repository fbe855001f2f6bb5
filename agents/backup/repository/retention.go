package repository

import (
	"fmt"
	"time"
)

// Policy says how many snapshots of a store stay: the newest Last, and the newest of each hour, day, week, month and year, as far back as its fields say.
type Policy struct{ Last, Hourly, Daily, Weekly, Monthly, Yearly int }

// Empty reports whether the policy keeps nothing; then nothing is removed, since that is hardly meant.
func (p Policy) Empty() bool { return p == Policy{} }

// Apply divides the snapshots of one store, the oldest first, into those that stay and those that go. The newest always stays, and so does
// what is held. Times are taken in a zone, so that a day is the operator's.
func (p Policy) Apply(list []Snapshot, zone *time.Location) (keep, remove []Snapshot) {
	stays := make([]bool, len(list))
	rules := []struct {
		n      int
		period func(time.Time) string
	}{
		{p.Last, nil},
		{p.Hourly, func(t time.Time) string { return t.Format("2006-01-02 15") }},
		{p.Daily, func(t time.Time) string { return t.Format("2006-01-02") }},
		{p.Weekly, func(t time.Time) string { y, w := t.ISOWeek(); return fmt.Sprint(y, w) }},
		{p.Monthly, func(t time.Time) string { return t.Format("2006-01") }},
		{p.Yearly, func(t time.Time) string { return t.Format("2006") }},
	}
	for _, rule := range rules {
		left, last := rule.n, ""
		for i := len(list) - 1; i >= 0 && left > 0; i-- {
			if rule.period != nil {
				period := rule.period(list[i].Time.In(zone))
				if period == last {
					continue
				}
				last = period
			}
			stays[i] = true
			left--
		}
	}
	for i, s := range list {
		if stays[i] || s.Hold || i == len(list)-1 || p.Empty() {
			keep = append(keep, s)
		} else {
			remove = append(remove, s)
		}
	}
	return keep, remove
}
