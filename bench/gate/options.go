package gate

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"golang.org/x/sys/unix"

	"zarafa/bench/compare"
	"zarafa/bench/snapshot"
)

// Options say what is compared and how.
type Options struct {
	Repo     string // root of the repository
	Old, New string // revisions
	// Dir is where worktrees and databases lie; empty: memory if there is enough of it, else the folder for temporary files.
	Dir   string
	MySQL string         // data source name; empty: SQLite
	Bench *regexp.Regexp // names of the benchmarks
	Plan
	compare.Options
	// Budget is how long everything may take. The first run ends at its share of it.
	Budget time.Duration
	Log    func(format string, args ...any) // what happens, for the user
	// Slow is built into the new side, as a share, for benchmarks that match SlowBench: for tests of the comparison itself.
	Slow      float64
	SlowBench string
}

// Plan is how much is measured.
type Plan struct {
	Rounds  int           // of the first run
	Confirm int           // rounds of the second run
	Turns   int           // of each side, in a round
	Turn    time.Duration // length of a turn
	Pin     bool          // whether the processes of a round stay on one processor
}

// DefaultPlan is the plan that the documented rates hold for.
func DefaultPlan() Plan {
	return Plan{Rounds: 16, Confirm: 24, Turns: 30, Turn: 3 * time.Millisecond, Pin: true}
}

// Shares of the budget.
const (
	firstShare  = 0.65 // when the first run has to be over
	secondShare = 0.95
)

// fewestRounds are needed for a verdict: with fewer, no data could be improbable enough.
const fewestRounds = 10

// ErrTooFewRounds is the error of a comparison that had no time for its rounds.
var ErrTooFewRounds = errors.New("there was time for too few rounds; give a longer --budget, or fewer benchmarks with --bench")

// memoryFolder is a file system in memory on Linux: the disk's mood is not in the figures.
const memoryFolder = "/dev/shm"

// memoryNeeded is what databases of a comparison take.
const memoryNeeded = 512 << 20

// WorkFolder makes a folder for databases below dir, which may be empty.
func WorkFolder(dir string) (string, error) {
	if dir == "" {
		var fs unix.Statfs_t
		if unix.Statfs(memoryFolder, &fs) == nil && fs.Bavail*uint64(fs.Bsize) > memoryNeeded && unix.Access(memoryFolder, unix.W_OK) == nil {
			dir = memoryFolder
		}
	}
	made, err := os.MkdirTemp(dir, "zbench")
	if err != nil {
		return "", err
	}
	return filepath.Abs(made)
}

// Mailbox makes the mailbox of a comparison with a worker: on MySQL if there is a data source name, else below dir.
func Mailbox(ctx context.Context, worker, dsn, dir string) (snapshot.Source, error) {
	if dsn != "" {
		return snapshot.NewMySQL(ctx, worker, dsn)
	}
	return snapshot.NewSQLite(ctx, worker, dir)
}

// Processors are those that this process may use.
func Processors() []int {
	var set unix.CPUSet
	if unix.SchedGetaffinity(0, &set) != nil {
		return nil
	}
	var list []int
	for i := range len(set) * 64 {
		if set.IsSet(i) {
			list = append(list, i)
		}
	}
	return list
}
