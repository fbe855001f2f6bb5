package compare

import (
	"math"
	"math/rand/v2"

	"zarafa/bench/pairs"
	"zarafa/bench/suite"
)

// noise makes up what a shared machine does to measurements. The figures are worse than what was seen on two virtual processors with
// ten other programs: see results/zbench.md.
type noise struct {
	random *rand.Rand
	// process is how much two processes of the same program differ as long as they live (where their memory lies, seeds of maps).
	process float64
	// turn is how much two undisturbed turns differ.
	turn float64
	// busy is the share of time in which others slow the processor down, burst how many turns that lasts on average, and
	// worst by how much it does at most in ordinary cases; rarely it is far more.
	busy, burst, worst float64
	// drift is by how much the machine gets slower or faster in the course of a round.
	drift float64

	disturbed float64 // by how much now; 0: not at all
}

// sharedMachine is the noise that the rates are shown with.
func sharedMachine(random *rand.Rand) *noise {
	return &noise{random: random, process: 0.02, turn: 0.01, busy: 0.7, burst: 6, worst: 0.6, drift: 0.1}
}

// next is what the machine multiplies the next turn with, at a moment between 0 and 1 of a round.
func (n *noise) next(moment, slope float64) float64 {
	switch {
	case n.disturbed > 0 && n.random.Float64() < 1/n.burst:
		n.disturbed = 0
	case n.disturbed == 0 && n.random.Float64() < n.busy/(1-n.busy)/n.burst:
		n.disturbed = n.worst * n.random.Float64()
		if n.random.Float64() < 0.05 { // heavy tail: Pareto with infinite variance
			n.disturbed = math.Pow(n.random.Float64(), -1/1.5)
		}
	}
	quiet := math.Abs(n.random.NormFloat64()) * n.turn
	return math.Exp(quiet+slope*moment) * (1 + n.disturbed*n.random.Float64())
}

// series makes up the measurements of a benchmark. The new side takes slow times longer.
func (n *noise) series(name string, rounds, turns int, slow float64) pairs.Series {
	const base, repetitions = 20_000.0, 150
	s := pairs.Series{Name: name, N: repetitions}
	var leads []bool
	for len(leads) < rounds {
		first := n.random.IntN(2) == 0
		leads = append(leads, first, !first)
	}
	for r := range rounds {
		round := pairs.Round{NewLeads: leads[r]}
		process := [2]float64{math.Exp(n.process * n.random.NormFloat64()), math.Exp(n.process * n.random.NormFloat64())}
		slope := n.drift * n.random.NormFloat64()
		for t := range turns {
			// ABBA: in every second pair of turns the other side begins.
			for half := range 2 {
				side := pairs.Side(half)
				if (t%2 == 1) != leads[r] {
					side = 1 - side
				}
				v := base * repetitions * process[side] * n.next(float64(2*t+half)/float64(2*turns), slope)
				if side == pairs.New {
					v *= 1 + slow
				}
				wall := v * (1 + n.random.Float64()*n.random.Float64()*n.worst)
				round.Turns[side] = append(round.Turns[side], suite.Cost{N: repetitions, CPU: int64(v), Wall: int64(wall)})
			}
		}
		s.Rounds = append(s.Rounds, round)
	}
	return s
}
