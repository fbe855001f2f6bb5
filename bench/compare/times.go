package compare

import (
	"cmp"
	"math"
	"slices"

	"zarafa/bench/pairs"
	"zarafa/bench/suite"
)

// Measure is what is compared of a benchmark.
type Measure string

// The measures there are. Times are in nanoseconds for each repetition.
const (
	CPU        Measure = "cpu"  // processor time of the process, user and system
	Wall       Measure = "wall" // time that passed
	Statements Measure = "statements"
	WireBytes  Measure = "wire-bytes"
	Allocs     Measure = "allocs"
)

// Finding is what a run says about one measure of a benchmark.
type Finding struct {
	Benchmark string   `json:"benchmark"`
	Measure   Measure  `json:"measure"`
	Old       float64  `json:"old"` // for each repetition
	New       float64  `json:"new"`
	Ratio     Interval `json:"ratio"`
	// P is the probability of what was seen if the builds are equal, before and Adjusted after the correction for the number of
	// findings. Both are 0 for counts.
	P        float64 `json:"p"`
	Adjusted float64 `json:"adjusted"`
	Rounds   int     `json:"rounds"`
	// Suspect says that the benchmark should be measured a second time.
	Suspect bool `json:"suspect"`
	// Slower says that the run finds the new build slower, or that it counts more.
	Slower bool `json:"slower"`
	Faster bool `json:"faster"`
}

// Times compares the times of a run.
func Times(list []pairs.Series, o Options) []Finding {
	var all []Finding
	for i := range list {
		if len(list[i].Rounds) == 0 {
			continue
		}
		for _, m := range []Measure{CPU, Wall} {
			all = append(all, compareTimes(&list[i], m, o))
		}
	}
	p := make([]float64, len(all))
	for i := range all {
		p[i] = all[i].P
	}
	for i, adjusted := range holm(p) {
		f := &all[i]
		f.Adjusted = adjusted
		f.Slower = adjusted < o.Alpha && f.Ratio.Low > 1+o.Threshold
		f.Suspect = f.P < o.Screening && f.Ratio.Middle > 1+o.Threshold
		f.Faster = f.P > 1-o.Alpha && f.Ratio.High < 1/(1+o.Threshold)
	}
	return all
}

func compareTimes(s *pairs.Series, m Measure, o Options) Finding {
	var observed []Observation
	var levels [2][]float64
	for _, r := range s.Rounds {
		var level [2]float64
		for side, turns := range r.Turns {
			level[side] = fastest(times(turns, m))
			levels[side] = append(levels[side], level[side])
		}
		observed = append(observed, Observation{level[pairs.New] - level[pairs.Old], r.NewLeads})
	}
	return Finding{
		Benchmark: s.Name, Measure: m, Rounds: len(observed), P: Slower(observed), Ratio: interval(observed, o),
		Old: math.Exp(middle(levels[pairs.Old])), New: math.Exp(middle(levels[pairs.New])),
	}
}

// times are those of single repetitions.
func times(turns []suite.Cost, m Measure) []float64 {
	list := make([]float64, len(turns))
	for i, c := range turns {
		t := c.CPU
		if m == Wall {
			t = c.Wall
		}
		list[i] = float64(t) / float64(c.N)
	}
	return list
}

// Candidates are the benchmarks that a first run says should be measured a second time, those that slowed down most first.
func Candidates(first []Finding, o Options) []string {
	var list []Finding
	for _, f := range first {
		if f.Suspect {
			list = append(list, f)
		}
	}
	slices.SortStableFunc(list, func(a, b Finding) int { return cmp.Compare(b.Ratio.Middle, a.Ratio.Middle) })
	var names []string
	for _, f := range list {
		if !slices.Contains(names, f.Benchmark) && len(names) < o.MostCandidates {
			names = append(names, f.Benchmark)
		}
	}
	return names
}

// Confirmed are the findings of a second run that end the comparison red.
func Confirmed(second []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(second), func(f Finding) bool { return !f.Slower })
}

// Typical is the time that turns speak for, of one repetition.
func Typical(turns []suite.Cost, m Measure) float64 { return math.Exp(fastest(times(turns, m))) }
