package frontend

import (
	"net/netip"
	"sync"
	"time"
)

// How long answers to failed log-ons are held back, and for how long an address is remembered.
const (
	firstDelay   = time.Second
	longestDelay = 15 * time.Second
	forgetAfter  = 15 * time.Minute
	// maxRemembered bounds how many addresses are remembered, some 100 bytes each.
	maxRemembered = 20_000
)

// Slowdown holds back the answers to failed log-ons, ever longer for addresses with many of them. Log-ons that succeed are never held back: of all who
// share an address only those who guess are slower. This machine itself is not slowed down: programs on it log on for everybody.
type Slowdown struct {
	now func() time.Time

	mu       sync.Mutex
	failures map[netip.Prefix]failure
}

type failure struct {
	delay time.Duration
	last  time.Time
}

// NewSlowdown makes one that reads the time from now.
func NewSlowdown(now func() time.Time) *Slowdown {
	return &Slowdown{now: now, failures: make(map[netip.Prefix]failure)}
}

// Failed notes a failed log-on, and says how long its answer is to be held back.
func (s *Slowdown) Failed(a netip.Addr) time.Duration {
	if local(a) {
		return 0
	}
	key, now := neighbourhood(a), s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	f, known := s.failures[key]
	if !known && len(s.failures) >= maxRemembered {
		s.makeRoom(now)
	}
	if !known || now.Sub(f.last) >= forgetAfter {
		f.delay = firstDelay / 2
	}
	f = failure{delay: min(2*f.delay, longestDelay), last: now}
	s.failures[key] = f
	return f.delay
}

// makeRoom forgets those whose time is over, and any others until a quarter is free, so that looking at all of them is rare.
func (s *Slowdown) makeRoom(now time.Time) {
	for key, f := range s.failures {
		if now.Sub(f.last) >= forgetAfter {
			delete(s.failures, key)
		}
	}
	for key := range s.failures {
		if len(s.failures) <= maxRemembered*3/4 {
			return
		}
		delete(s.failures, key)
	}
}
