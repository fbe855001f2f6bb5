package probe

import (
	"fmt"
	"math/bits"
	"slices"
	"time"
)

// latencies sums up measured times. It sorts them.
func latencies(all []time.Duration) Latencies {
	if len(all) == 0 {
		return Latencies{}
	}
	slices.Sort(all)
	l := Latencies{P50: milliseconds(quantile(all, 0.50)), P99: milliseconds(quantile(all, 0.99)), Max: milliseconds(all[len(all)-1])}
	for _, d := range all {
		n := bits.Len64(uint64(max(d.Microseconds(), 1))) - 1
		for len(l.Counts) <= n {
			l.Counts = append(l.Counts, 0)
		}
		l.Counts[n]++
	}
	return l
}

// quantile returns the smallest time that at least the share q did not exceed.
func quantile(sorted []time.Duration, q float64) time.Duration {
	i := int(q*float64(len(sorted))+0.999999) - 1
	return sorted[min(max(i, 0), len(sorted)-1)]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Suspicion says why a cache must be answering flushes that no disk has done, "" if
// nothing points to that. rpm is the disk's speed, 0 if it does not turn or is not
// known; volatile says that the device admits a cache that forgets; safe that its
// cache is known to survive.
func Suspicion(r Result, rpm int, volatile, safe bool) string {
	switch {
	case safe:
		return ""
	case rpm > 0 && r.Flush.PerSecond > 1.2*float64(rpm)/60:
		return fmt.Sprintf("%.0f flushes a second, but a disk of %d rpm comes past the same place only %d times", r.Flush.PerSecond, rpm, rpm/60)
	case volatile && r.Flush.Latency.P50 > 0 && r.Flush.Latency.P50 < 0.1:
		return fmt.Sprintf("half of the flushes take less than %.3f ms although the device has a cache that forgets", r.Flush.Latency.P50)
	}
	return ""
}
