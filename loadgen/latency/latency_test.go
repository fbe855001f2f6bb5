package latency_test

import (
	"testing"
	"time"

	"zarafa/loadgen/latency"
)

func near(got, want time.Duration) bool { return got >= want*999/1000 && got <= want*1002/1000 }

func TestPercentiles(t *testing.T) {
	r := latency.NewRecorder(time.Second)
	for i := range 10_000 {
		r.Record("read", time.Duration(i+1)*100*time.Microsecond, "")
	}
	s := r.Total()[0]
	for name, test := range map[string]struct{ got, want time.Duration }{
		"p50": {s.P50, 500 * time.Millisecond}, "p90": {s.P90, 900 * time.Millisecond}, "p95": {s.P95, 950 * time.Millisecond},
		"p99": {s.P99, 990 * time.Millisecond}, "p99.9": {s.P999, 999 * time.Millisecond},
		"max": {s.Max, time.Second}, "mean": {s.Mean, 500050 * time.Microsecond},
	} {
		if !near(test.got, test.want) {
			t.Errorf("%s is %v, want %v", name, test.got, test.want)
		}
	}
	if s.Operation != "read" || s.Count != 10_000 || s.Failed() != 0 {
		t.Errorf("%+v", s)
	}
	if list, err := s.Percentiles([]float64{50, 99.9, 99.99, 100}); err != nil || !near(list[0], 500*time.Millisecond) || list[1] != s.P999 ||
		!near(list[2], 999900*time.Microsecond) || list[3] != s.Max {
		t.Errorf("percentiles %v, %v", list, err)
	}
	s.Histogram = ""
	if list, err := s.Percentiles([]float64{50}); err == nil {
		t.Errorf("percentiles %v without a histogram", list)
	}
}

func TestIntervalsAndErrors(t *testing.T) {
	r := latency.NewRecorder(time.Second)
	r.Record("read", time.Millisecond, "")
	r.Record("send", time.Second, "NO_ACCESS")
	if s, errors := r.Interval(); s.Count != 2 || errors != 1 || !near(s.Max, time.Second) {
		t.Errorf("first interval %+v, %d errors", s, errors)
	}
	r.Record("read", 2*time.Millisecond, "")
	r.Record("read", 1001*time.Millisecond, "")
	if n, slow := r.Slow(); n != 4 || slow != 2 {
		t.Errorf("%d of %d are slow", slow, n)
	}
	if s, errors := r.Interval(); s.Count != 2 || errors != 0 || !near(s.Max, 1001*time.Millisecond) {
		t.Errorf("second interval %+v, %d errors", s, errors)
	}
	total := r.Total()
	if len(total) != 2 || total[0].Operation != "read" || total[0].Count != 3 || total[1].Errors["NO_ACCESS"] != 1 {
		t.Errorf("total %+v", total)
	}
	if all := r.All(); all.Count != 4 || all.Failed() != 1 {
		t.Errorf("all %+v", all)
	}
}

func TestOutOfBounds(t *testing.T) {
	r := latency.NewRecorder(time.Second)
	r.Record("x", -time.Second, "")
	r.Record("x", time.Hour, "")
	if s := r.Total()[0]; s.Count != 2 || s.P50 > time.Millisecond || !near(s.Max, 10*time.Minute) {
		t.Errorf("%+v", s)
	}
}
