package cache

import "unsafe"

// makeRoom evicts until the given number of bytes more fits the budget, or nothing is left.
func (s *cellShard) makeRoom(bytes int64) {
	for round := 0; s.used+bytes > s.budget; round++ {
		switch {
		case s.small.first != nil && (s.main.first == nil || s.small.bytes >= s.budget/smallPart):
			s.evictSmall(round >= maxRounds)
		case s.main.first != nil:
			s.evictMain(round >= maxRounds)
		case s.index.Load().live == 0 && len(s.index.Load().slots) > minIndexSlots:
			s.setIndex(newCellIndex(minIndexSlots))
		default:
			return
		}
	}
}

// evictSmall gives up the oldest chunk of the small queue. What was read again goes
// to the main queue, of the rest the keys are remembered.
func (s *cellShard) evictSmall(merciless bool) {
	s.evict(&s.small, func(key cellKey, place cellPlace) bool {
		if place.reads() >= promoteReads && !merciless {
			return true
		}
		s.ghosts.add(key)
		return false
	})
}

// evictMain gives up the oldest chunk of the main queue. What was read since it came
// there goes round once more for each read.
func (s *cellShard) evictMain(merciless bool) {
	s.evict(&s.main, func(_ cellKey, place cellPlace) bool {
		return place.reads() > 0 && !merciless
	})
}

// evict gives up the first chunk of a queue, except for the records to keep, which
// are copied to the end of the main queue. This may exceed the budget by a chunk
// until the next round of makeRoom.
func (s *cellShard) evict(q *cellQueue, keep func(key cellKey, place cellPlace) bool) {
	c := q.first
	q.remove(c)
	x := s.index.Load()
	for at := 0; at < c.fill && c.live > 0; {
		key, r := c.record(at)
		here := makePlace(c.id, at)
		at += cellSize(len(r))
		slot := x.find(key)
		if slot == nil {
			continue
		}
		place := cellPlace(slot.place.Load())
		if place.where() != here {
			continue
		}
		c.live--
		if keep(key, place) {
			if to := s.chunkFor(cellSize(len(r)), true, false); to != nil {
				next := makePlace(to.id, to.append(key, r))
				if q == &s.main {
					next += place.reads() - 1
				}
				to.live++
				slot.place.Store(uint64(next))
				continue
			}
		}
		x.remove(slot)
	}
	s.release(c)
}

// ghostList remembers the keys of records that left the small queue, as fingerprints
// in a table where newer ones overwrite older ones.
//
// It has about as many places as the cache has records, which is the memory that S3-FIFO
// asks for, and four times as many until the main queue is nearly full: before that only those who come back are safe from
// a scan, and half of the list are the scan's rows.
type ghostList struct {
	prints []ghostPrint // a power of two
}

// ghostPrint is 0 for an empty place. A wrong match, one in 32,768, lets a record into the main queue that has not
// earned it.
type ghostPrint uint16

const (
	ghostPrintSize = int64(unsafe.Sizeof(ghostPrint(0)))
	coldGhosts     = 4 // times as many places while the main queue is being filled
)

func (g *ghostList) bytes() int64 { return int64(len(g.prints)) * ghostPrintSize }

// resize changes the number of places, a power of two. A smaller table keeps what the larger one knew; a larger one begins anew,
// since prints do not tell where they belong.
func (g *ghostList) resize(n int) {
	if n == len(g.prints) {
		return
	}
	old := g.prints
	g.prints = make([]ghostPrint, n)
	if n > len(old) {
		return
	}
	for i, print := range old {
		if print != 0 {
			g.prints[i&(n-1)] = print // a key's place is the lower bits of its hash
		}
	}
}

func (g *ghostList) place(key cellKey) (*ghostPrint, ghostPrint) {
	h := key.hash()
	return &g.prints[h&uint64(len(g.prints)-1)], ghostPrint(h>>48) | 1
}

func (g *ghostList) add(key cellKey) {
	p, print := g.place(key)
	*p = print
}

// take reports whether the key was remembered, and forgets it.
func (g *ghostList) take(key cellKey) bool {
	p, print := g.place(key)
	if *p != print {
		return false
	}
	*p = 0
	return true
}
