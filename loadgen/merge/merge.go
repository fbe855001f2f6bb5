// Package merge makes one result of those of several load generators that played their shares of the users at one time.
//
// It is pure: it reads what it is given and keeps nothing. It adds histograms, never percentiles.
//
// It refuses files that are no results, parts that are there twice, and figures that contradict each other. Parts that
// cannot be added up, because one is missing, void, or of another run, give a result that is void and says why.
package merge

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"zarafa/loadgen"
	"zarafa/loadgen/latency"
)

// maxBytes is how long a file may be: a day of intervals has less than half of it.
const maxBytes = 256 << 20

// Read reads a result that "zload run --part --json" wrote.
func Read(r io.Reader) (*loadgen.Result, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxBytes {
		return nil, fmt.Errorf("the file is longer than %d MiB, so it is no result", maxBytes>>20)
	}
	result := new(loadgen.Result)
	if err := json.Unmarshal(text, result); err != nil {
		return nil, fmt.Errorf("this is no result of \"zload run --json\": %w", err)
	}
	switch {
	case len(result.Merged) > 0:
		return nil, errors.New("this result is merged already; merge the single ones together")
	case result.Part < 1 || result.Parts < result.Part:
		return nil, errors.New("this is not the result of one of several machines; run each with --part 1/2, --part 2/2, …")
	case result.Users < 0 || result.First < 0 || result.AllUsers < result.First+result.Users || result.Missed < 0 || result.Slow < 0 || result.Duration < 0:
		return nil, errors.New("figures are out of range; the file was changed")
	}
	return result, nil
}

// Merge makes one result of all parts.
func Merge(parts []*loadgen.Result) (*loadgen.Result, error) {
	if len(parts) == 0 {
		return nil, errors.New("there are no parts")
	}
	parts = slices.Clone(parts)
	slices.SortFunc(parts, func(a, b *loadgen.Result) int { return cmp.Compare(a.Part, b.Part) })
	for i, p := range parts[1:] {
		if p.Part == parts[i].Part {
			return nil, fmt.Errorf("part %d is there twice", p.Part)
		}
	}
	first := parts[0]
	all := &loadgen.Result{
		Started: first.Started, Start: first.Start, URL: first.URL, Server: first.Server, AllUsers: first.AllUsers,
		Prefix: first.Prefix, Asked: first.Asked, Interval: first.Interval, Profile: first.Profile, Compress: first.Compress, Seed: first.Seed,
	}
	for _, p := range parts {
		all.Users += p.Users
		all.Slow += p.Slow
		all.Missed += p.Missed
		all.Duration = max(all.Duration, p.Duration)
		if p.Started.Before(all.Started) {
			all.Started = p.Started
		}
		for _, guid := range p.ServerGUIDs {
			if !slices.Contains(all.ServerGUIDs, guid) {
				all.ServerGUIDs = append(all.ServerGUIDs, guid)
			}
		}
		if all.Violation == nil {
			all.Violation = p.Violation
		}
		all.Merged = append(all.Merged, loadgen.Machine{Part: p.Part, Host: p.Host, First: p.First, Users: p.Users, Count: p.All.Count, Late: p.Schedule.P99})
	}
	all.Host = together(parts, func(p *loadgen.Result) string { return p.Host })
	all.URL = together(parts, func(p *loadgen.Result) string { return p.URL })
	all.Void = strings.Join(doubts(parts), "; ")
	return all, errors.Join(mergeLatencies(all, parts), mergeIntervals(all, parts))
}

// together lists the different texts of the parts.
func together(parts []*loadgen.Result, of func(*loadgen.Result) string) string {
	var list []string
	for _, p := range parts {
		if text := of(p); !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return strings.Join(list, ", ")
}

// apart is how much the parts' beginnings may differ.
const apart = time.Second

// doubts says why the parts do not make one result, nothing if they do.
func doubts(parts []*loadgen.Result) (list []string) {
	first := parts[0]
	for n := 1; n <= first.Parts && n <= len(parts)+1; n++ { // no longer than it takes to find one
		if !slices.ContainsFunc(parts, func(p *loadgen.Result) bool { return p.Part == n }) {
			list = append(list, fmt.Sprintf("part %d of %d is missing", n, first.Parts))
			break
		}
	}
	for _, p := range parts {
		if p.Void != "" {
			list = append(list, fmt.Sprintf("part %d: %s", p.Part, p.Void))
		}
		if names := differences(first, p); len(names) > 0 {
			list = append(list, fmt.Sprintf("part %d was not of the same run as part %d: %s", p.Part, first.Part, strings.Join(names, ", ")))
		}
		if d := p.Start.Sub(first.Start).Abs(); d > apart {
			list = append(list, fmt.Sprintf("part %d began %v apart from part %d; give both the same --start-at", p.Part, d.Round(time.Millisecond), first.Part))
		}
	}
	for i, p := range parts[1:] {
		if before := parts[i]; p.First < before.First+before.Users {
			list = append(list, fmt.Sprintf("parts %d and %d have played the same users", before.Part, p.Part))
		}
	}
	return list
}

// differences names what must be the same of all parts and is not.
func differences(a, b *loadgen.Result) (list []string) {
	for _, f := range []struct {
		name string
		a, b any
	}{
		{"number of parts", a.Parts, b.Parts}, {"users of all parts", a.AllUsers, b.AllUsers}, {"prefix", a.Prefix, b.Prefix}, {"profile", a.Profile, b.Profile},
		{"compression", a.Compress, b.Compress}, {"seed", a.Seed, b.Seed}, {"duration", a.Asked, b.Asked}, {"interval", a.Interval, b.Interval},
		{"server's version", a.Server, b.Server},
	} {
		if f.a != f.b {
			list = append(list, fmt.Sprintf("%s %v, not %v", f.name, f.b, f.a))
		}
	}
	// The users of a cluster may be on some of its servers only.
	if !slices.ContainsFunc(a.ServerGUIDs, func(guid string) bool { return slices.Contains(b.ServerGUIDs, guid) }) {
		list = append(list, fmt.Sprintf("server %s, not %s", strings.Join(b.ServerGUIDs, " "), strings.Join(a.ServerGUIDs, " ")))
	}
	return list
}

// mergeLatencies adds up the operations of all parts.
func mergeLatencies(all *loadgen.Result, parts []*loadgen.Result) (err error) {
	byName := make(map[string][]latency.Summary)
	var every, notify, schedule []latency.Summary
	for _, p := range parts {
		for _, s := range p.Operations {
			byName[s.Operation] = append(byName[s.Operation], s)
		}
		every, notify, schedule = append(every, p.All), append(notify, p.Notify), append(schedule, p.Schedule)
	}
	var sum int64
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		s, err := latency.Merge(byName[name]...)
		if err != nil {
			return err
		}
		all.Operations = append(all.Operations, s)
		sum += s.Count
	}
	if all.All, err = latency.Merge(every...); err != nil {
		return err
	}
	if sum != all.All.Count {
		return fmt.Errorf("the operations are %d one by one, and %d together; a file was changed", sum, all.All.Count)
	}
	if all.Notify, err = latency.Merge(notify...); err != nil {
		return err
	}
	all.Schedule, err = latency.Merge(schedule...)
	return err
}

// mergeIntervals adds up what happened at one time, as long as all parts have it: a rate without one of them would be
// too low.
func mergeIntervals(all *loadgen.Result, parts []*loadgen.Result) error {
	n := len(parts[0].Intervals)
	for _, p := range parts {
		n = min(n, len(p.Intervals))
	}
	for i := range n {
		var sum loadgen.Interval
		var list []latency.Summary
		for _, p := range parts {
			interval := p.Intervals[i]
			sum.At = max(sum.At, interval.At)
			sum.Users += interval.Users
			sum.PerSecond += interval.PerSecond
			sum.Errors += interval.Errors
			list = append(list, interval.Latency)
			for _, u := range interval.Usage {
				u.Host = p.Host
				sum.Usage = append(sum.Usage, u)
			}
		}
		var err error
		if sum.Latency, err = latency.Merge(list...); err != nil {
			return fmt.Errorf("interval %d: %w", i+1, err)
		}
		all.Intervals = append(all.Intervals, sum)
	}
	return nil
}
