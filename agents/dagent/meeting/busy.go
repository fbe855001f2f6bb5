package meeting

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"zarafa/calendar/ical"
	"zarafa/mapi"
)

// Kinds of resources (PR_DISPLAY_TYPE_EX).
const (
	room      = 7
	equipment = 8
)

// isResource reports whether the owner is no person: what is booked there is taken, whatever its organizer means.
func (j *job) isResource() bool {
	return j.owner.DisplayType == room || j.owner.DisplayType == equipment
}

// horizon is how far into the future a series is looked at.
const horizon = 2 // years

// wanted are the times that the message asks for, as far as they matter: of a series those from now on, to the horizon.
func (j *job) wanted(ctx context.Context) ([]ical.Time, error) {
	from, to := time.Time{}, time.Unix(1<<37, 0) // all times that MAPI has
	if isSet(j.message, recurring) {
		from, to = j.now, j.now.AddDate(horizon, 0, 0)
	}
	return ical.Times(j.message, from, to, j.options(ctx))
}

// span is the time from the start of the first to the end of the last.
func span(times []ical.Time) (from, to time.Time) {
	for i, t := range times {
		if i == 0 || t.Start.Before(from) {
			from = t.Start
		}
		if t.End.After(to) {
			to = t.End
		}
	}
	return from, to
}

// period is a time without a moment in which one more would fit.
type period struct{ start, end time.Time }

// full are the periods in which a number of others or more are busy at the same moment. Times that are free, tentative or spent working
// elsewhere take nothing.
func full(taken []ical.Time, capacity int) []period {
	type edge struct {
		at   time.Time
		step int
	}
	var edges []edge
	for _, t := range taken {
		if (t.Busy == ical.Busy || t.Busy == ical.OutOfOffice) && t.Start.Before(t.End) {
			edges = append(edges, edge{t.Start, 1}, edge{t.End, -1})
		}
	}
	// At one moment what ends makes room for what begins.
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.step, b.step)) })
	var out []period
	depth := 0
	for _, e := range edges {
		was := depth
		if depth += e.step; was < capacity && depth >= capacity {
			out = append(out, period{start: e.at})
		} else if was >= capacity && depth < capacity {
			out[len(out)-1].end = e.at
		}
	}
	return out
}

// clashes are those of the wanted times in which there is no room for one more.
func clashes(wanted, taken []ical.Time, capacity int) []ical.Time {
	periods := full(taken, capacity)
	var out []ical.Time
	for _, w := range wanted {
		// The first period that has not ended when it starts.
		i, _ := slices.BinarySearchFunc(periods, w.Start, func(p period, at time.Time) int {
			if p.end.After(at) {
				return 1
			}
			return -1
		})
		if i < len(periods) && (periods[i].start.Before(w.End) || w.Start.Equal(w.End) && !periods[i].start.After(w.Start)) {
			out = append(out, w)
		}
	}
	return out
}

// conflicts are the wanted times in which the owner is not free, by the entries that take looks at. How many he can take at the same time
// is asked only where it matters.
func (j *job) conflicts(ctx context.Context, wanted []ical.Time, list []entry, take func(*entry) bool) ([]ical.Time, error) {
	if !j.settings.DeclineConflicting || len(wanted) == 0 {
		return nil, nil
	}
	from, to := span(wanted)
	taken := j.times(ctx, list, from, to.Add(time.Second), func(e *entry) bool { return !j.same(e) && take(e) })
	out := clashes(wanted, taken, 1)
	if len(out) == 0 || j.owner.DisplayType != equipment {
		return out, nil
	}
	props, err := j.session.EntryProps(ctx, j.owner.EntryID)
	if err != nil {
		return nil, fmt.Errorf("reading the capacity: %w", err)
	}
	return clashes(wanted, taken, max(1, int(props.Uint32(mapi.PrEMSABRoomCapacity)))), nil
}
