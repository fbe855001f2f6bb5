package capacity

import (
	"fmt"
	"strings"
	"time"
)

// SLO is a service level objective: a share of all operations must be faster than a limit.
type SLO struct {
	Percentile float64 // 99 for p99
	Limit      time.Duration
}

// ParseSLO reads an objective such as "p99<250ms".
func ParseSLO(s string) (o SLO, err error) {
	name, limit, ok := strings.Cut(strings.ReplaceAll(s, " ", ""), "<")
	if !ok {
		return o, fmt.Errorf("%q is not an objective such as p99<250ms", s)
	}
	for _, known := range []struct {
		name  string
		value float64
	}{{"p50", 50}, {"p90", 90}, {"p95", 95}, {"p99", 99}, {"p99.9", 99.9}} {
		if name == known.name {
			o.Percentile = known.value
		}
	}
	if o.Percentile == 0 {
		return o, fmt.Errorf("%q is not one of p50, p90, p95, p99, p99.9", name)
	}
	if o.Limit, err = time.ParseDuration(limit); err != nil {
		return o, fmt.Errorf("%q: %w", s, err)
	}
	if o.Limit <= 0 {
		return o, fmt.Errorf("%q: the limit must be positive", s)
	}
	return o, nil
}

func (o SLO) String() string { return fmt.Sprintf("p%g<%v", o.Percentile, o.Limit) }

// Slow is the share of operations that may be slower than the limit.
func (o SLO) Slow() float64 { return 1 - o.Percentile/100 }
