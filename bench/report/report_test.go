package report

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/perf/benchfmt"

	"zarafa/bench/compare"
	"zarafa/bench/gate"
	"zarafa/bench/machine"
	"zarafa/bench/pairs"
	"zarafa/bench/suite"
)

// comparison is a red comparison with all that can be in one.
func comparison() *gate.Report {
	slow := compare.Finding{
		Benchmark: "Operation/Page", Measure: compare.CPU, Old: 20_000, New: 21_000, P: 0.00001, Rounds: 16, Slower: true, Suspect: true,
		Ratio: compare.Interval{Low: 1.03, Middle: 1.05, High: 1.07},
	}
	same := compare.Finding{Benchmark: "Wire/Decode<small>", Measure: compare.CPU, Old: 700, New: 701, P: 0.4, Ratio: compare.Interval{Low: 0.99, Middle: 1, High: 1.01}}
	count := compare.Finding{Benchmark: "Operation/Load", Measure: compare.Statements, New: 1, Ratio: compare.Interval{Low: 2, Middle: 2, High: 2}, Slower: true, Suspect: true}
	return &gate.Report{
		Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Took: 5 * time.Minute, Database: "sqlite",
		Machine: machine.Machine{CPU: "a processor", Cores: 2, Go: "go1.26"},
		Old:     gate.Revision{Name: "main", Commit: "0123456789abcdef"}, New: gate.Revision{Name: "."},
		Notes: []string{"a note"}, OnlyNew: []string{"Operation/New"},
		First: []compare.Finding{slow, same, count}, Second: []compare.Finding{slow}, Red: []compare.Finding{slow},
	}
}

func TestText(t *testing.T) {
	var out strings.Builder
	if err := Text(&out, comparison(), false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		". (working tree) against main (0123456789)", "note: a note", "only in the new revision: Operation/New", "20.00 µs  21.00 µs",
		"+3.0 % … +7.0 %", "<0.0001  slower", "SLOWER, confirmed by a second run (5m0s)", "Operation/Page: cpu +5.0 %, at least +3.0 %",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "Decode<small>") {
		t.Error("what does not differ is listed")
	}
	r := comparison()
	r.Red, r.Second = nil, nil
	out.Reset()
	if err := Text(&out, r, true); err != nil || !strings.Contains(out.String(), "Nothing is slower") || !strings.Contains(out.String(), "Decode<small>") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestJSON(t *testing.T) {
	var out bytes.Buffer
	if err := JSON(&out, comparison()); err != nil {
		t.Fatal(err)
	}
	r, ok := ReadJSON(out.Bytes())
	if !ok || r.Old.Commit != "0123456789abcdef" || len(r.Red) != 1 || r.Red[0].Ratio.Low != 1.03 || r.Took != 5*time.Minute {
		t.Errorf("%v, %+v", ok, r)
	}
	for _, other := range []string{"", "{", `{"kind":"else"}`, "[]"} {
		if _, ok := ReadJSON([]byte(other)); ok {
			t.Errorf("%q is taken for a comparison", other)
		}
	}
}

func TestBench(t *testing.T) {
	cost := suite.Cost{N: 10, Wall: 20_000, CPU: 10_000}
	round := pairs.Round{Turns: [2][]suite.Cost{{cost, cost}, {cost, cost}}}
	round.Counted[pairs.Old] = suite.Tallies{Allocs: 30, AllocBytes: 640, Server: &suite.Counts{Statements: 20, WireBytes: 1000}}
	list := []pairs.Series{{Name: "Operation/Page", N: 10, Rounds: []pairs.Round{round, round}}}
	var out bytes.Buffer
	if err := Bench(&out, machine.Machine{CPU: "a processor", Cores: 2}, "v1", list, pairs.Old); err != nil {
		t.Fatal(err)
	}
	lines := 0
	for r := benchfmt.NewReader(&out, "out"); r.Scan(); lines++ {
		res, ok := r.Result().(*benchfmt.Result)
		if !ok {
			t.Fatalf("got %v", r.Result())
		}
		for unit, want := range map[string]float64{"sec/op": 2e-6, "cpu-sec/op": 1e-6, "allocs/op": 3, "B/op": 64, "statements/op": 2, "wire-B/op": 100} {
			if got, ok := res.Value(unit); !ok || got < want*0.999 || got > want*1.001 {
				t.Errorf("%s = %v, %v; want %v", unit, got, ok, want)
			}
		}
		if res.GetConfig("cpu") != "a processor" || res.GetConfig("revision") != "v1" {
			t.Errorf("configuration %v", res.Config)
		}
	}
	if lines != 2 {
		t.Errorf("%d lines", lines)
	}
}

func TestHTML(t *testing.T) {
	var comparisonJSON bytes.Buffer
	if err := JSON(&comparisonJSON, comparison()); err != nil {
		t.Fatal(err)
	}
	load := `{"profile":"heavy","users":50,"compress":10,"all":{"count":9,"p50Nanoseconds":2000000,"p99Nanoseconds":9000000},` +
		`"operations":[{"operation":"read","count":9,"p50Nanoseconds":2000000,"p99Nanoseconds":9000000}]}`
	sections, err := Read(fstest.MapFS{
		"a.md":         {Data: []byte("# A title <script>\n\nText <script>alert(1)</script>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")},
		"ab.json":      {Data: comparisonJSON.Bytes()},
		"load.json":    {Data: []byte(load)},
		"other.json":   {Data: []byte(`{"a":1}`)},
		"runs/new.txt": {Data: []byte("BenchmarkX 10 200 ns/op 3 allocs/op\nBenchmarkX 10 220 ns/op 3 allocs/op\nPASS\n")},
		"notes.txt":    {Data: []byte("nothing of interest\n")},
		"code.go":      {Data: []byte("package results\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(sections) != 4 {
		t.Fatalf("%d sections: %+v", len(sections), sections)
	}
	var out strings.Builder
	if err := HTML(&out, "Measurements & more", sections); err != nil {
		t.Fatal(err)
	}
	page := out.String()
	for _, want := range []string{
		"<title>Measurements &amp; more</title>", "A title &lt;script&gt;", "<td>1</td>", "confirmed by a second run", "Decode&lt;small&gt;", "50 users, profile heavy",
		"ns/op", "allocs/op", "9.00</td>", `id="runs-new-txt"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
	for _, not := range []string{"<script", "http://", "https://", "src="} {
		if strings.Contains(page, not) {
			t.Errorf("%q is in the page", not)
		}
	}
}
