package capacity

import "math"

// Verdict says whether an objective is met.
type Verdict int

// Verdicts.
const (
	Undecided Verdict = iota
	Met
	Missed
)

// doubt is the probability at which a verdict is given: how likely what was seen would be if the share of slow
// operations were just the one allowed. It holds for each look; who looks often errs a little more often.
const doubt = 0.01

// Judge decides from n operations, of which k were slow, whether no more than the share p of all is slow. 459 operations, none of
// them slow, are enough for p99.
func Judge(n, k int64, p float64) Verdict {
	switch {
	case n == 0:
		return Undecided
	case atMost(n, k, p) < doubt:
		return Met
	case k > 0 && 1-atMost(n, k-1, p) < doubt:
		return Missed
	}
	return Undecided
}

// exactOps is up to where the binomial distribution is added up; beyond, the normal distribution is as good.
const exactOps = 20_000

// atMost is the probability of k or fewer slow operations among n, each being slow with probability p.
func atMost(n, k int64, p float64) float64 {
	if n > exactOps {
		mean, deviation := float64(n)*p, math.Sqrt(float64(n)*p*(1-p))
		return 0.5 * math.Erfc(-(float64(k)+0.5-mean)/(deviation*math.Sqrt2))
	}
	all, _ := math.Lgamma(float64(n + 1))
	sum := 0.0
	for i := range k + 1 {
		these, _ := math.Lgamma(float64(i + 1))
		others, _ := math.Lgamma(float64(n - i + 1))
		sum += math.Exp(all - these - others + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return min(sum, 1)
}
