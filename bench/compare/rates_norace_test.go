//go:build !race

package compare

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"zarafa/bench/pairs"
)

// The plan of package gate, which cannot be imported from here.
const (
	planRounds  = 16
	planConfirm = 24
	planTurns   = 30
	benchmarks  = 50
)

// simulate carries out a comparison of made-up measurements, as package gate does with real ones. slow is built into the first benchmark.
func simulate(seed uint64, slow float64, make func(*rand.Rand) *noise) (red []Finding) {
	n := make(rand.New(rand.NewPCG(seed, 7)))
	o := Defaults()
	o.Resamples = 300 // for the speed of the test
	of := func(i int) float64 {
		if i == 0 {
			return slow
		}
		return 0
	}
	var first []pairs.Series
	for i := range benchmarks {
		first = append(first, n.series(fmt.Sprint(i), planRounds, planTurns, of(i)))
	}
	var second []pairs.Series
	for _, name := range Candidates(Times(first, o), o) {
		var i int
		fmt.Sscan(name, &i)
		second = append(second, n.series(name, planConfirm, planTurns, of(i)))
	}
	return Confirmed(Times(second, o))
}

// rates counts red comparisons, and those in which something other than the first benchmark is red.
func rates(t *testing.T, comparisons int, slow float64, make func(*rand.Rand) *noise) (red, wrong int) {
	t.Helper()
	var mu sync.Mutex
	var running sync.WaitGroup
	for worker := range runtime.GOMAXPROCS(0) {
		running.Go(func() {
			for i := worker; i < comparisons; i += runtime.GOMAXPROCS(0) {
				found := simulate(uint64(i), slow, make)
				mu.Lock()
				if len(found) > 0 {
					red++
				}
				for _, f := range found {
					if f.Benchmark != "0" || slow == 0 {
						wrong++
						break
					}
				}
				mu.Unlock()
			}
		})
	}
	running.Wait()
	return red, wrong
}

// comparisons are simulated for each rate. This is nothing but arithmetic, which the race detector makes ten times as slow.
const comparisons = 200

// TestRates: of all comparisons of equal builds at most 1 % are red; with one benchmark of 50 slowed down by 5 % at least 95 % are. The
// noise is heavy-tailed, comes in bursts, drifts, and has a share that stays for as long as a process lives.
func TestRates(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates 400 comparisons")
	}
	if red, _ := rates(t, comparisons, 0, sharedMachine); red > comparisons/100 {
		t.Errorf("%d of %d comparisons of equal builds are red", red, comparisons)
	} else {
		t.Logf("equal builds: %d of %d red", red, comparisons)
	}
	red, wrong := rates(t, comparisons, 0.05, sharedMachine)
	t.Logf("5 %% slower: %d of %d red, %d with a wrong benchmark", red, comparisons, wrong)
	if red < comparisons*95/100 {
		t.Errorf("%d of %d comparisons with a slow-down of 5 %% are red", red, comparisons)
	}
	if wrong > comparisons/100 {
		t.Errorf("%d of %d comparisons find a benchmark slower that is not", wrong, comparisons)
	}
}

// TestNoVerdictInChaos: on a machine that is far worse nothing is found out, and nothing is made up either.
func TestNoVerdictInChaos(t *testing.T) {
	chaos := func(random *rand.Rand) *noise {
		return &noise{random: random, process: 0.15, turn: 0.2, busy: 0.95, burst: 50, worst: 3, drift: 1}
	}
	if red, _ := rates(t, 40, 0, chaos); red > 0 {
		t.Errorf("%d of 40 comparisons of equal builds are red", red)
	}
}
