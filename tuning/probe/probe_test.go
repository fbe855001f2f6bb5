package probe

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"
)

func TestRun(t *testing.T) {
	dir := t.TempDir()
	var seen []string
	last := 0.0
	r, err := Run(t.Context(), dir, MinTime, func(what string, done float64) {
		seen = append(seen, what)
		if done < last || done > 1 {
			t.Errorf("progress goes from %f to %f", last, done)
		}
		last = done
	})
	if errors.Is(err, ErrNoDirect) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if r.Flush.PerSecond <= 0 || r.Flush.Latency.P99 < r.Flush.Latency.P50 || len(r.Reads) != 4 || r.BestReads().IOPS <= 0 || r.Write.IOPS <= 0 ||
		r.Sequential.Read <= 0 || r.Sequential.Write <= 0 || r.FileBytes < 64<<20 || r.Knee() == 0 {
		t.Errorf("got %+v", r)
	}
	if r.Seconds > 2*MinTime.Seconds() {
		t.Errorf("it took %f seconds", r.Seconds)
	}
	if last != 1 || len(seen) != 9 {
		t.Errorf("progress told %q", seen)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestRunCanBeStopped(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Run(ctx, dir, MinTime, func(what string, _ float64) {
		if what == "sequential writes" {
			cancel()
		}
	})
	cancel()
	if !errors.Is(err, context.Canceled) && !errors.Is(err, ErrNoDirect) {
		t.Errorf("error %v", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestSuspicion(t *testing.T) {
	result := func(perSecond, p50 float64) Result {
		return Result{Flush: Flush{PerSecond: perSecond, Latency: Latencies{P50: p50}}}
	}
	for _, tt := range []struct {
		name           string
		r              Result
		rpm            int
		volatile, safe bool
		want           bool
	}{
		{"an honest disk", result(110, 9), 7200, true, false, false},
		{"a disk that cannot be so fast", result(2000, 0.5), 7200, true, false, true},
		{"the same behind a battery", result(2000, 0.5), 7200, true, true, false},
		{"an honest SSD", result(900, 1.1), 0, true, false, false},
		{"an SSD that ignores flushes", result(20000, 0.05), 0, true, false, true},
		{"an SSD with capacitors", result(20000, 0.05), 0, false, false, false},
	} {
		if got := Suspicion(tt.r, tt.rpm, tt.volatile, tt.safe); (got != "") != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

func TestLatencies(t *testing.T) {
	var all []time.Duration
	for i := 1; i <= 100; i++ {
		all = append(all, time.Duration(101-i)*time.Millisecond)
	}
	l := latencies(all)
	if l.P50 != 50 || l.P99 != 99 || l.Max != 100 {
		t.Errorf("got %+v", l)
	}
	var sum int64
	for _, n := range l.Counts {
		sum += n
	}
	if sum != 100 {
		t.Errorf("%d are counted", sum)
	}
	if got := latencies(nil); got.Max != 0 {
		t.Errorf("of nothing: %+v", got)
	}
}
