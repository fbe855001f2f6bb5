package cache

import (
	"math/bits"
	"sync/atomic"

	"github.com/puzpuzpuz/xsync/v3"
)

// Cells is the cell cache: object id and [Kind] → [Record], inside a byte budget
// (cache_cell_size) that counts the index and all other bookkeeping.
//
// Look-ups take no lock and write nothing once an entry has been seen a few times.
// Writers of one shard take turns. There is no goroutine and nothing to close.
//
// Admission is S3-FIFO (Yang, Zhang, Qiu, Yue, Rashmi: "FIFO queues are all you need
// for cache eviction", SOSP 2023). A new record begins in a small queue, a tenth of the
// memory; only when it is read again before it reaches the end, or when it comes back
// soon after, does it enter the main queue. So the rows of a large folder, each read
// once, pass through the small queue and leave the rest alone. A hit changes no list,
// only a counter of two bits, which is what makes look-ups scale; LRU and TinyLFU have
// to reorder or to sample at every hit.
//
// Queues suit memory as well: records are written one behind the other into large
// chunks without pointers, a queue is a list of chunks, and eviction gives up a whole
// chunk after what was read again has been copied to the main queue. The garbage
// collector sees some thousand chunks in place of millions of records, there is no
// fragmentation, and a record that somebody still reads keeps its chunk alive after
// its eviction. The price is that the space of a replaced record comes back only when
// its chunk is evicted.
type Cells struct {
	shards []cellShard
	shift  uint // hash >> shift is the shard
	budget atomic.Int64
	hits   *xsync.Counter
	misses *xsync.Counter
}

// Ticket is given out with a miss. It makes Put drop a record that was read from the
// database before a change that has been announced since. The zero Ticket is never valid.
type Ticket struct {
	generation uint32
}

// CellStats are the requests since the start and the present contents.
type CellStats struct {
	Requests, Hits int64
	Items          int64
	Bytes, Budget  int64
}

const (
	minShards     = 4
	maxShards     = 64
	bytesPerShard = 1 << 20 // while there are fewer than maxShards
)

// NewCells makes an empty cache; the budget is in bytes, and 0 keeps nothing.
func NewCells(budget int64) *Cells {
	n := min(max(ceilPow2(int(min(budget, 1<<40)/bytesPerShard)), minShards), maxShards)
	c := &Cells{
		shards: make([]cellShard, n),
		shift:  uint(64 - bits.TrailingZeros(uint(n))),
		hits:   xsync.NewCounter(),
		misses: xsync.NewCounter(),
	}
	for i := range c.shards {
		c.shards[i].init()
	}
	c.SetBudget(budget)
	return c
}

// objectHash spreads object ids; all kinds of an object share a shard.
func objectHash(id uint32) uint64 { return (uint64(id) + 1) * 0x9E3779B97F4A7C15 }

func (c *Cells) shard(hash uint64) *cellShard { return &c.shards[hash>>c.shift] }

// Get finds the record of [KindObject] of an object. After a miss the ticket goes to Put.
// The record must not be changed. While somebody holds on to it, a chunk of up to
// a megabyte stays in memory: clone what is kept for longer than a request.
func (c *Cells) Get(id uint32) (Record, Ticket, bool) { return c.GetKind(id, KindObject) }

// GetKind is Get for any kind.
func (c *Cells) GetKind(id uint32, kind Kind) (Record, Ticket, bool) {
	if kind >= MaxKinds {
		return nil, Ticket{}, false
	}
	hash := objectHash(id)
	s := c.shard(hash)
	// The generation first: a change between the two then makes the ticket invalid.
	t := Ticket{s.generation(hash).Load()}
	r, ok := s.get(makeCellKey(id, kind))
	if !ok {
		c.misses.Inc()
		return nil, t, false
	}
	c.hits.Inc()
	return r, Ticket{}, true
}

// Ticket is a ticket for an object without a look-up, to put something in place of a record that was found.
func (c *Cells) Ticket(id uint32) Ticket {
	hash := objectHash(id)
	return Ticket{c.shard(hash).generation(hash).Load()}
}

// Put keeps a copy of a record of [KindObject] that was read after the ticket was given
// out. It does nothing if the object was invalidated or replaced since, or if the
// record is empty or too large (an eighth of a shard).
func (c *Cells) Put(t Ticket, id uint32, r Record) { c.PutKind(t, id, KindObject, r) }

// PutKind is Put for any kind.
func (c *Cells) PutKind(t Ticket, id uint32, kind Kind, r Record) {
	if kind >= MaxKinds {
		return
	}
	hash := objectHash(id)
	s := c.shard(hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.generation(hash).Load() == t.generation {
		s.put(makeCellKey(id, kind), r)
	}
}

// Replace keeps a copy of an object's new record of [KindObject] and makes all tickets for
// the object invalid. The records of other kinds, which show the object as it was,
// are removed. Call it after the commit; writers of one object must call in the order
// of their commits.
func (c *Cells) Replace(id uint32, r Record) {
	hash := objectHash(id)
	s := c.shard(hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outdate(hash)
	s.removeKinds(id, KindObject+1)
	s.put(makeCellKey(id, 0), r)
}

// ReplaceKind is Replace for one kind; records of the other kinds stay. A writer that
// has several calls Replace first.
func (c *Cells) ReplaceKind(id uint32, kind Kind, r Record) {
	if kind >= MaxKinds {
		return
	}
	hash := objectHash(id)
	s := c.shard(hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outdate(hash)
	s.put(makeCellKey(id, kind), r)
}

// Invalidate removes all records of the objects and makes their tickets invalid.
func (c *Cells) Invalidate(ids ...uint32) {
	for _, id := range ids {
		hash := objectHash(id)
		s := c.shard(hash)
		s.mu.Lock()
		s.outdate(hash)
		s.removeKinds(id, KindObject)
		s.mu.Unlock()
	}
}

// InvalidateCounts removes those records of a store or folder in which its counters are: all but that of [KindWhole]. It makes all tickets
// for the object invalid.
func (c *Cells) InvalidateCounts(id uint32) {
	hash := objectHash(id)
	s := c.shard(hash)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outdate(hash)
	s.remove(makeCellKey(id, KindObject))
	s.removeKinds(id, KindRow)
}

// Flush removes everything and makes all tickets invalid.
func (c *Cells) Flush() {
	for i := range c.shards {
		s := &c.shards[i]
		s.mu.Lock()
		s.flush()
		s.mu.Unlock()
	}
}

// SetBudget changes the budget and evicts at once what exceeds it.
func (c *Cells) SetBudget(budget int64) {
	c.budget.Store(budget)
	for i := range c.shards {
		s := &c.shards[i]
		s.mu.Lock()
		s.setBudget(max(budget, 0) / int64(len(c.shards)))
		s.mu.Unlock()
	}
}

// Stats are the present counts.
func (c *Cells) Stats() CellStats {
	st := CellStats{Hits: c.hits.Value(), Budget: c.budget.Load()}
	st.Requests = st.Hits + c.misses.Value()
	for i := range c.shards {
		s := &c.shards[i]
		s.mu.Lock()
		st.Items += int64(s.index.Load().live)
		st.Bytes += s.used
		s.mu.Unlock()
	}
	return st
}
