package cache

import "encoding/binary"

// Found is what GetAll has of one object: its record, or nil and the ticket for PutKind.
type Found struct {
	Record Record
	Ticket Ticket
}

// lookups are done at a time by GetAll.
const lookups = 64

// lookup is a look-up under way, in steps each of which waits for memory that the one before has asked for.
type lookup struct {
	key    cellKey
	shard  *cellShard
	index  *cellIndex
	slot   *cellSlot // nil: not found
	chunk  *cellChunk
	place  cellPlace
	header uint64
}

// GetAll appends what GetKind gives for each of the objects, for pages of rows. Nearly all of a large cache is outside of
// the processor's, where one look-up waits for memory three times. GetAll asks for all slots of the index before it
// looks at the first, and for all records before it looks at the first, so that the waits overlap.
func (c *Cells) GetAll(to []Found, ids []uint32, kind Kind) []Found {
	if kind >= MaxKinds {
		return append(to, make([]Found, len(ids))...)
	}
	all, hits := len(ids), 0
	for len(ids) > 0 {
		n := min(len(ids), lookups)
		var block [lookups]lookup
		to = c.beginLookups(block[:n], to, ids[:n], kind)
		for i := range block[:n] {
			block[i].findChunk()
		}
		for i := range block[:n] {
			block[i].fetch()
		}
		found := to[len(to)-n:]
		for i := range block[:n] {
			if r, ok := block[i].record(); ok {
				found[i] = Found{Record: r}
				hits++
			}
		}
		ids = ids[n:]
	}
	c.hits.Add(int64(hits))
	c.misses.Add(int64(all - hits))
	return to
}

// beginLookups appends a ticket for each object, taken before the look-up as in GetKind, and asks for its slot of the index.
func (c *Cells) beginLookups(block []lookup, to []Found, ids []uint32, kind Kind) []Found {
	for i, id := range ids {
		hash := objectHash(id)
		s := c.shard(hash)
		to = append(to, Found{Ticket: Ticket{s.generation(hash).Load()}})
		l := &block[i]
		l.key, l.shard, l.index = makeCellKey(id, kind), s, s.index.Load()
		l.index.home(l.key).key.Load()
	}
	return to
}

// findChunk finds the slot and the chunk that its record is in.
func (l *lookup) findChunk() {
	if l.slot = l.index.find(l.key); l.slot != nil {
		l.place = cellPlace(l.slot.place.Load())
		l.chunk = l.shard.chunkAt(l.place)
	}
}

// fetch asks for the record's header.
func (l *lookup) fetch() {
	if !l.chunk.has(l.place) {
		l.chunk = nil
		return
	}
	l.header = binary.LittleEndian.Uint64(l.chunk.data[l.place.offset():])
}

// record is what was found.
func (l *lookup) record() (Record, bool) {
	if l.chunk == nil || cellHeader(l.header).key() != l.key {
		return nil, false
	}
	l.slot.count(l.place)
	from := l.place.offset() + cellHeaderSize
	to := from + cellHeader(l.header).size()
	return Record(l.chunk.data[from:to:to]), true
}
