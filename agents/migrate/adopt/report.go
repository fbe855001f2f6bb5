package adopt

import (
	"fmt"
	"io"
	"sync"

	"zarafa/agents/migrate/legacy"
)

// Report is what became of a run. It may be used by several goroutines while the run lasts.
type Report struct {
	mu     sync.Mutex
	sink   io.Writer // each loss as a line; nil: nowhere
	counts map[string]int64
	order  []string
	losses []legacy.Loss
	lost   int64
}

// keptLosses is how many losses a report keeps; the rest is in the sink alone.
const keptLosses = 1000

func newReport(sink io.Writer) *Report {
	return &Report{sink: sink, counts: map[string]int64{}}
}

// took counts what was taken.
func (r *Report) took(what string, n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.counts[what]; !ok {
		r.order = append(r.order, what)
	}
	r.counts[what] += n
}

// lose notes what was not taken.
func (r *Report) lose(list ...legacy.Loss) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range list {
		r.lost++
		if len(r.losses) < keptLosses {
			r.losses = append(r.losses, l)
		}
		if r.sink != nil {
			fmt.Fprintln(r.sink, l)
		}
	}
}

// Taken is how many things of a kind were taken by this run.
func (r *Report) Taken(what string) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.counts[what]
}

// Lost is how many things were not taken, or not as they were.
func (r *Report) Lost() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lost
}

// Losses are the first of them.
func (r *Report) Losses() []legacy.Loss {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]legacy.Loss(nil), r.losses...)
}

// WriteTo writes the counts, in the order in which things were taken.
func (r *Report) WriteTo(w io.Writer) (n int64, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	line := func(format string, args ...any) {
		if err == nil {
			var k int
			k, err = fmt.Fprintf(w, format, args...)
			n += int64(k)
		}
	}
	for _, what := range r.order {
		line("%-40s %10d\n", what, r.counts[what])
	}
	line("%-40s %10d\n", "not taken, or not as it was", r.lost)
	return n, err
}

// notes are what an update says of itself; they count once it is committed, since it may run more than once.
type notes struct {
	counts []counted
	losses []legacy.Loss
}

type counted struct {
	what string
	n    int64
}

func (n *notes) took(what string, count int64) { n.counts = append(n.counts, counted{what, count}) }

func (n *notes) lose(l legacy.Loss) { n.losses = append(n.losses, l) }

func (r *Report) note(n *notes) {
	for _, c := range n.counts {
		r.took(c.what, c.n)
	}
	r.lose(n.losses...)
}
