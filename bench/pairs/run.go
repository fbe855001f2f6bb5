package pairs

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"zarafa/bench/suite"
)

// Side is one of the two builds.
type Side int

// The sides of a comparison.
const (
	Old Side = iota
	New
)

// String is how messages call the side.
func (s Side) String() string { return [...]string{"old", "new"}[s] }

// Options say what is run.
type Options struct {
	Binaries [2][]string // programs of package bench/worker, by side; every two rounds take the next
	// Copy makes a database for a round, see package snapshot.
	Copy   func(ctx context.Context) (args []string, remove func() error, err error)
	Wanted func(name string) bool // which benchmarks
	// Benchmarks fixes the repetitions of the benchmarks by name, as an earlier Run found them; nil: they are measured.
	Benchmarks map[string]int
	Rounds     int
	// Turns are how often each side's turn comes in a round, for each benchmark; even. There are fewer, down to ten, if the time
	// until Deadline is too short for the rounds otherwise.
	Turns    int
	TurnTime time.Duration // of a processor, for each turn
	CPUs     []int         // processors to stay on, one a round in turn; empty: any
	Seed     uint64
	Args     [2][]string // further arguments of the workers, by side
	// Deadline is when no further round begins, if it is not zero.
	Deadline time.Time
	Progress func(done, rounds int)
}

// Round is what one pair of processes measured of a benchmark.
type Round struct {
	NewLeads bool            `json:"newLeads"` // who had the first turn
	Turns    [2][]suite.Cost `json:"turns"`    // by side, in the order of time
	// Counted are the counts of a further turn, by side.
	Counted [2]suite.Tallies `json:"counted"`
}

// Series is everything that was measured of a benchmark.
type Series struct {
	Name   string  `json:"name"`
	N      int     `json:"n"` // repetitions in a turn
	Rounds []Round `json:"rounds"`
}

// Result is the outcome of a run.
type Result struct {
	Series []Series    `json:"series"`
	Only   [2][]string `json:"only"` // benchmarks that only one side has, by side
}

// ErrNothing is the error of a run in which no benchmark could be measured: none is wanted, or none is on both sides. A verdict on
// nothing would look like a good one.
var ErrNothing = errors.New("no benchmark was measured")

// Run measures. If there is nothing to measure it returns [ErrNothing], with the result, which says what only one side has.
func Run(ctx context.Context, o Options) (*Result, error) {
	r := &run{Options: o, random: rand.New(rand.NewPCG(o.Seed, 1))}
	if err := r.pair(ctx, 0, r.prepare); err != nil {
		return nil, err
	}
	if len(r.result.Series) == 0 {
		return &r.result, ErrNothing
	}
	r.draw()
	for n := range o.Rounds {
		if !o.Deadline.IsZero() && time.Now().After(o.Deadline) {
			break
		}
		began := time.Now()
		if err := r.pair(ctx, n, r.round(n)); err != nil {
			return nil, err
		}
		if left := r.Rounds - n - 1; left > 0 && !o.Deadline.IsZero() {
			r.Turns = fitting(o.Turns, r.Turns, time.Since(began), time.Until(o.Deadline)/time.Duration(left))
		}
		if o.Progress != nil {
			o.Progress(n+1, o.Rounds)
		}
	}
	return &r.result, nil
}

// fewestTurns are those of a round that is short of time.
const fewestTurns = 10

// fitting is how many turns fit into the time that there is for a round, from how long the last one took with its turns: rounds are
// worth more than turns, so that those are given up first.
func fitting(wanted, turns int, took, available time.Duration) int {
	fit := int(float64(turns) * float64(available) / float64(max(took, 1)))
	return min(wanted, max(min(fewestTurns, wanted), fit&^1))
}

// run is a run under way.
type run struct {
	Options
	random *rand.Rand
	leads  [][]bool // by series and round: whether the new side leads
	result Result
}

// draw draws by lot who leads: in each two successive rounds each side once.
func (r *run) draw() {
	for range r.result.Series {
		leads := make([]bool, 0, r.Rounds+1)
		for len(leads) < r.Rounds {
			first := r.random.IntN(2) == 0
			leads = append(leads, first, !first)
		}
		r.leads = append(r.leads, leads)
	}
}

// pair starts a worker of each side, in random order, has f use them, and ends them.
func (r *run) pair(ctx context.Context, round int, f func(w [2]*worker) error) (err error) {
	var w [2]*worker
	for _, i := range r.random.Perm(2) {
		started, end, e := r.worker(ctx, Side(i), round)
		if e != nil {
			return e
		}
		defer func() { err = end(err) }()
		w[i] = started
	}
	return f(w)
}

// prepare finds the benchmarks that both sides have, and how often each is repeated in a turn.
func (r *run) prepare(w [2]*worker) error {
	for _, name := range w[Old].names {
		if r.Wanted(name) && !slices.Contains(w[New].names, name) {
			r.result.Only[Old] = append(r.result.Only[Old], name)
		}
	}
	for _, name := range w[New].names {
		if !r.Wanted(name) {
			continue
		}
		if !slices.Contains(w[Old].names, name) {
			r.result.Only[New] = append(r.result.Only[New], name)
			continue
		}
		n, err := r.repetitions(w, name)
		if errors.Is(err, errNotHere) {
			continue
		}
		if err != nil {
			return err
		}
		r.result.Series = append(r.result.Series, Series{Name: name, N: n})
	}
	return nil
}

// repetitions finds how often a benchmark is repeated to fill a turn of the old side, and tries it on the new one.
func (r *run) repetitions(w [2]*worker, name string) (int, error) {
	n, known := r.Benchmarks[name]
	if !known {
		var err error
		if n, err = r.fill(w[Old], name); err != nil {
			return 0, err
		}
	}
	_, err := w[New].do(suite.Order{Name: name, N: n})
	return n, err
}

// fill finds how often a benchmark is repeated to fill a turn.
func (r *run) fill(w *worker, name string) (int, error) {
	const atMost = 10_000_000
	n := 1
	for {
		c, err := w.do(suite.Order{Name: name, N: n})
		if err != nil {
			return 0, err
		}
		took := max(time.Duration(min(c.CPU, c.Wall)), 1)
		if n >= atMost || took >= r.TurnTime/2 {
			return max(1, min(atMost, int(float64(n)*float64(r.TurnTime)/float64(took)))), nil
		}
		n = min(atMost, n*int(min(10, 1+r.TurnTime/took)))
	}
}

// round measures all benchmarks with a pair of workers.
func (r *run) round(n int) func(w [2]*worker) error {
	return func(w [2]*worker) error {
		for _, i := range r.random.Perm(len(r.result.Series)) {
			s := &r.result.Series[i]
			m, err := r.turns(w, s, r.leads[i][n])
			if err != nil {
				return err
			}
			s.Rounds = append(s.Rounds, m)
		}
		return nil
	}
}

// turns gives both sides their turns: first, second, second, first, and again.
func (r *run) turns(w [2]*worker, s *Series, newLeads bool) (Round, error) {
	m := Round{NewLeads: newLeads}
	first, second := Old, New
	if newLeads {
		first, second = New, Old
	}
	// Both warm up before one of them begins.
	for _, side := range [2]Side{first, second} {
		var err error
		if m.Counted[side], err = warm(w[side], s); err != nil {
			return m, err
		}
	}
	for n := range r.Turns {
		order := [2]Side{first, second}
		if n%2 == 1 {
			order = [2]Side{second, first}
		}
		for _, side := range order {
			c, err := turn(w[side], s)
			if err != nil {
				return m, err
			}
			m.Turns[side] = append(m.Turns[side], c)
		}
	}
	return m, nil
}

// warm makes a worker ready for its turns, and counts.
func warm(w *worker, s *Series) (suite.Tallies, error) {
	if _, err := w.do(suite.Order{Name: s.Name, N: s.N, Collect: true}); err != nil {
		return suite.Tallies{}, err
	}
	c, err := w.do(suite.Order{Name: s.Name, N: s.N, Count: true})
	if err != nil {
		return suite.Tallies{}, err
	}
	return *c.Exact, nil
}

// turn is a worker's turn. It begins with some repetitions that do not count, since the other worker has had the processor's caches.
func turn(w *worker, s *Series) (suite.Cost, error) {
	return w.do(suite.Order{Name: s.Name, N: s.N, Warm: s.N / 20})
}
