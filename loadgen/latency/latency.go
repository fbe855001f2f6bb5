// Package latency counts how long operations took and which failed, in histograms that keep three significant digits
// from a microsecond to ten minutes.
//
// A Recorder may be used by all goroutines. It takes durations, not times: who measures from the intended start keeps
// clear of coordinated omission.
package latency

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Bounds of the histograms, in microseconds.
const (
	lowest  = 1
	highest = int64(10 * time.Minute / time.Microsecond)
	digits  = 3
)

// Summary describes the operations of one name. Durations include those of failed operations.
type Summary struct {
	Operation string         `json:"operation"`
	Count     int64          `json:"count"`
	Errors    map[string]int `json:"errors,omitempty"` // by kind
	Mean      time.Duration  `json:"meanNanoseconds"`
	P50       time.Duration  `json:"p50Nanoseconds"`
	P90       time.Duration  `json:"p90Nanoseconds"`
	P95       time.Duration  `json:"p95Nanoseconds"`
	P99       time.Duration  `json:"p99Nanoseconds"`
	P999      time.Duration  `json:"p999Nanoseconds"`
	Max       time.Duration  `json:"maxNanoseconds"`
	// Histogram is the whole distribution in microseconds, in the V2 compressed encoding of HdrHistogram; see [Merge].
	Histogram string `json:"histogram,omitempty"`
}

// Failed is the number of errors.
func (s *Summary) Failed() (n int) {
	for _, count := range s.Errors {
		n += count
	}
	return n
}

// Percentiles tells, for each of some shares in percent, how long that share of the operations took at most. It needs the Histogram.
func (s *Summary) Percentiles(percents []float64) ([]time.Duration, error) {
	h, err := s.decode()
	if err != nil {
		return nil, err
	}
	list := make([]time.Duration, len(percents))
	for i, percent := range percents {
		list[i] = time.Duration(h.ValueAtQuantile(percent)) * time.Microsecond
	}
	return list, nil
}

// series is one operation's measurements.
type series struct {
	total, interval *hdrhistogram.Histogram
	errors          map[string]int
	intervalErrors  int
}

// Recorder collects measurements.
type Recorder struct {
	limit time.Duration

	mu          sync.Mutex // protects what follows
	ops         map[string]*series
	count, slow int64
}

// NewRecorder makes an empty recorder. Operations that take longer than limit are slow.
func NewRecorder(limit time.Duration) *Recorder {
	return &Recorder{limit: limit, ops: make(map[string]*series)}
}

// Slow is how many operations there were, and how many of them were slow or failed.
func (r *Recorder) Slow() (count, slow int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.count, r.slow
}

// Record counts an operation that took d. failure names what went wrong, "" nothing.
func (r *Recorder) Record(operation string, d time.Duration, failure string) {
	us := min(max(d.Microseconds(), lowest), highest)
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.ops[operation]
	if s == nil {
		s = &series{
			total: hdrhistogram.New(lowest, highest, digits), interval: hdrhistogram.New(lowest, highest, digits), errors: make(map[string]int),
		}
		r.ops[operation] = s
	}
	// The value is within the bounds, so that recording it cannot fail.
	_ = s.total.RecordValue(us)
	_ = s.interval.RecordValue(us)
	r.count++
	if d > r.limit || failure != "" {
		r.slow++
	}
	if failure != "" {
		s.errors[failure]++
		s.intervalErrors++
	}
}

// Total describes each operation since the start, by name.
func (r *Recorder) Total() []Summary {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]Summary, 0, len(r.ops))
	for name, s := range r.ops {
		summary := summarize(name, s.total)
		if len(s.errors) > 0 {
			summary.Errors = maps.Clone(s.errors)
		}
		list = append(list, summary)
	}
	slices.SortFunc(list, func(a, b Summary) int { return strings.Compare(a.Operation, b.Operation) })
	return list
}

// All describes all operations since the start as one.
func (r *Recorder) All() Summary {
	r.mu.Lock()
	defer r.mu.Unlock()
	all, errors := hdrhistogram.New(lowest, highest, digits), make(map[string]int)
	for _, s := range r.ops {
		all.Merge(s.total)
		for kind, n := range s.errors {
			errors[kind] += n
		}
	}
	summary := summarize("all", all)
	summary.Errors = errors
	return summary
}

// Interval describes all operations since the last call as one, and counts their errors.
func (r *Recorder) Interval() (summary Summary, errors int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := hdrhistogram.New(lowest, highest, digits)
	for _, s := range r.ops {
		all.Merge(s.interval)
		errors += s.intervalErrors
		s.interval.Reset()
		s.intervalErrors = 0
	}
	return summarize("all", all), errors
}

func summarize(name string, h *hdrhistogram.Histogram) Summary {
	at := func(percent float64) time.Duration {
		return time.Duration(h.ValueAtQuantile(percent)) * time.Microsecond
	}
	return Summary{
		Operation: name, Count: h.TotalCount(), Histogram: encode(h), Mean: time.Duration(h.Mean() * float64(time.Microsecond)),
		P50: at(50), P90: at(90), P95: at(95), P99: at(99), P999: at(99.9), Max: time.Duration(h.Max()) * time.Microsecond,
	}
}
