package report_test

import (
	"strings"
	"testing"
	"time"

	"zarafa/loadgen"
	"zarafa/loadgen/latency"
	"zarafa/loadgen/report"
	"zarafa/loadgen/truth"
)

// result is an outcome with everything that a report shows.
func result() *loadgen.Result {
	read := latency.Summary{
		Operation: "read", Count: 7, Mean: 2 * time.Millisecond, P50: time.Millisecond, P99: 12300 * time.Microsecond, Max: 20 * time.Millisecond,
		Errors: map[string]int{"loadObject: NO_ACCESS <x>": 2},
	}
	all := read
	all.Operation = "all"
	return &loadgen.Result{
		Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), URL: "http://server/", Server: "1,2,3", Users: 5, Profile: "heavy", Compress: 10,
		Duration: 2 * time.Second, Operations: []latency.Summary{read}, All: all, Notify: latency.Summary{Count: 3, P99: time.Second}, Missed: 4,
		Intervals: []loadgen.Interval{
			{At: time.Second, Users: 5, PerSecond: 4, Latency: all, Usage: []loadgen.ProcessUsage{{PID: 9, Name: "zarafa-server", CPU: 0.5, Memory: 64 << 20}}},
			{At: 2 * time.Second, Users: 5, PerSecond: 3, Latency: all, Errors: 2, Usage: []loadgen.ProcessUsage{{PID: 9, Name: "zarafa-server", CPU: 1.5, Memory: 65 << 20}}},
		},
		Void: "too late", Violation: &truth.Violation{Kind: truth.Lost, User: 3, Detail: "item 17"},
	}
}

func TestLine(t *testing.T) {
	var b strings.Builder
	if err := report.Line(&b, result().Intervals[1]); err != nil {
		t.Fatal(err)
	}
	want := "    2.0 s      5 users       3.0 op/s  p50 1.0  p95 0.0  p99 12.3  max 20.0 ms  2 errors  zarafa-server 1.50 CPU 65 MiB\n"
	if b.String() != want {
		t.Errorf("got  %q\nwant %q", b.String(), want)
	}
}

func TestTable(t *testing.T) {
	var b strings.Builder
	if err := report.Table(&b, result()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"read      7       2   2.0  1.0", "notification", "5 users of profile heavy, compressed ×10, for 2.0 s: 3.5 operations/s", "4 actions",
		"error loadObject: NO_ACCESS <x>: 2 times", "VOID: too late", "WRONG ANSWER: wrong answer to user 3: lost: item 17",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}
