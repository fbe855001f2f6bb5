//go:build !race

package loadgen_test

import (
	"runtime"
	"testing"
	"time"

	"zarafa/loadgen"
	"zarafa/profiles/users"
)

// TestUserAllocations: heap and stacks grow with the number of users by no more than the limit for each: what he knows of his mailbox, his
// session and connections, his stacks. Within it a process of 2,000 has less than 64 KiB resident for each heavy user, garbage and program
// included (results/zload.md).
func TestUserAllocations(t *testing.T) {
	url := startFake(t, itemsPerUser)
	for profile, most := range map[string]int64{"heavy": 38 << 10, "cached-heavy": 50 << 10} {
		const few, many = 10, 70
		each := most + 1
		for attempt := 0; attempt < 3 && each > most; attempt++ { // which stacks have had to grow is chance, some 3 KiB for each user
			a, b := memoryOf(t, url, profile, few), memoryOf(t, url, profile, many)
			each = (b - a) / (many - few)
			t.Logf("%s: %d bytes for each user; %d KiB for %d users, %d KiB for %d", profile, each, a>>10, few, b>>10, many)
		}
		if each > most {
			t.Errorf("%s: %d bytes for each user, more than %d", profile, each, most)
		}
	}
}

// memoryOf is how many bytes of heap and stacks a number of users take who have logged on, know their mailboxes and wait for what they do next.
func memoryOf(t *testing.T, url, profile string, number int) (used int64) {
	t.Helper()
	p, err := users.Load(profile)
	if err != nil {
		t.Fatal(err)
	}
	p.PerDay = map[users.Action]float64{users.LogOn: 8} // all wait for an hour's time
	before := inUse()
	_, err = loadgen.Run(t.Context(), loadgen.Options{
		URL: url, AdminURL: url, Users: number, Prefix: "z", Password: password, Profile: p, Duration: 24 * time.Hour, Compress: 1,
		NotifyGrace: time.Second, Interval: 50 * time.Millisecond, Decide: func(_, _ int64) bool {
			used = inUse() - before
			return true
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return used
}

// inUse are the bytes of reachable objects and stacks.
func inUse() int64 {
	for range 5 { // so that pools let go of what they have kept, and stacks of what they grew to while users began
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
