package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/pflag"

	"zarafa/daemon/subcommand"
	"zarafa/loadgen"
	"zarafa/loadgen/capacity"
	"zarafa/loadgen/report"
)

// capacityOptions are what the command line of "zload capacity" says.
type capacityOptions struct {
	playOptions
	slo          capacity.SLO
	start, max   int
	budget       time.Duration // of the whole search; 0 is none
	lateIsMissed bool
}

func capacityCommand(stdout io.Writer) subcommand.Command {
	flags := pflag.NewFlagSet("zload capacity", pflag.ContinueOnError)
	var o capacityOptions
	var slo string
	flags.StringVar(&slo, "slo", "p99<250ms", "what must hold: p50, p90, p95, p99 or p99.9 of all operations, and its limit")
	flags.IntVar(&o.start, "start", 10, "users of the first trial")
	flags.IntVar(&o.max, "max-users", 100, "users of the greatest trial; as many mailboxes must be filled")
	flags.DurationVar(&o.Duration, "duration", time.Minute, "for how long a trial may go on until it is decided")
	flags.DurationVar(&o.budget, "budget", 0, "for how long trials may be begun; then what was found so far counts. 0 is no limit")
	flags.DurationVar(&o.MaxSlip, "max-slip", 5*time.Millisecond, "how late the generator's schedule may be at p99")
	flags.BoolVar(&o.lateIsMissed, "late-is-missed", false, "a trial in which the generator was late does not pass, instead of ending the search; for a generator on the server's machine, where both are out of processor time together")
	flags.StringVar(&o.json, "json", "", "file to write the result to, for programs")
	o.Interval = lookEvery
	o.define(flags)
	return subcommand.Command{Name: "capacity", Short: "finds the greatest number of users that the server serves well", Options: flags, Run: func(ctx context.Context, _ []string) (int, error) {
		var err error
		if o.slo, err = capacity.ParseSLO(slo); err != nil {
			return exitUsage, fmt.Errorf("--slo: %w", err)
		}
		if o.start < 1 || o.max < o.start {
			return exitUsage, errors.New("--start must be at least 1, and --max-users no less")
		}
		if o.budget < 0 || o.MaxSlip <= 0 {
			return exitUsage, errors.New("--budget must not be negative, and --max-slip must be positive")
		}
		if err := o.finish(); err != nil {
			return exitUsage, err
		}
		for _, o.Users = range [...]int{o.start, o.max} {
			if err := o.Check(); err != nil {
				return exitUsage, err
			}
		}
		return searchCapacity(ctx, &o, stdout)
	}}
}

// lookEvery is how often a trial is looked at.
const lookEvery = 500 * time.Millisecond

// errVoid ends a search in which the load generator is the limit, or that had no time for a trial.
var errVoid = errors.New("void")

// searchCapacity searches, and writes the report that was asked for, of a search that failed too.
func searchCapacity(ctx context.Context, o *capacityOptions, stdout io.Writer) (int, error) {
	files, err := openReports(&o.playOptions)
	if err != nil {
		return exitUsage, err
	}
	found := report.Capacity{SLO: o.slo.String(), Profile: o.profile, Compress: o.Compress, Trials: []report.Trial{}}
	status, err := findCapacity(ctx, o, stdout, &found)
	found.Void = errors.Is(err, errVoid)
	return status, errors.Join(err, files.write(&found))
}

// findCapacity searches and says what was found.
func findCapacity(ctx context.Context, o *capacityOptions, stdout io.Writer, found *report.Capacity) (int, error) {
	keepSmall()
	search := capacity.NewSearch(o.start, o.max)
	begin := time.Now()
	for users, ok := search.Next(); ok; users, ok = search.Next() {
		if o.budget > 0 && time.Since(begin) > o.budget {
			found.OutOfTime = true
			break
		}
		t, status, err := trial(ctx, o, users, stdout)
		if t.Verdict != "" {
			found.Trials = append(found.Trials, t)
		}
		if status != exitOK {
			return status, err
		}
		search.Tried(t.Passed)
		found.Passed, found.Failed = search.Found()
		o.Seed++ // another day
	}
	if len(found.Trials) == 0 {
		return exitVoid, fmt.Errorf("%w: there was no time for a single trial; give a longer --budget", errVoid)
	}
	load := fmt.Sprintf("%v with profile %s ×%g", o.slo, o.profile, o.Compress)
	switch passed, failed := search.Found(); {
	case found.OutOfTime:
		fmt.Fprintf(stdout, "the time is up: %d users meet %s, and the least that did not were %d; 0 is none\n", passed, load, failed)
	case passed == 0:
		fmt.Fprintf(stdout, "not even 1 user meets %s\n", load)
	case failed == 0:
		fmt.Fprintf(stdout, "all %d users meet %s; more mailboxes and a greater --max-users would find the limit\n", passed, load)
	default:
		fmt.Fprintf(stdout, "%d users meet %s, %d do not\n", passed, load, failed)
	}
	return exitOK, nil
}

// trial plays a number of users until the outcome is clear. A status other than exitOK ends the search.
func trial(ctx context.Context, o *capacityOptions, users int, stdout io.Writer) (t report.Trial, status int, err error) {
	o.Users, o.Limit = users, o.slo.Limit
	o.Decide = func(count, slow int64) bool { return capacity.Judge(count, slow, o.slo.Slow()) != capacity.Undecided }
	r, err := loadgen.Run(ctx, o.Options)
	if err != nil {
		return t, exitFailed, err
	}
	t = report.NewTrial(r)
	verdict := capacity.Judge(r.All.Count, r.Slow, o.slo.Slow())
	late := r.Void != ""
	t.Passed = verdict == capacity.Met && r.Missed == 0 && !late
	switch {
	case t.Passed:
		t.Verdict = "meets"
	case late && verdict != capacity.Missed:
		t.Verdict = "has a generator too late to tell about"
	case verdict == capacity.Undecided:
		t.Verdict = "stays undecided about"
	default:
		t.Verdict = "does not meet"
	}
	fmt.Fprintf(stdout, "%6d users: %s %v, %d of %d operations slow, %d missed, p50 %v p99 %v, in %.1f s\n",
		users, t.Verdict, o.slo, r.Slow, r.All.Count, r.Missed, r.All.P50.Round(100*time.Microsecond), r.All.P99.Round(100*time.Microsecond), r.Duration.Seconds())
	switch {
	case r.Violation != nil:
		return t, exitWrong, r.Violation
	case late && !o.lateIsMissed:
		return t, exitVoid, fmt.Errorf("%w: with %d users %s", errVoid, users, r.Void)
	}
	return t, exitOK, nil
}
