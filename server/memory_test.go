package server

import (
	"testing"

	"zarafa/server/memlimit"
	"zarafa/server/session"
)

// The limit follows sessions and settings, and is not touched unless that is asked for.
func TestLimitMemory(t *testing.T) {
	s := newOperations(t).server
	s.limitMemory()
	var limit int64
	s.LimitMemory(func(bytes int64) int64 { limit = bytes; return 0 })
	keep := func() int64 {
		s.limitMemory()
		return limit
	}
	s.memory.keeper.Read = func() (memlimit.Usage, error) { return memlimit.Usage{}, nil }
	first := keep()
	if most := memlimit.Promise(s.cfg.Cache.Total(), 10); first < s.cfg.Cache.Total() || first > most {
		t.Fatalf("the limit is %d with caches of %d, and %d promised", first, s.cfg.Cache.Total(), most)
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
	changed := *s.cfg
	changed.Cache.Cell += larger
	second := limit
	s.Reload(&changed)
	if got := keep(); got != second+larger {
		t.Errorf("a cache larger by %d raises the limit by %d", larger, got-second)
	}
}
