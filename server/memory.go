package server

import (
	"runtime"
	"sync/atomic"

	"zarafa/server/config"
	"zarafa/server/memlimit"
	"zarafa/storage/sqlite"
)

// memory keeps the process to its memory.
type memory struct {
	caches atomic.Int64     // budget of all caches, in bytes
	keeper *memlimit.Keeper // nil if the limit is not ours to set; belongs to keepHouse
}

// LimitMemory has the server keep the process to the memory that its settings promise (package memlimit), by setting the limit
// of Go's runtime, usually with debug.SetMemoryLimit. Call it before Serve; without it the server sets no limit.
func (s *Server) LimitMemory(set func(bytes int64) int64) {
	connections, pages := 0, int64(0)
	if s.cfg.Database.Engine == config.EngineSQLite {
		connections = sqlite.Connections(runtime.GOMAXPROCS(0))
		pages = sqlite.PageCache(connections)
	}
	s.memory.caches.Store(s.cfg.Cache.Total())
	s.memory.keeper = memlimit.NewKeeper(connections, pages, set)
}

// limitMemory sets the limit anew if it has changed with the sessions, the settings or what lies outside of the heap.
func (s *Server) limitMemory() {
	if s.memory.keeper != nil {
		s.memory.keeper.Keep(s.memory.caches.Load(), s.sessions.Count())
	}
}
