package pacer_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"zarafa/loadgen/pacer"
	"zarafa/profiles/users"
)

var day = users.Profile{HoursPerDay: 8, PerDay: map[users.Action]float64{users.Read: 90, users.Send: 30, users.Receive: 120}}

func TestRates(t *testing.T) {
	const compress, n = 10, 100_000
	p := pacer.New(&day, []users.Action{users.Read, users.Send}, compress, rand.New(rand.NewPCG(1, 1)))
	if want := 120.0 * compress / (8 * 3600); math.Abs(p.Rate()-want) > 1e-12 {
		t.Errorf("rate %v, want %v", p.Rate(), want)
	}
	counts := map[users.Action]int{}
	var gaps, squares float64
	var last time.Duration
	for range n {
		e := p.Next()
		counts[e.Action]++
		gap := (e.At - last).Seconds()
		gaps, squares, last = gaps+gap, squares+gap*gap, e.At
	}
	mean := gaps / n
	if want := 1 / p.Rate(); math.Abs(mean/want-1) > 0.02 {
		t.Errorf("mean gap %v, want %v", mean, want)
	}
	// Exponential gaps: the deviation is the mean.
	if deviation := math.Sqrt(squares/n - mean*mean); math.Abs(deviation/mean-1) > 0.03 {
		t.Errorf("deviation %v at mean %v", deviation, mean)
	}
	if share := float64(counts[users.Read]) / n; math.Abs(share-0.75) > 0.01 || counts[users.Receive] != 0 {
		t.Errorf("counts %v", counts)
	}
}

func TestSameSeedSameEvents(t *testing.T) {
	make := func() *pacer.Pacer { return pacer.New(&day, users.Actions(), 1, rand.New(rand.NewPCG(3, 4))) }
	a, b := make(), make()
	for range 1000 {
		if x, y := a.Next(), b.Next(); x != y {
			t.Fatalf("%v and %v", x, y)
		}
	}
}

func TestNothingToDo(t *testing.T) {
	p := pacer.New(&day, []users.Action{users.Search}, 1, rand.New(rand.NewPCG(1, 1)))
	if e := p.Next(); e.At < 100*365*24*time.Hour {
		t.Errorf("event %v", e)
	}
}

func TestNextAllocatesNothing(t *testing.T) {
	p := pacer.New(&day, users.Actions(), 1, rand.New(rand.NewPCG(1, 1)))
	if n := testing.AllocsPerRun(1000, func() { p.Next() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
