package memlimit

import "runtime/metrics"

// Heap is what Go's memory consists of at a moment, in bytes.
type Heap struct {
	Live  int64 // what the last collection found in use
	Other int64 // stacks and the runtime's own
}

// A Gauge reads the heap. It belongs to one goroutine.
type Gauge struct{ samples [6]metrics.Sample }

// NewGauge makes a gauge of this process.
func NewGauge() *Gauge {
	g := new(Gauge)
	for i, name := range [...]string{"/gc/heap/live:bytes", "/memory/classes/total:bytes", "/memory/classes/heap/objects:bytes",
		"/memory/classes/heap/unused:bytes", "/memory/classes/heap/free:bytes", "/memory/classes/heap/released:bytes"} {
		g.samples[i].Name = name
	}
	return g
}

// Read reads the heap.
func (g *Gauge) Read() Heap {
	metrics.Read(g.samples[:])
	other := int64(0)
	for i := range g.samples[1:] {
		n := int64(g.samples[1+i].Value.Uint64())
		if i > 0 {
			n = -n
		}
		other += n
	}
	return Heap{Live: int64(g.samples[0].Value.Uint64()), Other: other}
}

// Yield says how much of its memory the cache of cells has to leave to requests. Attachments of tens of megabytes are in memory several
// times while they are saved and read, and nothing but the cache can make room for many of them within what is promised.
//
// It takes back at once and gives back slowly, since what was there for one attachment will be wanted for the next.
// The zero value is ready; it belongs to one goroutine.
type Yield struct {
	rest int64 // what was in use beside the caches, a maximum that decays
}

const (
	decay = 32 // by one part in this number a second: half in 22 seconds
	// collectorRoom is how much may be allocated between two collections at least, so that they remain rare.
	collectorRoom = 64 << 20
	// leastPart of the cells remains, whatever happens.
	leastPart = 4
	// steps are those in which the budget changes, as parts of the configured one: each change goes through the whole cache.
	steps = 32
)

// Cells is the budget of the cell cache. configured is what the settings give it, limit the runtime's, cells and views what the
// caches hold now.
func (y *Yield) Cells(configured, limit int64, now Heap, cells, views int64) int64 {
	y.rest = max(y.rest-y.rest/decay, now.Live-cells-views+now.Other)
	step := max(configured/steps, 1)
	budget := limit - views - y.rest - max(collectorRoom, y.rest/2)
	return min(max(budget/step*step, configured/leastPart), configured)
}
