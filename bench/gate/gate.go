package gate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"zarafa/bench/compare"
	"zarafa/bench/machine"
	"zarafa/bench/pairs"
	"zarafa/bench/revision"
	"zarafa/bench/snapshot"
)

// Revision is one side of a comparison.
type Revision struct {
	Name   string `json:"name"`
	Commit string `json:"commit,omitempty"` // empty for the working tree
}

// Report is the outcome of a comparison.
type Report struct {
	Started  time.Time         `json:"started"`
	Took     time.Duration     `json:"tookNanoseconds"`
	Machine  machine.Machine   `json:"machine"`
	Database string            `json:"database"`
	Old      Revision          `json:"old"`
	New      Revision          `json:"new"`
	Plan     Plan              `json:"plan"`
	Notes    []string          `json:"notes,omitempty"`
	OnlyOld  []string          `json:"onlyOld,omitempty"` // benchmarks that only one side has
	OnlyNew  []string          `json:"onlyNew,omitempty"`
	First    []compare.Finding `json:"first"`
	Second   []compare.Finding `json:"second,omitempty"` // of the benchmarks that were measured again
	// Red are the findings that the second run has confirmed: the new revision is slower.
	Red []compare.Finding `json:"red,omitempty"`
	// Series are the measurements themselves, of both runs.
	Series [2][]pairs.Series `json:"-"`
}

// Comparison has two revisions built and a mailbox filled; it can be run again and again.
type Comparison struct {
	options Options
	pair    *revision.Pair
	mailbox snapshot.Source
	dirs    []string
	notes   []string
}

// Open builds the revisions and fills the mailbox with the old one, since a newer one can read the data of an older one.
func Open(ctx context.Context, o Options) (c *Comparison, err error) {
	c = &Comparison{options: o}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Close())
			c = nil
		}
	}()
	builds, err := os.MkdirTemp("", "zbench")
	if err != nil {
		return c, err
	}
	c.dirs = append(c.dirs, builds)
	o.Log("building %s and %s", o.Old, o.New)
	if c.pair, err = revision.Prepare(ctx, o.Repo, builds, o.Old, o.New); err != nil {
		return c, err
	}
	data, err := WorkFolder(o.Dir)
	if err != nil {
		return c, err
	}
	c.dirs = append(c.dirs, data)
	o.Log("filling a mailbox in %s", c.database(data))
	c.note()
	c.mailbox, err = Mailbox(ctx, c.pair.OldBinaries[0], o.MySQL, data)
	return c, err
}

func (c *Comparison) database(dir string) string {
	if c.options.MySQL != "" {
		return "MySQL"
	}
	return "SQLite below " + filepath.Dir(dir)
}

// note remembers what the reader of the verdict should know about the builds.
func (c *Comparison) note() {
	if c.pair.Identical {
		c.notes = append(c.notes, "both revisions give the same program, byte for byte")
	}
	if why := c.pair.OwnBenchmarks; why != "" {
		c.notes = append(c.notes, "the old revision is measured with its own benchmarks: "+why)
	}
	if c.options.Slow != 0 {
		c.notes = append(c.notes, fmt.Sprintf("a slow-down of %.1f %% is built into the new side of %q", 100*c.options.Slow, c.options.SlowBench))
	}
}

// Close removes everything that was made.
func (c *Comparison) Close() error {
	var err error
	if c.mailbox != nil {
		err = c.mailbox.Close()
	}
	if c.pair != nil {
		err = errors.Join(err, c.pair.Remove())
	}
	for _, d := range c.dirs {
		err = errors.Join(err, os.RemoveAll(d))
	}
	return err
}

// Run compares. started is when the budget began.
func (c *Comparison) Run(ctx context.Context, started time.Time, seed uint64) (*Report, error) {
	o := &c.options
	r := &Report{
		Started: started, Machine: machine.Here(ctx), Plan: o.Plan, Notes: c.notes, Database: "sqlite",
		Old: Revision{o.Old, c.pair.Old.Commit}, New: Revision{o.New, c.pair.New.Commit},
	}
	if o.MySQL != "" {
		r.Database = "mysql"
	}
	first, err := c.measure(ctx, "first", o.Bench.MatchString, nil, o.Rounds, started.Add(share(o.Budget, firstShare)), seed)
	if err != nil {
		return nil, err
	}
	if err := slowed(o, first); err != nil {
		return nil, err
	}
	r.OnlyOld, r.OnlyNew, r.Series[0] = first.Only[pairs.Old], first.Only[pairs.New], first.Series
	r.First = findings(first, o.Options)
	if err := r.confirm(ctx, c, first, started, seed); err != nil {
		return nil, err
	}
	r.Took = time.Since(started)
	return r, nil
}

// confirm measures again what looks slower.
func (r *Report) confirm(ctx context.Context, c *Comparison, first *pairs.Result, started time.Time, seed uint64) error {
	o := &c.options
	names, repetitions := map[string]bool{}, map[string]int{}
	for _, name := range compare.Candidates(r.First, o.Options) {
		names[name] = true
	}
	if len(names) == 0 {
		return nil
	}
	for _, s := range first.Series {
		repetitions[s.Name] = s.N
	}
	o.Log("measuring again: %d benchmarks look slower", len(names))
	wanted := func(name string) bool { return names[name] }
	second, err := c.measure(ctx, "second", wanted, repetitions, o.Confirm, started.Add(share(o.Budget, secondShare)), seed+1)
	if err != nil {
		return err
	}
	r.Series[1], r.Second = second.Series, findings(second, o.Options)
	r.Red = compare.Confirmed(r.Second)
	return nil
}

func share(budget time.Duration, s float64) time.Duration { return time.Duration(float64(budget) * s) }

func findings(r *pairs.Result, o compare.Options) []compare.Finding {
	return append(compare.Times(r.Series, o), compare.Counts(r.Series)...)
}

// measure is one of the two runs.
func (c *Comparison) measure(ctx context.Context, name string, wanted func(string) bool, repetitions map[string]int, rounds int,
	deadline time.Time, seed uint64) (*pairs.Result, error) {
	o := &c.options
	p := pairs.Options{
		Binaries: [2][]string{c.pair.OldBinaries, c.pair.NewBinaries}, Copy: c.mailbox.Copy, Wanted: wanted, Benchmarks: repetitions,
		Rounds: rounds, Turns: o.Turns, TurnTime: o.Turn, Seed: seed, Deadline: deadline,
		Progress: func(done, all int) { o.Log("%s run: round %d of %d", name, done, all) },
	}
	if o.Slow != 0 {
		p.Args[pairs.New] = []string{"-slow", fmt.Sprint(o.Slow), "-slow-bench", o.SlowBench}
	}
	if o.Pin {
		p.CPUs = Processors()
	}
	result, err := pairs.Run(ctx, p)
	if errors.Is(err, pairs.ErrNothing) {
		return nil, fmt.Errorf("%w: %s", err, whyNothing(o, result))
	}
	if err != nil {
		return nil, err
	}
	for _, s := range result.Series {
		if len(s.Rounds) < min(fewestRounds, rounds) {
			return nil, fmt.Errorf("%s run: %d of %d rounds: %w", name, len(s.Rounds), rounds, ErrTooFewRounds)
		}
	}
	return result, nil
}
