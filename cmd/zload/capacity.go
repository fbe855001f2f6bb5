package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/pflag"

	"zarafa/loadgen"
	"zarafa/loadgen/capacity"
)

// capacityOptions are what the command line of "zload capacity" says.
type capacityOptions struct {
	playOptions
	slo        capacity.SLO
	start, max int
}

func capacityCommand(stdout io.Writer) command {
	flags := pflag.NewFlagSet("zload capacity", pflag.ContinueOnError)
	var o capacityOptions
	var slo string
	flags.StringVar(&slo, "slo", "p99<250ms", "what must hold: p50, p90, p95, p99 or p99.9 of all operations, and its limit")
	flags.IntVar(&o.start, "start", 10, "users of the first trial")
	flags.IntVar(&o.max, "max-users", 100, "users of the greatest trial; as many mailboxes must be filled")
	flags.DurationVar(&o.Duration, "duration", time.Minute, "for how long a trial may go on until it is decided")
	o.Interval = lookEvery
	o.define(flags)
	return command{flags, func(ctx context.Context) (int, error) {
		var err error
		if o.slo, err = capacity.ParseSLO(slo); err != nil {
			return exitUsage, fmt.Errorf("--slo: %w", err)
		}
		if o.start < 1 || o.max < o.start {
			return exitUsage, errors.New("--start must be at least 1, and --max-users no less")
		}
		if err := o.finish(); err != nil {
			return exitUsage, err
		}
		return findCapacity(ctx, &o, stdout)
	}}
}

// lookEvery is how often a trial is looked at.
const lookEvery = 500 * time.Millisecond

// errVoid ends a search in which the load generator is the limit.
var errVoid = errors.New("void")

// findCapacity searches and says what was found.
func findCapacity(ctx context.Context, o *capacityOptions, stdout io.Writer) (int, error) {
	search := capacity.NewSearch(o.start, o.max)
	for users, ok := search.Next(); ok; users, ok = search.Next() {
		passed, status, err := trial(ctx, o, users, stdout)
		if status != exitOK {
			return status, err
		}
		search.Tried(passed)
		o.Seed++ // another day
	}
	switch passed, failed := search.Found(); {
	case passed == 0:
		fmt.Fprintf(stdout, "not even 1 user meets %v with profile %s ×%g\n", o.slo, o.profile, o.Compress)
	case failed == 0:
		fmt.Fprintf(stdout, "all %d users meet %v with profile %s ×%g; more mailboxes and a greater --max-users would find the limit\n", passed, o.slo, o.profile, o.Compress)
	default:
		fmt.Fprintf(stdout, "%d users meet %v with profile %s ×%g, %d do not\n", passed, o.slo, o.profile, o.Compress, failed)
	}
	return exitOK, nil
}

// trial plays a number of users until the outcome is clear. A status other than exitOK ends the search.
func trial(ctx context.Context, o *capacityOptions, users int, stdout io.Writer) (passed bool, status int, err error) {
	o.Users, o.Limit = users, o.slo.Limit
	o.Decide = func(count, slow int64) bool { return capacity.Judge(count, slow, o.slo.Slow()) != capacity.Undecided }
	r, err := loadgen.Run(ctx, o.Options)
	if err != nil {
		return false, exitFailed, err
	}
	verdict := capacity.Judge(r.All.Count, r.Slow, o.slo.Slow())
	passed = verdict == capacity.Met && r.Missed == 0
	word := "does not meet"
	switch {
	case passed:
		word = "meets"
	case verdict == capacity.Undecided:
		word = "stays undecided about"
	}
	fmt.Fprintf(stdout, "%6d users: %s %v, %d of %d operations slow, %d missed, p50 %v p99 %v, in %.1f s\n",
		users, word, o.slo, r.Slow, r.All.Count, r.Missed, r.All.P50.Round(100*time.Microsecond), r.All.P99.Round(100*time.Microsecond), r.Duration.Seconds())
	switch {
	case r.Violation != nil:
		return false, exitWrong, r.Violation
	case r.Void != "":
		return false, exitVoid, fmt.Errorf("%w: with %d users %s", errVoid, users, r.Void)
	}
	return passed, exitOK, nil
}
