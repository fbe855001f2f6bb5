package compare

import (
	"slices"

	"zarafa/bench/pairs"
	"zarafa/bench/suite"
)

// What counts may differ by and still be the same. SQL statements have no tolerance but for the arithmetic of dividing by repetitions
// and for what the server does in the background once in a while (a batch of numbers reserved, a commit shared). Numbers in answers grow by a
// digit now and then. Allocations depend on pools, growing maps and background work.
const (
	statementsTolerance = 0.05  // a repetition
	wireBytesTolerance  = 2.0   // a repetition, and
	wireShare           = 0.002 // of the old value
	allocsTolerance     = 0.5   // a repetition, and
	allocsShare         = 0.005 // of the old value
)

// count is a measure that is counted.
type count struct {
	measure   Measure
	of        func(*suite.Tallies) uint64
	tolerance func(old float64) float64
}

// Counts compares what is counted. A difference counts if it is there in general: in three quarters of the rounds, in which both sides
// did the same in the same order, the new side counts more than the old one by more than the tolerance.
func Counts(list []pairs.Series) []Finding {
	allocs := count{Allocs, func(t *suite.Tallies) uint64 { return t.Allocs }, func(old float64) float64 {
		return max(allocsTolerance, allocsShare*old)
	}}
	ofServer := []count{
		{Statements, func(t *suite.Tallies) uint64 { return t.Server.Statements }, func(float64) float64 { return statementsTolerance }},
		{WireBytes, func(t *suite.Tallies) uint64 { return t.Server.WireBytes }, func(old float64) float64 {
			return max(wireBytesTolerance, wireShare*old)
		}},
	}
	var all []Finding
	for i := range list {
		s := &list[i]
		if len(s.Rounds) == 0 {
			continue
		}
		all = append(all, allocs.compare(s))
		if counted := s.Rounds[0].Counted; counted[pairs.Old].Server == nil || counted[pairs.New].Server == nil {
			continue
		}
		for _, c := range ofServer {
			all = append(all, c.compare(s))
		}
	}
	return all
}

func (c count) compare(s *pairs.Series) Finding {
	var values [2][]float64
	var differences []float64
	for i := range s.Rounds {
		for side := range values {
			values[side] = append(values[side], float64(c.of(&s.Rounds[i].Counted[side]))/float64(s.N))
		}
		differences = append(differences, values[pairs.New][i]-values[pairs.Old][i])
	}
	for side := range values {
		slices.Sort(values[side])
	}
	slices.Sort(differences)
	f := Finding{Benchmark: s.Name, Measure: c.measure, Rounds: len(s.Rounds), Old: quantile(values[pairs.Old], 0.5), New: quantile(values[pairs.New], 0.5)}
	f.Ratio = Interval{more(f.Old, differences[0]), more(f.Old, quantile(differences, 0.5)), more(f.Old, differences[len(differences)-1])}
	tolerance := c.tolerance(f.Old)
	f.Slower = quantile(differences, 0.25) > tolerance
	f.Suspect = f.Slower
	f.Faster = quantile(differences, 0.75) < -tolerance
	return f
}

// more is the ratio of a value with something added to it to the value itself. One more than nothing counts as twice as much.
func more(old, difference float64) float64 {
	return 1 + difference/max(old, 1)
}
