package cache

import (
	"encoding/binary"
	"unsafe"
)

// cellChunk is a block of records, written once from front to back. Each record has
// its key and length before it and starts at a multiple of 8:
//
//	0  object id
//	4  length of the record << 3 | kind
//	8  record
//
// A chunk is in one queue of its shard. Its memory is never used again for another
// chunk: the garbage collector takes it when no reader holds a record of it.
type cellChunk struct {
	// Never changed once the chunk is in the shard's table, so that readers need no lock:
	id   uint32 // slot in the shard's table, and in the upper half the slot's generation
	data []byte // below fill written once; a reader gets no place beyond before its record is complete

	// Read and changed under the shard's lock alone:
	fill       int        // bytes of data in use
	live       int        // records that the index refers to
	main       bool       // whether it is in the main queue
	prev, next *cellChunk // in its queue
}

const (
	cellHeaderSize = 8
	maxCellSize    = 1<<28 - 1
	chunkOverhead  = int64(unsafe.Sizeof(cellChunk{}))
)

func (c *cellChunk) bytes() int64 { return int64(len(c.data)) + chunkOverhead }

func cellSize(record int) int {
	return (cellHeaderSize + record + placeAlign - 1) &^ (placeAlign - 1)
}

// append writes a record, for which there must be room, and returns its offset.
func (c *cellChunk) append(key cellKey, r Record) int {
	at := c.fill
	binary.LittleEndian.PutUint32(c.data[at:], uint32(key>>8))
	binary.LittleEndian.PutUint32(c.data[at+4:], uint32(len(r))<<3|uint32(key&(MaxKinds-1)))
	copy(c.data[at+cellHeaderSize:], r)
	c.fill += cellSize(len(r))
	return at
}

// has reports whether a place is in the chunk, which may be nil.
func (c *cellChunk) has(p cellPlace) bool {
	return c != nil && c.id == p.chunk() && p.offset()+cellHeaderSize <= len(c.data)
}

// cellHeader is the eight bytes before a record.
type cellHeader uint64

func (h cellHeader) key() cellKey { return makeCellKey(uint32(h), Kind(h>>32&(MaxKinds-1))) }
func (h cellHeader) size() int    { return int(h >> 35) }

// record is the record at an offset that append has returned, and its key.
func (c *cellChunk) record(at int) (cellKey, Record) {
	h := cellHeader(binary.LittleEndian.Uint64(c.data[at:]))
	from := at + cellHeaderSize
	to := from + h.size()
	return h.key(), Record(c.data[from:to:to])
}

// cellQueue is a first-in-first-out list of chunks; records are written to the last.
type cellQueue struct {
	first, last *cellChunk
	bytes       int64
}

func (q *cellQueue) push(c *cellChunk) {
	c.prev, c.next = q.last, nil
	if q.last == nil {
		q.first = c
	} else {
		q.last.next = c
	}
	q.last = c
	q.bytes += c.bytes()
}

func (q *cellQueue) remove(c *cellChunk) {
	if c.prev == nil {
		q.first = c.next
	} else {
		c.prev.next = c.next
	}
	if c.next == nil {
		q.last = c.prev
	} else {
		c.next.prev = c.prev
	}
	c.prev, c.next = nil, nil
	q.bytes -= c.bytes()
}
