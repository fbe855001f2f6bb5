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
	cells  atomic.Int64     // of it the cell cache's
	keeper *memlimit.Keeper // nil if the limit is not ours to set; with what follows it belongs to keepMemory
	gauge  *memlimit.Gauge
	yield  memlimit.Yield
}

func (m *memory) configure(c *config.Cache) {
	m.caches.Store(c.Total())
	m.cells.Store(c.Cell)
}

// Bounds of what large messages may hold, in bytes. The least lets a large message in at all, the most is enough for anybody.
const (
	leastMessages = 64 << 20
	mostMessages  = 1 << 30
)

// messageBudget is what large requests may hold together in a process that may use so much memory, and as much again what waits to
// be sent: an eighth, since a quarter belongs to the cells and an operation needs a request several times over. No request can be
// larger when it is decompressed: it could never be taken in.
func messageBudget(memory int64) int64 {
	return min(max(memory/8, leastMessages), mostMessages)
}

// LimitMemory has the server keep the process to the memory that its settings promise (package memlimit), by setting the limit
// of Go's runtime, usually with debug.SetMemoryLimit, to most bytes at most. Call it before Serve; without it the server sets no limit.
func (s *Server) LimitMemory(set func(bytes int64) int64, most int64) {
	connections, pages := 0, int64(0)
	if s.settings().Database.Engine == config.EngineSQLite {
		connections = sqlite.Connections(runtime.GOMAXPROCS(0))
		pages = sqlite.PageCache(connections)
	}
	s.memory.configure(&s.settings().Cache)
	s.memory.keeper = memlimit.NewKeeper(connections, pages, set, most)
	s.memory.gauge = memlimit.NewGauge()
}

// limitMemory sets the limit anew if it has changed with the sessions, the settings or what lies outside of the heap, and has
// cells make room for requests.
func (s *Server) limitMemory() {
	m := &s.memory
	if m.keeper == nil {
		return
	}
	limit := m.keeper.Keep(m.caches.Load(), s.sessions.Count())
	cells := s.cells.Stats()
	budget := m.yield.Cells(m.cells.Load(), limit, m.gauge.Read(), cells.Bytes, s.views.Stats().Bytes)
	if budget != cells.Budget {
		s.cells.SetBudget(budget)
	}
}
