package loadgen

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"
)

// newResult begins a result with what the options say.
func newResult(o Options, started time.Time) *Result {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown" // it is only shown
	}
	first, users := o.share()
	return &Result{
		Started: started, Host: host, URL: o.URL, Users: users, First: first, AllUsers: o.Users, Part: o.Part, Parts: o.Parts, Prefix: o.Prefix,
		Profile: o.Profile.Name, Compress: o.Compress, Seed: o.Seed, Asked: o.Duration, Interval: o.Interval,
	}
}

// source is the name of this run in the marks of its items. Machines that begin in the same microsecond differ by their parts.
func source(o Options, started time.Time) string {
	return fmt.Sprintf("r%xp%d", started.UnixMicro(), o.Part)
}

// servers are the servers that the players are on: one, or those of a cluster.
func (r *run) servers() []string {
	var list []string
	for _, p := range r.players {
		if !slices.Contains(list, p.guid) {
			list = append(list, p.guid)
		}
	}
	slices.Sort(list)
	return list
}

// awaitStart waits until all machines begin. It returns the moment that they have agreed on, whatever this machine's delay.
func (r *run) awaitStart(ctx context.Context) (time.Time, error) {
	now, at := time.Now(), r.options.StartAt
	if at.IsZero() {
		return now, nil
	}
	left := at.Sub(now)
	if left < 0 {
		return now, fmt.Errorf("--start-at: %d users were ready only %.1f s after the start; give all machines a later time", len(r.players), -left.Seconds())
	}
	timer := newWaiter()
	defer timer.stop()
	if timer.wait(ctx, left, nil) != reached {
		return now, context.Cause(ctx)
	}
	return now.Add(left), nil // by the clock that nobody sets
}
