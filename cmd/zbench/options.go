package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"time"

	"github.com/spf13/pflag"

	"zarafa/bench/compare"
	"zarafa/bench/gate"
	"zarafa/bench/pairs"
	"zarafa/bench/revision"
)

// usageError is an error of the command line.
type usageError struct{ error }

// status is the exit status for an error.
func status(err error) int {
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, new(usageError)):
		return exitUsage
	case errors.Is(err, gate.ErrTooFewRounds):
		return exitVoid
	case errors.Is(err, pairs.ErrNothing), errors.Is(err, errNoResults):
		return exitEmpty
	}
	return exitFailed
}

// measuring are the options of all commands that measure.
type measuring struct {
	gate.Options
	bench     string
	threshold float64
	quiet     bool
	started   time.Time
}

func (m *measuring) define(flags *pflag.FlagSet) {
	m.Options.Options, m.Plan = compare.Defaults(), gate.DefaultPlan()
	flags.StringVar(&m.bench, "bench", ".", "benchmarks whose names match this regular expression")
	flags.StringVar(&m.MySQL, "mysql", "", "data source name of a MariaDB or MySQL server to use instead of SQLite, such as \"root@unix(/run/mysqld/mysqld.sock)/\"; the user may create databases")
	flags.StringVar(&m.Dir, "dir", "", "folder for databases (default: /dev/shm if it is large enough, else that for temporary files)")
	flags.IntVar(&m.Rounds, "rounds", m.Rounds, "rounds, each with processes of its own")
	flags.IntVar(&m.Turns, "turns", m.Turns, "turns of each side in a round, for each benchmark")
	flags.DurationVar(&m.Turn, "turn-time", m.Turn, "length of a turn")
	flags.BoolVar(&m.Pin, "pin", m.Pin, "keep the processes of a round on one processor, another one each round")
	flags.BoolVar(&m.quiet, "quiet", false, "do not tell what happens meanwhile")
}

// defineComparison defines the options of commands that compare.
func (m *measuring) defineComparison(flags *pflag.FlagSet) {
	m.define(flags)
	flags.IntVar(&m.Confirm, "confirm-rounds", m.Confirm, "rounds of the second run, of what looks slower in the first")
	flags.DurationVar(&m.Budget, "budget", 10*time.Minute, "how long a comparison may take, building included")
	flags.Float64Var(&m.threshold, "threshold", 100*m.Threshold, "slow-downs below so many percent are none")
	flags.Float64Var(&m.Alpha, "alpha", m.Alpha, "probability that equal revisions end red")
}

// fewestRounds are needed for a verdict.
const fewestRounds = 10

// finish checks the options and finds the repository.
func (m *measuring) finish(ctx context.Context, stderr io.Writer) (err error) {
	m.started = time.Now()
	m.Options.Threshold = m.threshold / 100
	if m.Bench, err = regexp.Compile(m.bench); err != nil {
		return usageError{fmt.Errorf("--bench: %w", err)}
	}
	for _, positive := range []struct {
		option string
		ok     bool
	}{
		{"--rounds", m.Rounds > 0}, {"--turns", m.Turns > 0}, {"--turn-time", m.Turn > 0}, {"--threshold", m.threshold >= 0},
		{"--alpha", m.Alpha > 0 && m.Alpha < 1},
	} {
		if !positive.ok {
			return usageError{fmt.Errorf("%s is out of bounds", positive.option)}
		}
	}
	m.Log = func(format string, args ...any) {
		if !m.quiet {
			fmt.Fprintf(stderr, "%6s  "+format+"\n", append([]any{time.Since(m.started).Round(time.Second)}, args...)...)
		}
	}
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	m.Repo, err = revision.Root(ctx, dir)
	return err
}

// finishComparison checks the options of commands that compare.
func (m *measuring) finishComparison(ctx context.Context, stderr io.Writer) error {
	if m.Rounds < fewestRounds || m.Confirm < fewestRounds {
		return usageError{fmt.Errorf("--rounds and --confirm-rounds must be %d at least: fewer cannot prove anything", fewestRounds)}
	}
	if m.Budget <= 0 {
		return usageError{errors.New("--budget is out of bounds")}
	}
	return m.finish(ctx, stderr)
}
