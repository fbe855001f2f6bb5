package latency_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"zarafa/loadgen/latency"
)

// TestMerge compares with one recorder that was told everything: a mean of percentiles would differ.
func TestMerge(t *testing.T) {
	one, fast, slow := latency.NewRecorder(time.Second), latency.NewRecorder(time.Second), latency.NewRecorder(time.Second)
	for i := range 5000 {
		failure := ""
		if i%100 == 0 {
			failure = "NO_ACCESS"
		}
		a, b := time.Duration(i)*time.Microsecond, time.Duration(i*i)*time.Microsecond
		one.Record("read", a, failure)
		fast.Record("read", a, failure)
		if i%7 == 0 {
			one.Record("read", b, failure)
			slow.Record("read", b, failure)
		}
	}
	merged, err := latency.Merge(fast.Total()[0], slow.Total()[0])
	if err != nil {
		t.Fatal(err)
	}
	if want := one.Total()[0]; !reflect.DeepEqual(merged, want) {
		t.Errorf("got  %+v\nwant %+v", merged, want)
	}
	if empty, err := latency.Merge(latency.Summary{Operation: "none"}, latency.Summary{Operation: "none"}); err != nil || empty.Count != 0 || empty.Operation != "none" {
		t.Errorf("nothing and nothing is %+v, %v", empty, err)
	}
}

func TestMergeRefuses(t *testing.T) {
	r := latency.NewRecorder(time.Second)
	r.Record("read", time.Millisecond, "")
	good := r.Total()[0]
	foreign := hdrhistogram.New(1, 1000, 2)
	if err := foreign.RecordValue(1); err != nil {
		t.Fatal(err)
	}
	foreignText, err := foreign.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*latency.Summary){
		"no histogram": func(s *latency.Summary) { s.Histogram = "" },
		"histogram:":   func(s *latency.Summary) { s.Histogram = "AAAA" },
		"counts 1":     func(s *latency.Summary) { s.Count = 2 },
		"errors among": func(s *latency.Summary) { s.Errors = map[string]int{"x": 2} },
		"-1 errors":    func(s *latency.Summary) { s.Errors = map[string]int{"x": -1} },
		"other bounds": func(s *latency.Summary) { s.Histogram = string(foreignText) },
	} {
		s := good
		change(&s)
		if _, err := latency.Merge(good, s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func FuzzMerge(f *testing.F) {
	r := latency.NewRecorder(time.Second)
	r.Record("read", time.Millisecond, "")
	f.Add(r.Total()[0].Histogram, int64(1))
	f.Add("", int64(0))
	f.Fuzz(func(t *testing.T, histogram string, count int64) {
		s, err := latency.Merge(latency.Summary{Operation: "x", Histogram: histogram, Count: count})
		if err == nil && (s.Count != count || s.P99 < 0) {
			t.Errorf("got %+v", s)
		}
	})
}
