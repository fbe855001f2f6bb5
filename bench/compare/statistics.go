package compare

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"golang.org/x/perf/benchmath"
)

// Observation is what a round says about a benchmark.
type Observation struct {
	LogRatio float64 // of the new side's time to the old side's
	NewLeads bool    // who had the first turn
}

// Slower is the probability of such observations, or of ones that speak even more for the new side being slower, if the sides are
// equal: a one-sided Mann–Whitney test of log(second/first) between the rounds that the old side led and those that the new side led.
func Slower(list []Observation) float64 {
	var second, first []float64 // log(second/first) where the new side was second, and where it was first
	for _, o := range list {
		if o.NewLeads {
			first = append(first, -o.LogRatio)
		} else {
			second = append(second, o.LogRatio)
		}
	}
	if len(first) == 0 || len(second) == 0 {
		return 1
	}
	thresholds := benchmath.DefaultThresholds
	a, b := benchmath.NewSample(second, &thresholds), benchmath.NewSample(first, &thresholds)
	p := benchmath.AssumeNothing.Compare(a, b).P / 2
	if wins(second, first) < 0.5 {
		p = 1 - p
	}
	return p
}

// wins is the share of pairs of values in which the one of a is greater.
func wins(a, b []float64) float64 {
	n := 0.0
	for _, x := range a {
		for _, y := range b {
			switch {
			case x > y:
				n++
			case x == y:
				n += 0.5
			}
		}
	}
	return n / float64(len(a)*len(b))
}

// Interval is a size with its uncertainty, as a ratio of new to old.
type Interval struct {
	Low    float64 `json:"low"`
	Middle float64 `json:"middle"`
	High   float64 `json:"high"`
}

// interval is the middle of the observations and a bootstrap interval: rounds are drawn with replacement, from those with
// each order separately.
func interval(list []Observation, o Options) Interval {
	random := rand.New(rand.NewPCG(o.Seed, uint64(len(list))))
	var halves [2][]float64
	var all []float64
	for _, x := range list {
		i := 0
		if x.NewLeads {
			i = 1
		}
		halves[i] = append(halves[i], x.LogRatio)
		all = append(all, x.LogRatio)
	}
	middles, drawn := make([]float64, o.Resamples), make([]float64, len(all))
	for i := range middles {
		n := 0
		for _, half := range halves {
			for range half {
				drawn[n] = half[random.IntN(len(half))]
				n++
			}
		}
		middles[i] = middle(drawn)
	}
	sort.Float64s(middles)
	tail := (1 - o.Confidence) / 2
	return Interval{
		Low: math.Exp(quantile(middles, tail)), Middle: math.Exp(middle(slices.Clone(all))), High: math.Exp(quantile(middles, 1-tail)),
	}
}

// middle is the mean without the lowest and the highest quarter; it sorts the list.
func middle(list []float64) float64 {
	sort.Float64s(list)
	return mean(list[len(list)/4 : len(list)-len(list)/4])
}

func mean(list []float64) float64 {
	sum := 0.0
	for _, x := range list {
		sum += x
	}
	return sum / float64(len(list))
}

// quantile is a quantile of a sorted list.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// holm corrects p-values for their number: what is below alpha afterwards is wrong altogether with a probability of at most alpha.
func holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(i, j int) bool { return p[order[i]] < p[order[j]] })
	adjusted, most := make([]float64, len(p)), 0.0
	for rank, i := range order {
		most = max(most, min(1, p[i]*float64(len(p)-rank)))
		adjusted[i] = most
	}
	return adjusted
}

// fastest is the mean logarithm of the fastest tenth of times, of two at least.
func fastest(times []float64) float64 {
	sorted := slices.Sorted(slices.Values(times))
	n := min(len(sorted), max(2, len(sorted)/10))
	logs := make([]float64, n)
	for i, t := range sorted[:n] {
		logs[i] = math.Log(max(t, 1)) // a clock may stand still for what is too short to be measured
	}
	return mean(logs)
}
