package suite

import (
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// Cost is what n repetitions took.
type Cost struct {
	N     int      `json:"n"`
	Wall  int64    `json:"wall"` // nanoseconds
	CPU   int64    `json:"cpu"`  // nanoseconds of this process, user and system
	Exact *Tallies `json:"exact,omitempty"`
}

// Tallies are what is counted, if an order asks for it: counting disturbs the caches of the processor.
type Tallies struct {
	Allocs     uint64  `json:"allocs"`
	AllocBytes uint64  `json:"allocBytes"`
	Server     *Counts `json:"server,omitempty"` // of benchmarks that have them
}

// Measure runs a piece of work n times, after some repetitions to warm up. The collector is not expected to run meanwhile:
// allocations are counted, and what they cost the collector later would be noise here.
func Measure(w *Work, n, warm int, count bool) (c Cost, err error) {
	if w.Procs > 1 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(w.Procs))
	}
	if w.Before == nil && w.After == nil && warm > 0 {
		if err := w.Run(warm); err != nil {
			return c, err
		}
	}
	err = w.around(n, func(n int) (err error) {
		if count {
			c.Exact, err = w.count(n)
			return err
		}
		c, err = w.time(n)
		return err
	})
	c.N = n
	return c, err
}

// around runs f between the preparation and the cleaning up.
func (w *Work) around(n int, f func(n int) error) error {
	if w.Before != nil {
		if err := w.Before(n); err != nil {
			return fmt.Errorf("preparing: %w", err)
		}
	}
	if err := f(n); err != nil {
		return err
	}
	if w.After != nil {
		if err := w.After(n); err != nil {
			return fmt.Errorf("cleaning up: %w", err)
		}
	}
	return nil
}

func (w *Work) time(n int) (Cost, error) {
	cpu, wall := processTime(), time.Now()
	err := w.Run(n)
	if w.Slowdown > 0 {
		for end := time.Duration(float64(time.Since(wall)) * (1 + w.Slowdown)); time.Since(wall) < end; {
			continue // the processor is busy, as it is with slower code
		}
	}
	return Cost{Wall: int64(time.Since(wall)), CPU: int64(processTime() - cpu)}, err
}

func (w *Work) count(n int) (*Tallies, error) {
	var before, after runtime.MemStats
	var counts Counts
	if w.Counts != nil {
		counts = w.Counts()
	}
	runtime.ReadMemStats(&before)
	err := w.Run(n)
	runtime.ReadMemStats(&after)
	t := &Tallies{Allocs: after.Mallocs - before.Mallocs, AllocBytes: after.TotalAlloc - before.TotalAlloc}
	if w.Counts != nil {
		now := w.Counts()
		t.Server = &Counts{Statements: now.Statements - counts.Statements, WireBytes: now.WireBytes - counts.WireBytes}
	}
	return t, err
}

// processTime is the processor time of this process, user and system: the same sum as getrusage gives, but in nanoseconds.
func processTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		return 0 // every system that the server runs on has this clock
	}
	return time.Duration(t.Nano())
}
