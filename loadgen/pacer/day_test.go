package pacer_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"zarafa/loadgen/pacer"
	"zarafa/profiles/users"
)

// TestDay: as much is done in each hour as its weight says, on every day, from any hour on.
func TestDay(t *testing.T) {
	p := users.Profile{HoursPerDay: 24, StartHour: 22.5, Hours: make([]float64, 24), PerDay: map[users.Action]float64{users.Read: 2000}}
	p.Hours[23], p.Hours[0], p.Hours[9] = 1, 2, 5
	const days, compress = 50, 60
	events := pacer.New(&p, users.Actions(), compress, rand.New(rand.NewPCG(1, 1)))
	var counts [24]float64
	for e := events.Next(); e.At < days*24*time.Hour/compress; e = events.Next() {
		counts[int(math.Mod(22.5+e.At.Hours()*compress, 24))]++
	}
	for hour, count := range counts {
		want := p.Hours[hour] / 8 * 2000 * days
		if math.Abs(count-want) > 4*math.Sqrt(want)+1 {
			t.Errorf("%v events in hour %d, want about %v", count, hour, want)
		}
	}
}

// TestRareEvents come after many days, without looking at each.
func TestRareEvents(t *testing.T) {
	p := users.Profile{HoursPerDay: 24, Hours: make([]float64, 24), PerDay: map[users.Action]float64{users.Read: 1e-3}}
	p.Hours[12] = 1
	events := pacer.New(&p, users.Actions(), 1, rand.New(rand.NewPCG(1, 1)))
	for range 100 {
		e := events.Next()
		if hour := math.Mod(e.At.Hours(), 24); e.At != math.MaxInt64 && (hour < 12-1e-6 || hour > 13+1e-6) {
			t.Errorf("event at hour %v of day %v", hour, e.At.Hours()/24)
		}
	}
}
