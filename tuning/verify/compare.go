package verify

import (
	"fmt"
	"math"
)

// Outcome says what the comparison shows.
type Outcome string

// The outcomes.
const (
	More    Outcome = "more"    // the tuned settings serve more users
	Fewer   Outcome = "fewer"   // they serve fewer
	Noise   Outcome = "noise"   // what there is of a difference may be chance
	Unknown Outcome = "unknown" // the numbers cannot be compared
)

// Comparison is how many times as many users the tuned settings serve.
type Comparison struct {
	Outcome Outcome `json:"outcome"`
	Why     string  `json:"why,omitempty"` // it is unknown
	// Ratio is the estimate, Low and High the interval in which it lies with 95 %. All 0 if unknown.
	Ratio float64 `json:"ratio,omitempty"`
	Low   float64 `json:"low,omitempty"`
	High  float64 `json:"high,omitempty"`
}

// tQuantiles are the 97.5 % quantiles of Student's t distribution with 1, 2, … degrees of freedom.
var tQuantiles = [...]float64{12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262}

// maxPairs is how many pairs of turns there are at most.
const maxPairs = len(tQuantiles) + 1

// compare judges pairs of turns by the logarithms of their ratios, with Student's t. A search stops at an interval of
// users; two numbers from the same interval are not taken for equal, so the variance is at least that of the
// intervals.
func compare(defaults, tuned []Turn) Comparison {
	n := min(len(defaults), len(tuned))
	var sum, squares, resolution float64
	for i := range n {
		for _, t := range []Turn{defaults[i], tuned[i]} {
			if why := t.incomparable(); why != "" {
				return Comparison{Outcome: Unknown, Why: why}
			}
			width := math.Log(float64(t.Failed) / float64(t.Passed))
			resolution += width * width / 12 // of a uniform distribution
		}
		d := math.Log(float64(tuned[i].Passed) / float64(defaults[i].Passed))
		sum += d
		squares += d * d
	}
	if n < 2 {
		return Comparison{Outcome: Unknown, Why: "there was time for one turn each only, which tells nothing about chance; give a longer --budget"}
	}
	mean := sum / float64(n)
	variance := max((squares-sum*mean)/float64(n-1), resolution/float64(n))
	half := tQuantiles[min(n-1, len(tQuantiles))-1] * math.Sqrt(variance/float64(n))
	c := Comparison{Outcome: Noise, Ratio: math.Exp(mean), Low: math.Exp(mean - half), High: math.Exp(mean + half)}
	switch {
	case c.Low > 1:
		c.Outcome = More
	case c.High < 1:
		c.Outcome = Fewer
	}
	return c
}

// incomparable says why a turn has no number to compare.
func (t Turn) incomparable() string {
	switch {
	case t.Passed == 0 && t.OutOfTime:
		return "the time of a turn was over before the first users had met the objective; give a longer --budget"
	case t.Passed == 0:
		return "not even one user met the objective; give a lower --compress or a looser --slo"
	case t.Failed == 0 && t.OutOfTime:
		return "the time of a turn was over before its limit was found; give a longer --budget"
	case t.Failed == 0:
		return fmt.Sprintf("all %d users met the objective, so no limit was found; give more --mailboxes or a greater --compress", t.Passed)
	}
	return ""
}

// summarize makes the side of its turns.
func summarize(turns []Turn) Side {
	s := Side{Turns: turns}
	var users, rate float64
	none := false
	for _, t := range turns {
		none = none || t.Passed == 0
		users += math.Log(float64(max(t.Passed, 1)))
		rate += t.PerSecond
		s.Memory = s.Memory.most(t.Memory)
		s.Pages = s.Pages.plus(t.Pages)
		s.Cold.add(t.Cold, 1/float64(len(turns)))
		s.Warm.add(t.Warm, 1/float64(len(turns)))
	}
	if n := float64(len(turns)); n > 0 && !none {
		s.Users, s.PerSecond = int(math.Round(math.Exp(users/n))), rate/n
	}
	return s
}
