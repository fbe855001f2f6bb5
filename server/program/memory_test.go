package program

import (
	"math"
	"testing"
)

// fakeLimiter records how it is asked to limit the memory.
type fakeLimiter struct {
	calls int
	most  int64
}

func (f *fakeLimiter) LimitMemory(_ func(bytes int64) int64, most int64) {
	f.calls, f.most = f.calls+1, most
}

// The memory is protected whether or not the environment has a limit, which then is the most.
func TestLimitMemory(t *testing.T) {
	for name, current := range map[string]int64{"1GiB": 1 << 30, "": math.MaxInt64, "off": math.MaxInt64} {
		t.Setenv("GOMEMLIMIT", name)
		var f fakeLimiter
		limitMemory(&f, func(bytes int64) int64 {
			if bytes >= 0 {
				t.Errorf("%q: the limit is set to %d", name, bytes)
			}
			return current
		})
		if f.calls != 1 || f.most != current {
			t.Errorf("%q: %+v", name, f)
		}
	}
}
