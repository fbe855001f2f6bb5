package cache

import (
	"sync/atomic"
	"unsafe"
)

// cellKey is an object id and a kind, never 0.
type cellKey uint64

func makeCellKey(id uint32, kind Kind) cellKey {
	return cellKey(1<<63 | uint64(id)<<8 | uint64(kind))
}

// hash is independent of objectHash, whose upper bits are the same within a shard.
func (k cellKey) hash() uint64 {
	h := uint64(k) * 0xD6E8FEB86659FD93
	h = (h ^ h>>32) * 0xD6E8FEB86659FD93 // ids that follow one another would lie in heaps after one round
	return h ^ h>>32
}

// tombstone marks a slot that is free again but may lie inside a probe sequence.
const tombstone cellKey = 1

// cellPlace says where a record is: chunk id, offset in steps of 8 bytes, and how
// often it was read since it entered its queue (0 to 3).
type cellPlace uint64

const (
	maxReads   = 3
	placeAlign = 8
)

func makePlace(chunk uint32, offset int) cellPlace {
	return cellPlace(uint64(chunk)<<32 | uint64(offset/placeAlign)<<4)
}

func (p cellPlace) chunk() uint32    { return uint32(p >> 32) }
func (p cellPlace) offset() int      { return int(uint32(p)>>4) * placeAlign }
func (p cellPlace) reads() cellPlace { return p & maxReads }
func (p cellPlace) where() cellPlace { return p &^ 15 }

// cellSlot is one entry of the index. The writer stores the place before the key
// when it takes a slot. A reader that meets a slot between two owners finds a record
// whose own key differs from the one it looks for, and reports a miss.
type cellSlot struct {
	key   atomic.Uint64
	place atomic.Uint64
}

// count notes that the record at a place was read.
func (s *cellSlot) count(p cellPlace) {
	if p.reads() < maxReads {
		s.place.CompareAndSwap(uint64(p), uint64(p+1)) // a lost count does no harm
	}
}

const (
	cellSlotSize  = int64(unsafe.Sizeof(cellSlot{}))
	minIndexSlots = 64
)

// cellIndex is an open-addressed table without pointers. Its slots are changed
// under the shard's lock and read without; to resize it the shard makes another one.
type cellIndex struct {
	slots []cellSlot // a power of two
	taken int        // slots that are not empty, tombstones included
	live  int
}

func newCellIndex(slots int) *cellIndex { return &cellIndex{slots: make([]cellSlot, slots)} }

func (x *cellIndex) bytes() int64 { return int64(len(x.slots)) * cellSlotSize }

// home is where the search for a key begins.
func (x *cellIndex) home(key cellKey) *cellSlot { return &x.slots[key.hash()&uint64(len(x.slots)-1)] }

// find is the slot of a key, nil if there is none.
func (x *cellIndex) find(key cellKey) *cellSlot {
	mask := uint64(len(x.slots) - 1)
	for i, n := key.hash(), 0; n < len(x.slots); i, n = i+1, n+1 {
		slot := &x.slots[i&mask]
		switch cellKey(slot.key.Load()) {
		case key:
			return slot
		case 0:
			return nil
		}
	}
	return nil
}

// set enters a key that is not in the index; there must be an empty slot.
func (x *cellIndex) set(key cellKey, place cellPlace) {
	mask := uint64(len(x.slots) - 1)
	for i := key.hash(); ; i++ {
		slot := &x.slots[i&mask]
		old := cellKey(slot.key.Load())
		if old != 0 && old != tombstone {
			continue
		}
		if old == 0 {
			x.taken++
		}
		slot.place.Store(uint64(place))
		slot.key.Store(uint64(key))
		x.live++
		return
	}
}

func (x *cellIndex) remove(slot *cellSlot) {
	slot.key.Store(uint64(tombstone))
	x.live--
}

// crowded reports that the next set had better go to a larger or a cleaned index.
func (x *cellIndex) crowded() bool { return (x.taken+1)*4 > len(x.slots)*3 }

// resized is a copy without tombstones, with a size that suits the contents.
func (x *cellIndex) resized() *cellIndex {
	size := max(minIndexSlots, ceilPow2(x.live*8/5))
	to := newCellIndex(size)
	for i := range x.slots {
		if key := cellKey(x.slots[i].key.Load()); key != 0 && key != tombstone {
			to.set(key, cellPlace(x.slots[i].place.Load()))
		}
	}
	return to
}
