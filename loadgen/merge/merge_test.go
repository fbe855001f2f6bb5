package merge_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"zarafa/loadgen"
	"zarafa/loadgen/latency"
	"zarafa/loadgen/merge"
	"zarafa/loadgen/report"
	"zarafa/loadgen/truth"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// part is the result of one of three machines.
func part(n int) *loadgen.Result {
	ops, slips := latency.NewRecorder(time.Second), latency.NewRecorder(time.Second)
	random := rand.New(rand.NewPCG(uint64(n), 1))
	r := &loadgen.Result{
		Started: start.Add(-time.Duration(n) * time.Minute), Start: start, Host: fmt.Sprint("host", n), URL: "http://server/", Server: "1,2", ServerGUIDs: []string{"abc"},
		Users: 10, First: 10 * (n - 1), AllUsers: 30, Part: n, Parts: 3, Prefix: "z", Profile: "heavy", Compress: 10, Seed: 1, Asked: time.Minute,
		Interval: time.Second, Duration: time.Minute + time.Duration(n)*time.Second, Missed: n, Slow: int64(n),
	}
	for i := range 2 + n { // the parts have 3, 4 and 5 intervals
		for range 10 * n {
			ops.Record("read", time.Duration(random.IntN(1000*n))*time.Microsecond, "")
			slips.Record("schedule", time.Millisecond, "")
		}
		ops.Record(fmt.Sprint("only", n), time.Millisecond, "NO_ACCESS")
		interval := loadgen.Interval{At: time.Duration(i+1) * time.Second, Users: 10, PerSecond: float64(10*n + 1), Usage: []loadgen.ProcessUsage{{PID: 7, Name: "server"}}}
		interval.Latency, interval.Errors = ops.Interval()
		r.Intervals = append(r.Intervals, interval)
	}
	r.Operations, r.All, r.Schedule = ops.Total(), ops.All(), slips.All()
	return r
}

// parts are the results of all three, read from files.
func parts(t *testing.T) (list []*loadgen.Result) {
	t.Helper()
	for _, n := range []int{2, 3, 1} {
		var b bytes.Buffer
		if err := report.JSON(&b, part(n)); err != nil {
			t.Fatal(err)
		}
		p, err := merge.Read(&b)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

func TestMerge(t *testing.T) {
	r, err := merge.Merge(parts(t))
	if err != nil {
		t.Fatal(err)
	}
	if r.Void != "" || r.Violation != nil || r.Users != 30 || r.Missed != 6 || r.Slow != 6 || r.Duration != 63*time.Second || !r.Started.Equal(start.Add(-3*time.Minute)) {
		t.Errorf("got %+v", r)
	}
	counts := map[string]int64{}
	for _, s := range r.Operations {
		counts[s.Operation] = s.Count
	}
	if want := map[string]int64{"read": 30 + 80 + 150, "only1": 3, "only2": 4, "only3": 5}; fmt.Sprint(counts) != fmt.Sprint(want) {
		t.Errorf("counts %v, want %v", counts, want)
	}
	if r.All.Count != 272 || r.All.Failed() != 12 || r.Schedule.Count != 260 {
		t.Errorf("%d operations, %d failed, %d scheduled", r.All.Count, r.All.Failed(), r.Schedule.Count)
	}
	if len(r.Intervals) != 3 { // only those that all have
		t.Fatalf("%d intervals", len(r.Intervals))
	}
	i := r.Intervals[0]
	if i.Users != 30 || i.PerSecond != 63 || i.Errors != 3 || i.Latency.Count != 63 || len(i.Usage) != 3 || i.Usage[0].Host != "host1" || i.At != time.Second {
		t.Errorf("got %+v", i)
	}
	var page, text strings.Builder
	if err := report.HTML(&page, r); err != nil {
		t.Fatal(err)
	}
	if err := report.Table(&text, r); err != nil {
		t.Fatal(err)
	}
	for _, b := range []string{page.String(), text.String()} {
		if !strings.Contains(b, "part 3 on host3: users 21 to 30, 155 operations") {
			t.Errorf("the machines are missing in\n%s", b)
		}
	}
	if !strings.Contains(page.String(), "server (7) on host2") {
		t.Error("processes of different machines are not told apart")
	}
}

// What cannot be added up must not look as if it could.
func TestVoid(t *testing.T) {
	for want, change := range map[string]func(parts []*loadgen.Result) []*loadgen.Result{
		"part 3 of 3 is missing":                            func(p []*loadgen.Result) []*loadgen.Result { return []*loadgen.Result{p[0], p[2]} },
		"part 2: late":                                      func(p []*loadgen.Result) []*loadgen.Result { p[0].Void = "late"; return p },
		"profile light, not heavy":                          func(p []*loadgen.Result) []*loadgen.Result { p[1].Profile = "light"; return p },
		"server def, not abc":                               func(p []*loadgen.Result) []*loadgen.Result { p[1].ServerGUIDs = []string{"def"}; return p },
		"seed 9, not 1, duration 1s, not 1m0s":              func(p []*loadgen.Result) []*loadgen.Result { p[1].Seed, p[1].Asked = 9, time.Second; return p },
		"part 3 began 5s apart from part 1; give both":      func(p []*loadgen.Result) []*loadgen.Result { p[1].Start = start.Add(-5 * time.Second); return p },
		"parts 1 and 2 have played the same users":          func(p []*loadgen.Result) []*loadgen.Result { p[0].First = 9; return p },
		"part 3 was not of the same run as part 1: number":  func(p []*loadgen.Result) []*loadgen.Result { p[1].Parts = 4; return p },
		"part 3 was not of the same run as part 1: users o": func(p []*loadgen.Result) []*loadgen.Result { p[1].AllUsers = 40; return p },
	} {
		r, err := merge.Merge(change(parts(t)))
		if err != nil || !strings.Contains(r.Void, want) {
			t.Errorf("%s: %v, %q", want, err, r.Void)
		}
	}
	p := parts(t)
	p[1].Violation = &truth.Violation{Kind: truth.Lost, Detail: "item 17"}
	if r, err := merge.Merge(p); err != nil || r.Violation == nil {
		t.Errorf("a wrong answer is lost: %v", err)
	}
}

func TestRefused(t *testing.T) {
	for want, change := range map[string]func(parts []*loadgen.Result) []*loadgen.Result{
		"no parts":              func([]*loadgen.Result) []*loadgen.Result { return nil },
		"part 2 is there twice": func(p []*loadgen.Result) []*loadgen.Result { return append(p, p[0]) },
		"no histogram":          func(p []*loadgen.Result) []*loadgen.Result { p[0].Operations[0].Histogram = ""; return p },
		"interval 2:":           func(p []*loadgen.Result) []*loadgen.Result { p[0].Intervals[1].Latency.Count++; return p },
		"one by one":            func(p []*loadgen.Result) []*loadgen.Result { p[0].Operations = p[0].Operations[1:]; return p },
	} {
		if _, err := merge.Merge(change(parts(t))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	for text, want := range map[string]string{
		"":                                "no result",
		"[]":                              "no result",
		"{}":                              "--part",
		`{"part":2}`:                      "--part",
		`{"part":1,"parts":1,"users":-1}`: "out of range",
		`{"part":1,"parts":1,"users":5,"usersOfAllParts":4}`:        "out of range",
		`{"part":1,"parts":1,"merged":[{}]}`:                        "merged already",
		`{"part":1,"parts":1,"operations":[{"count":1e99}]}`:        "no result",
		`{"part":1,"parts":1,"started":"now"}`:                      "no result",
		strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000): "no result",
	} {
		if _, err := merge.Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v", text, err)
		}
	}
}

// FuzzRead merges whatever is read with a good part: nothing of it may end the program, nor make percentiles of nothing.
func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := report.JSON(&b, part(1)); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"part":1,"parts":3,"intervals":[{}],"operations":[{"count":-1}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := merge.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		if r, err := merge.Merge([]*loadgen.Result{p, part(2)}); err == nil && r.All.Count != p.All.Count+part(2).All.Count {
			t.Errorf("%d operations", r.All.Count)
		}
	})
}
