package memlimit_test

import (
	"errors"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"testing"

	"zarafa/server/memlimit"
)

const mb = 1 << 20

func TestHeapLimit(t *testing.T) {
	for _, tt := range []struct {
		name            string
		caches          int64
		sessions        int
		outside, expect int64
	}{
		{"nothing outside", 100 * mb, 0, 0, 300 * mb},
		{"what is outside is not the heap's", 100 * mb, 0, 130 * mb, 170 * mb},
		{"sessions add to it", 100 * mb, 1024, 130 * mb, 194 * mb},
		{"much outside does not strangle the collector", 100 * mb, 1024, 900 * mb, 172 * mb},
	} {
		if got := memlimit.HeapLimit(tt.caches, tt.sessions, tt.outside); got != tt.expect {
			t.Errorf("%s: %d, want %d", tt.name, got/mb, tt.expect/mb)
		}
		if got := memlimit.Promise(tt.caches, tt.sessions); tt.outside < 150*mb && got != tt.expect+tt.outside {
			t.Errorf("%s: %d of %d are promised", tt.name, got, tt.expect+tt.outside)
		}
	}
}

func TestKeeper(t *testing.T) {
	var limits []int64
	usage, failure := memlimit.Usage{}, error(nil)
	k := memlimit.NewKeeper(5, 12*mb, func(n int64) int64 { limits = append(limits, n); return 0 }, math.MaxInt64)
	k.Read = func() (memlimit.Usage, error) { return usage, failure }
	foreseen := int64(memlimit.Program + memlimit.Index + 5*(12*mb+memlimit.Connection))
	for _, tt := range []struct {
		name     string
		sessions int
		usage    memlimit.Usage
		err      error
		expect   int64 // 0 if the limit stays
	}{
		{"less outside than foreseen", 0, memlimit.Usage{Resident: 50 * mb, Runtime: 30 * mb}, nil, 264*mb - foreseen},
		{"more heap than is resident", 0, memlimit.Usage{Resident: 50 * mb, Runtime: 90 * mb}, nil, 0},
		{"few sessions", 10, memlimit.Usage{}, nil, 0},
		{"many sessions", 1024, memlimit.Usage{}, nil, 288*mb - foreseen},
		{"more outside than foreseen", 1024, memlimit.Usage{Resident: 200 * mb, Runtime: 200*mb - foreseen - 5*mb}, nil, 283*mb - foreseen},
		{"nothing can be read", 1024, memlimit.Usage{}, errors.New("no /proc"), 288*mb - foreseen},
	} {
		usage, failure = tt.usage, tt.err
		before := len(limits)
		k.Keep(64*mb, tt.sessions)
		switch n := len(limits) - before; {
		case tt.expect == 0 && n == 0:
		case n != 1 || limits[before] != tt.expect:
			t.Errorf("%s: set to %d, want %d", tt.name, limits[before:], tt.expect)
		}
	}
}

// A limit from the environment lowers what is promised and never raises it; below it the keeper goes on.
func TestKeeperBelowMost(t *testing.T) {
	var last int64
	k := memlimit.NewKeeper(0, 0, func(n int64) int64 { last = n; return 0 }, 250*mb)
	k.Read = func() (memlimit.Usage, error) { return memlimit.Usage{}, nil }
	foreseen := int64(memlimit.Program + memlimit.Index)
	for _, tt := range []struct {
		name             string
		caches, sessions int
		expect           int64
	}{
		{"less is promised", 64 * mb, 0, 264*mb - foreseen},
		{"sessions raise it", 64 * mb, 1024, 288*mb - foreseen},
		{"up to the most", 64 * mb, 102400, 250 * mb},
		{"and down again", 64 * mb, 0, 264*mb - foreseen},
		{"caches do not raise it further", 1024 * mb, 0, 250 * mb},
	} {
		if got := k.Keep(int64(tt.caches), tt.sessions); got != tt.expect || last != tt.expect {
			t.Errorf("%s: %d MB are set, %d MB returned, want %d MB", tt.name, last/mb, got/mb, tt.expect/mb)
		}
	}
}

// TestRead compares with what the runtime says of itself: a block that is touched is resident and the runtime's.
func TestRead(t *testing.T) {
	if _, err := os.Stat("/proc/self/statm"); err != nil {
		t.Skip("no /proc")
	}
	debug.FreeOSMemory()
	before, err := memlimit.Read()
	if err != nil {
		t.Fatal(err)
	}
	const size = 64 * mb
	block := make([]byte, size)
	for i := 0; i < size; i += 512 {
		block[i] = 1
	}
	after, err := memlimit.Read()
	if err != nil {
		t.Fatal(err)
	}
	if grown := after.Runtime - before.Runtime; math.Abs(float64(grown-size)) > size/4 {
		t.Errorf("the runtime's memory grew by %d MB with %d MB more", grown/mb, size/mb)
	}
	if grown := after.Resident - before.Resident; grown < size*3/4 { // the race detector's own memory grows too
		t.Errorf("the resident memory grew by %d MB with %d MB more", grown/mb, size/mb)
	}
	runtime.KeepAlive(block)
}
