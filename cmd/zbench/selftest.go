package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"zarafa/bench/gate"
	"zarafa/bench/report"
	"zarafa/daemon/subcommand"
)

// selftestOptions are what the command line of "zbench selftest" says.
type selftestOptions struct {
	measuring
	revision string
	times    int
	slow     float64
	json     string
}

func selftestCommand(stdout, stderr io.Writer) subcommand.Command {
	flags := pflag.NewFlagSet("zbench selftest", pflag.ContinueOnError)
	var o selftestOptions
	flags.StringVar(&o.revision, "revision", "HEAD", "what is compared with itself")
	flags.IntVar(&o.times, "times", 200, "how often")
	flags.Float64Var(&o.slow, "slow", 0, "percent of slow-down that is built into the new side; 0: none")
	flags.StringVar(&o.SlowBench, "slow-bench", "^Operation/Page$", "benchmarks that are slowed down")
	flags.StringVar(&o.json, "json", "", "folder to write the results of all comparisons to")
	o.defineComparison(flags)
	return subcommand.Command{Name: "selftest", Short: "shows how often \"ab\" is red without and with a built-in slow-down", Options: flags, Run: func(ctx context.Context, _ []string) (int, error) {
		o.Old, o.New, o.Slow = o.revision, o.revision, o.slow/100
		err := o.check()
		if err == nil {
			err = o.finishComparison(ctx, stderr)
		}
		if err == nil {
			err = selftest(ctx, &o, stdout)
		}
		return status(err), err
	}}
}

// check looks at the options of the self-test alone.
func (o *selftestOptions) check() error {
	if o.times < 1 {
		return usageError{errors.New("--times is out of bounds: it must be 1 at least")}
	}
	if o.slow < 0 {
		return usageError{errors.New("--slow is out of bounds: it must not be negative")}
	}
	if _, err := regexp.Compile(o.SlowBench); err != nil {
		return usageError{fmt.Errorf("--slow-bench: %w", err)}
	}
	return nil
}

// selftest compares a revision with itself again and again, and counts. If no comparison had time for its rounds, its error says so.
func selftest(ctx context.Context, o *selftestOptions, stdout io.Writer) (err error) {
	if o.json != "" {
		if err := os.MkdirAll(o.json, 0o755); err != nil {
			return err
		}
	}
	c, err := gate.Open(ctx, o.Options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	red, void := 0, 0
	for n := 1; n <= o.times; n++ {
		r, err := c.Run(ctx, time.Now(), rand.Uint64())
		if errors.Is(err, gate.ErrTooFewRounds) {
			void++
			continue
		}
		if err != nil {
			return err
		}
		line := "not red"
		if len(r.Red) > 0 {
			red++
			line = "red: " + reasons(r)
		}
		if _, err := fmt.Fprintf(stdout, "%3d  %-8v load %4.1f  %s (red so far: %d of %d, void: %d)\n",
			n, r.Took.Round(time.Second), r.Machine.Load, line, red, n-void, void); err != nil {
			return err
		}
		if err := o.keep(n, r); err != nil {
			return err
		}
	}
	if void == o.times {
		return fmt.Errorf("all %d comparisons are void: %w", void, gate.ErrTooFewRounds)
	}
	return nil
}

// keep writes the result of a comparison if that is asked for.
func (o *selftestOptions) keep(n int, r *gate.Report) error {
	if o.json == "" {
		return nil
	}
	return writeFile(fmt.Sprintf("%s/%04d.json", o.json, n), func(w io.Writer) error { return report.JSON(w, r) })
}

// reasons lists what was found slower.
func reasons(r *gate.Report) string {
	var list []string
	for _, f := range r.Red {
		list = append(list, fmt.Sprintf("%s %s %+.1f %%", f.Benchmark, f.Measure, 100*(f.Ratio.Middle-1)))
	}
	return strings.Join(list, ", ")
}
