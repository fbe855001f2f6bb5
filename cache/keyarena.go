package cache

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"
	"unsafe"
)

// ErrViewTooLarge reports more sort keys than one view can address (about 4 GiB).
var ErrViewTooLarge = errors.New("cache: the sort keys of one view exceed 4 GiB")

const (
	chunkBits    = 16
	chunkSize    = 1 << chunkBits
	maxChunks    = 1 << (32 - chunkBits)
	minChunkSize = 64
)

// keyRef is the place of a key: the number of its chunk and the offset within.
type keyRef uint32

// keyChunks holds sort keys, each with its length before it. Bytes that a keyRef
// points to never change, so that snapshots share the chunks with the writer.
type keyChunks [][]byte

// at is the key at a place that put has returned.
func (c keyChunks) at(ref keyRef) []byte {
	b := c[ref>>chunkBits][ref&(chunkSize-1):]
	if n := int(b[0]); n < 0x80 { // nearly every key is this short
		return b[1 : 1+n : 1+n]
	}
	n, w := binary.Uvarint(b)
	end := w + int(n)
	return b[w:end:end]
}

// keyArena is the writer's side of keyChunks: append-only, one writer. Keys that
// no row refers to any more are counted in dead until the view is rebuilt.
type keyArena struct {
	chunks keyChunks
	fill   int // bytes used in the last chunk
	bytes  int64
	live   int64
	dead   int64
}

const sliceHeaderSize = int64(unsafe.Sizeof([]byte(nil)))

func storedKeySize(key []byte) int {
	return (bits.Len64(uint64(len(key))|1)+6)/7 + len(key)
}

// put stores a copy of the key. Whoever reads an older chunk table does not see
// the bytes that are written here, nor a table slot behind its own length.
func (a *keyArena) put(key []byte) (keyRef, error) {
	need := storedKeySize(key)
	last := len(a.chunks) - 1
	switch {
	case last >= 0 && a.fill < chunkSize && a.fill+need <= len(a.chunks[last]):
	case last >= 0 && a.fill+need <= chunkSize:
		a.growLast(need)
	default:
		if last+1 == maxChunks {
			return 0, ErrViewTooLarge
		}
		a.addChunk(max(need, min(chunkSize, max(minChunkSize, ceilPow2(int(a.live/8))))))
		last++
	}
	ref := keyRef(last<<chunkBits | a.fill)
	b := binary.AppendUvarint(a.chunks[last][:a.fill], uint64(len(key)))
	a.fill = len(append(b, key...))
	a.live += int64(need)
	return ref, nil
}

func (a *keyArena) addChunk(size int) {
	chunk := makeRounded[byte](size)
	old := int64(cap(a.chunks))
	a.chunks = append(a.chunks, chunk)
	a.bytes += int64(len(chunk)) + (int64(cap(a.chunks))-old)*sliceHeaderSize
	a.fill = 0
}

// growLast replaces the last, partly filled chunk by a larger copy. The table is
// copied too, because snapshots hold the old one.
func (a *keyArena) growLast(need int) {
	last := len(a.chunks) - 1
	size := min(chunkSize, max(2*len(a.chunks[last]), ceilPow2(a.fill+need)))
	chunk := makeRounded[byte](size)
	copy(chunk, a.chunks[last][:a.fill])
	a.bytes += int64(len(chunk) - len(a.chunks[last]))
	old := int64(cap(a.chunks))
	a.chunks = append(makeRounded[[]byte](len(a.chunks))[:0], a.chunks...)
	a.bytes += (int64(cap(a.chunks)) - old) * sliceHeaderSize
	a.chunks[last] = chunk
}

// drop counts a key as unused.
func (a *keyArena) drop(ref keyRef) {
	n := int64(storedKeySize(a.chunks.at(ref)))
	a.live -= n
	a.dead += n
}

// wasteful reports that most of the arena is unused and a rebuild pays.
func (a *keyArena) wasteful() bool { return a.dead > 4096 && a.dead > a.live }

// newKeyArena makes an arena with exact chunks for a total of stored key bytes.
func newKeyArena(total int64) *keyArena {
	a := new(keyArena)
	if n := int((total + chunkSize - 1) >> chunkBits); n > 0 {
		a.chunks = makeRounded[[]byte](min(n, maxChunks))[:0]
		a.bytes = int64(cap(a.chunks)) * sliceHeaderSize
	}
	return a
}

// putSized is put for a build that knows how many bytes are still to come.
func (a *keyArena) putSized(key []byte, remaining int64) (keyRef, error) {
	need := storedKeySize(key)
	if last := len(a.chunks) - 1; last < 0 || a.fill >= chunkSize || a.fill+need > len(a.chunks[last]) {
		if last+1 == maxChunks {
			return 0, ErrViewTooLarge
		}
		a.addChunk(max(need, int(min(chunkSize, remaining))))
	}
	return a.put(key)
}

func ceilPow2(n int) int { return 1 << bits.Len(uint(max(n, 1)-1)) }

// makeRounded makes a slice of at least n elements that fills the allocator's
// size class, so that len × element size is the memory it really takes.
func makeRounded[T any](n int) []T {
	s := slices.Grow([]T(nil), n)
	return s[:cap(s)]
}
