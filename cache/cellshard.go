package cache

import (
	"sync"
	"sync/atomic"
	"unsafe"
)

const (
	stripes        = 64 // generations of a shard; objects of one stripe share invalidation
	minCellChunk   = 4 << 10
	maxCellChunk   = 1 << 20
	chunksPerShard = 64
	maxCellChunks  = 1 << 16
	smallPart      = 10 // the small queue has a tenth
	warmPart       = 4  // the cache is warm when the main queue has all but a quarter
	promoteReads   = 1  // reads in the small queue that earn a place in the main one
	maxRounds      = 16 // chunks that one insertion may copy back before it evicts without mercy
)

// cellShard is a part of the cache with a lock of its own for writers. Readers (get, and the look-ups of a page in cellbatch.go) take no
// lock; the groups of fields say what they may touch.
type cellShard struct {
	// Read by anybody, replaced under mu. A reader loads each of them once for a look-up and may get an index and a table of
	// different moments: what it finds counts only if chunk id and key agree with what it looked for.
	index  atomic.Pointer[cellIndex]                   // slots are atomics of their own; readers change the count of reads in a place
	chunks atomic.Pointer[[]atomic.Pointer[cellChunk]] // by the lower half of the chunk id; nil where a chunk was given up

	// Read by anybody, for a ticket before the database is asked; changed under mu, with every change of an object of the stripe.
	generations [stripes]atomic.Uint32

	mu sync.Mutex
	// Read and changed under mu alone, the chunks' own bookkeeping (fill, live, main, prev, next) too.
	kinds  uint32    // bits of the kinds ever stored
	free   []uint32  // ids of chunks that may be made
	small  cellQueue // records that were put once
	main   cellQueue // records that were read again, or put again soon after they were evicted
	ghosts ghostList // keys evicted from small

	budget    int64 // bytes
	chunkSize int   // bytes of a new chunk, unless a record needs a larger one
	used      int64 // bytes, all bookkeeping included
	warm      bool  // the main queue has been nearly full

	_ [64]byte // the next shard's fields are in another cache line
}

func (s *cellShard) init() {
	for i := range s.generations {
		s.generations[i].Store(1)
	}
	s.used = int64(unsafe.Sizeof(*s))
	s.setIndex(newCellIndex(minIndexSlots))
	table := make([]atomic.Pointer[cellChunk], 0)
	s.chunks.Store(&table)
}

func (s *cellShard) setIndex(x *cellIndex) {
	if old := s.index.Load(); old != nil {
		s.used -= old.bytes()
	}
	s.used += x.bytes()
	s.index.Store(x)
	s.sizeGhosts()
}

// sizeGhosts gives the list of ghosts the size that suits the index.
func (s *cellShard) sizeGhosts() {
	size := len(s.index.Load().slots)
	if !s.warm {
		size *= coldGhosts
	}
	s.used -= s.ghosts.bytes()
	s.ghosts.resize(size)
	s.used += s.ghosts.bytes()
}

// warmUp notes that the main queue is nearly full.
func (s *cellShard) warmUp() {
	if !s.warm && s.main.bytes >= s.budget/warmPart*(warmPart-1) {
		s.warm = true
		s.sizeGhosts()
	}
}

func (s *cellShard) generation(objectHash uint64) *atomic.Uint32 {
	return &s.generations[objectHash>>40%stripes]
}

func (s *cellShard) outdate(objectHash uint64) { s.generation(objectHash).Add(1) }

// get runs without the lock. The index, the chunk table and the chunk may belong to
// different moments; the chunk's id and the record's own key say whether they fit.
func (s *cellShard) get(key cellKey) (Record, bool) {
	l := lookup{key: key, shard: s, index: s.index.Load()}
	l.findChunk()
	l.fetch()
	return l.record()
}

// chunkOf is the chunk of a place, nil if it has been evicted. A slot's generation
// comes round after 65,536 chunks; a reader that slept so long between two loads
// would still have to meet its own key at the offset.
func (s *cellShard) chunkOf(p cellPlace) *cellChunk {
	if c := s.chunkAt(p); c.has(p) {
		return c
	}
	return nil
}

// chunkAt is the chunk that has the slot of a place now, which may be another one than [cellShard.chunkOf] would give, or none.
func (s *cellShard) chunkAt(p cellPlace) *cellChunk {
	table := *s.chunks.Load()
	if i := p.chunk() & (maxCellChunks - 1); int(i) < len(table) {
		return table[i].Load()
	}
	return nil
}

func (s *cellShard) setBudget(budget int64) {
	s.budget = budget
	size := ceilPow2(int(budget/chunksPerShard)+1) / 2
	s.chunkSize = min(max(size, minCellChunk), maxCellChunk)
	s.makeRoom(0)
}

// put stores a record as the object's newest. The caller holds the lock.
func (s *cellShard) put(key cellKey, r Record) {
	size := cellSize(len(r))
	if len(r) == 0 || len(r) > maxCellSize || int64(size) > s.budget/8 {
		s.remove(key)
		return
	}
	s.kinds |= 1 << (key & (MaxKinds - 1))
	main := false
	if slot := s.index.Load().find(key); slot != nil {
		// A writer's new version: it keeps the rank that the old one has earned.
		if c := s.chunkOf(cellPlace(slot.place.Load())); c != nil {
			main = c.main
		}
	} else {
		main = s.ghosts.take(key)
		if s.index.Load().crowded() {
			s.setIndex(s.index.Load().resized())
			s.makeRoom(0)
		}
	}
	chunk := s.chunkFor(size, main, true)
	if chunk == nil {
		s.remove(key)
		return
	}
	place := makePlace(chunk.id, chunk.append(key, r))
	chunk.live++
	// Making room may have evicted the old version, so look again.
	slot := s.index.Load().find(key)
	if slot == nil {
		s.index.Load().set(key, place)
		return
	}
	old := cellPlace(slot.place.Swap(uint64(place)))
	s.unlink(old)
}

// remove forgets a record. The caller holds the lock.
func (s *cellShard) remove(key cellKey) {
	x := s.index.Load()
	if slot := x.find(key); slot != nil {
		place := cellPlace(slot.place.Load())
		x.remove(slot)
		s.unlink(place)
	}
}

// removeKinds forgets an object's records of this kind and the following ones.
func (s *cellShard) removeKinds(id uint32, from Kind) {
	for kind := from; kind < MaxKinds; kind++ {
		if s.kinds&(1<<kind) != 0 {
			s.remove(makeCellKey(id, kind))
		}
	}
}

// unlink counts a record of a chunk as dead and gives up a chunk that has no other.
func (s *cellShard) unlink(p cellPlace) {
	c := s.chunkOf(p)
	if c == nil {
		return
	}
	c.live--
	if q := s.queue(c.main); c.live == 0 && c != q.last {
		q.remove(c)
		s.release(c)
	}
}

func (s *cellShard) queue(main bool) *cellQueue {
	if main {
		return &s.main
	}
	return &s.small
}

// chunkFor is a chunk of a queue with room for size bytes; nil if there cannot be one.
// A large record gets a chunk of its own, so that it wastes no other's rest.
func (s *cellShard) chunkFor(size int, main, evict bool) *cellChunk {
	q := s.queue(main)
	if q.last != nil && q.last.fill+size <= len(q.last.data) {
		return q.last
	}
	bytes := s.chunkSize
	if size > s.chunkSize/4 {
		bytes = size
	}
	if evict {
		s.makeRoom(int64(bytes) + chunkOverhead)
		if q.last != nil && q.last.fill+size <= len(q.last.data) {
			return q.last // eviction has begun a new chunk of the main queue
		}
	}
	id, ok := s.newChunkID()
	if !ok {
		return nil
	}
	c := &cellChunk{id: id, data: makeRounded[byte](bytes), main: main}
	(*s.chunks.Load())[id&(maxCellChunks-1)].Store(c)
	s.used += c.bytes()
	q.push(c)
	s.warmUp()
	return c
}

// newChunkID takes a free slot of the chunk table, which grows as it must.
func (s *cellShard) newChunkID() (uint32, bool) {
	if n := len(s.free); n > 0 {
		id := s.free[n-1]
		s.free = s.free[:n-1]
		return id, true
	}
	old := *s.chunks.Load()
	if len(old) == maxCellChunks {
		return 0, false
	}
	size := max(chunksPerShard, 2*len(old))
	table := make([]atomic.Pointer[cellChunk], size)
	for i := range old {
		table[i].Store(old[i].Load())
	}
	for i := size - 1; i > len(old); i-- {
		s.free = append(s.free, uint32(i))
	}
	s.used += int64(size-len(old)) * 16 // the table and the list of free ids
	s.chunks.Store(&table)
	return uint32(len(old)), true
}

// release gives up a chunk that is in no queue.
func (s *cellShard) release(c *cellChunk) {
	s.used -= c.bytes()
	(*s.chunks.Load())[c.id&(maxCellChunks-1)].Store(nil)
	s.free = append(s.free, c.id+maxCellChunks)
}

func (s *cellShard) flush() {
	for i := range s.generations {
		s.generations[i].Add(1)
	}
	s.warm = false
	s.setIndex(newCellIndex(minIndexSlots))
	for _, q := range []*cellQueue{&s.small, &s.main} {
		for q.first != nil {
			c := q.first
			q.remove(c)
			s.release(c)
		}
	}
}
