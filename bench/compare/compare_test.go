package compare

import (
	"math"
	"slices"
	"testing"

	"zarafa/bench/pairs"
	"zarafa/bench/suite"
)

func TestHolm(t *testing.T) {
	got := holm([]float64{0.01, 0.04, 0.03, 0.005})
	want := []float64{0.03, 0.06, 0.06, 0.02} // Holm 1979, by hand
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-12 {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

func TestSlowerOneSided(t *testing.T) {
	observe := func(values ...float64) (list []Observation) {
		for i, v := range values {
			list = append(list, Observation{v, i%2 == 1})
		}
		return list
	}
	// 4 against 4 without overlap: 1 of 70 orders is as extreme.
	for _, tc := range []struct {
		name string
		list []Observation
		want float64
	}{
		{"slower", observe(.05, .06, .07, .08, .051, .061, .071, .081), 1.0 / 70},
		{"faster", observe(-.05, -.06, -.07, -.08, -.051, -.061, -.071, -.081), 1 - 1.0/70},
		{"one order only", []Observation{{.5, true}, {.6, true}}, 1},
	} {
		if got := Slower(tc.list); math.Abs(got-tc.want) > 1e-9 {
			t.Errorf("%s: p = %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestInterval(t *testing.T) {
	var list []Observation
	for i := range 16 {
		list = append(list, Observation{math.Log(1.05) + float64(i%5-2)/1000, i%2 == 0})
	}
	got := interval(list, Defaults())
	if got.Low > 1.05 || got.High < 1.05 || got.Low < 1.04 || got.High > 1.06 {
		t.Errorf("got %+v", got)
	}
}

func TestFastest(t *testing.T) {
	times := []float64{900, 100, 110, 500, 5000, 700, 800, 900, 1000, 900}
	if got, want := math.Exp(fastest(times)), math.Sqrt(100*110); math.Abs(got-want) > 1e-9 {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := fastest([]float64{0}); got != 0 {
		t.Errorf("a time of nothing gives %v", got)
	}
}

// counted makes a series in which each round counts what is listed for it, in a turn of ten repetitions.
func counted(old, now []suite.Tallies) pairs.Series {
	s := pairs.Series{Name: "b", N: 10}
	for i := range old {
		s.Rounds = append(s.Rounds, pairs.Round{Counted: [2]suite.Tallies{old[i], now[i]}})
	}
	return s
}

func TestCounts(t *testing.T) {
	tally := func(allocs, statements, wire uint64) suite.Tallies {
		return suite.Tallies{Allocs: allocs, Server: &suite.Counts{Statements: statements, WireBytes: wire}}
	}
	same := []suite.Tallies{tally(240, 60, 1000), tally(241, 60, 1001), tally(240, 60, 1000), tally(243, 60, 1000)}
	with := func(change func(*suite.Tallies)) []suite.Tallies {
		list := slices.Clone(same)
		for i := range list {
			server := *list[i].Server
			list[i].Server = &server
			change(&list[i])
		}
		return list
	}
	once := with(func(*suite.Tallies) {})
	once[2] = tally(400, 75, 1500)
	for _, tc := range []struct {
		name           string
		now            []suite.Tallies
		slower, faster []Measure
	}{
		{"same", same, nil, nil},
		{"a statement more", with(func(t *suite.Tallies) { t.Server.Statements += 10 }), []Measure{Statements}, nil},
		{"a statement less", with(func(t *suite.Tallies) { t.Server.Statements -= 10 }), nil, []Measure{Statements}},
		{"an allocation more", with(func(t *suite.Tallies) { t.Allocs += 10 }), []Measure{Allocs}, nil},
		{"a map grew", with(func(t *suite.Tallies) { t.Allocs += 3 }), nil, nil},
		{"10 bytes more", with(func(t *suite.Tallies) { t.Server.WireBytes += 100 }), []Measure{WireBytes}, nil},
		{"a round with something in the background", once, nil, nil},
	} {
		var slower, faster []Measure
		for _, f := range Counts([]pairs.Series{counted(same, tc.now)}) {
			if f.Slower {
				slower = append(slower, f.Measure)
			}
			if f.Faster {
				faster = append(faster, f.Measure)
			}
		}
		if !slices.Equal(slower, tc.slower) || !slices.Equal(faster, tc.faster) {
			t.Errorf("%s: more %v, less %v; want %v, %v", tc.name, slower, faster, tc.slower, tc.faster)
		}
	}
}

func TestCandidates(t *testing.T) {
	o := Defaults()
	o.MostCandidates = 2
	list := []Finding{
		{Benchmark: "a", Measure: CPU, Suspect: true, Ratio: Interval{1.03, 1.05, 1.07}},
		{Benchmark: "a", Measure: Wall, Suspect: true, Ratio: Interval{1.03, 1.06, 1.07}},
		{Benchmark: "b", Measure: CPU, Ratio: Interval{0.9, 1.5, 2}},
		{Benchmark: "c", Measure: CPU, Faster: true, Ratio: Interval{1.001, 1.002, 1.003}},
		{Benchmark: "d", Measure: CPU, Suspect: true, Ratio: Interval{1.2, 1.3, 1.4}},
		{Benchmark: "e", Measure: Statements, Suspect: true, Slower: true, Ratio: Interval{2, 2, 2}},
	}
	if got := Candidates(list, o); !slices.Equal(got, []string{"e", "d"}) {
		t.Errorf("got %v", got)
	}
}
