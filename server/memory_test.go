package server

import (
	"math"
	"testing"

	"zarafa/server/memlimit"
	"zarafa/server/session"
)

// The limit follows sessions and settings, and is not touched unless that is asked for.
func TestLimitMemory(t *testing.T) {
	s := newOperations(t).server
	s.limitMemory()
	var limit int64
	s.LimitMemory(func(bytes int64) int64 { limit = bytes; return 0 }, math.MaxInt64)
	keep := func() int64 {
		s.limitMemory()
		return limit
	}
	s.memory.keeper.Read = func() (memlimit.Usage, error) { return memlimit.Usage{}, nil }
	first := keep()
	if most := memlimit.Promise(s.settings().Cache.Total(), 10); first < s.settings().Cache.Total() || first > most {
		t.Fatalf("the limit is %d with caches of %d, and %d promised", first, s.settings().Cache.Total(), most)
	}
	const more = 1000
	before := s.sessions.Count()
	for range more {
		if _, err := s.sessions.Create(0, 0, 0, session.Client{Source: loopback}); err != nil {
			t.Fatal(err)
		}
	}
	if got := keep(); s.sessions.Count() != before+more || got != first+more*memlimit.Session {
		t.Errorf("%d sessions raise the limit by %d", more, got-first)
	}
	const larger = 100 << 20
	changed := *s.settings()
	changed.Cache.Cell += larger
	second, grown := limit, changed.Cache.Total()-s.settings().Cache.Total()
	s.Reload(&changed)
	if got := keep(); grown < larger || got != second+grown {
		t.Errorf("caches larger by %d raise the limit by %d", grown, got-second)
	}
	// Where the environment has a limit it is kept to, and the server still watches its memory.
	s.LimitMemory(func(bytes int64) int64 { limit = bytes; return 0 }, first-1)
	if got := keep(); got != first-1 || s.memory.gauge == nil {
		t.Errorf("the limit is %d where %d is the most", got, first-1)
	}
}

// What large requests and answers may hold follows the memory, and one request never needs more than all may have.
func TestMessageBudget(t *testing.T) {
	s := newOperations(t).server
	for _, tt := range []struct{ memory, setting, budget, decompressed int64 }{
		{256 << 20, 256 << 20, 64 << 20, 64 << 20},
		{1 << 30, 256 << 20, 128 << 20, 128 << 20},
		{2 << 30, 256 << 20, 256 << 20, 256 << 20},
		{2 << 30, 10 << 20, 256 << 20, 10 << 20},
		{64 << 30, 2 << 30, 1 << 30, 1 << 30},
	} {
		cfg := *s.settings()
		cfg.Cache.Memory, cfg.Limits.RequestMaxDecompressed = tt.memory, tt.setting
		s.live.Store(&cfg)
		c := s.httpConfig()
		if c.MaxBufferedBytes != tt.budget || c.MaxUnsentBytes != tt.budget || c.MaxDecompressedBytes != tt.decompressed {
			t.Errorf("with %d MiB of memory: %d buffered, %d unsent, %d decompressed", tt.memory>>20, c.MaxBufferedBytes, c.MaxUnsentBytes,
				c.MaxDecompressedBytes)
		}
	}
}
