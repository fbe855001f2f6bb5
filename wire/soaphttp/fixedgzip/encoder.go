package fixedgzip

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
)

// MaxPiece is the largest piece of data that [Encoder.Append] takes: a place in it has 16 bits.
const MaxPiece = 1 << 16

const (
	// header is a gzip header without name and time; the system is "unknown" (RFC 1952 section 2.3).
	header = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
	// slack is how much is written behind the end, since bits are stored eight bytes at a time.
	slack = 8
)

// Encoder makes gzip members, one after the other: Start, then Append for each piece, then Finish.
type Encoder struct {
	places [1 << hashBits]uint16 // last place in the piece of each hash
	rest   bits                  // that do not make up a byte yet: less than 8
	crc    uint32
	size   uint32
}

// Start appends the beginning of a member.
func (e *Encoder) Start(dst []byte) []byte {
	// The block is the last one (1) and has fixed codes (01).
	e.rest, e.crc, e.size = bits{0b011, 3}, 0, 0
	return append(dst, header...)
}

// Append appends data to the member, at most [MaxPiece] bytes at a time. What comes out is whole bytes; up to seven bits wait
// for what follows.
func (e *Encoder) Append(dst, piece []byte) []byte {
	e.crc = crc32.Update(e.crc, crc32.IEEETable, piece)
	e.size += uint32(len(piece))
	clear(e.places[:])
	start := len(dst)
	dst = slices.Grow(dst, Bound(len(piece))-len(header)-slack)
	n := e.deflate(dst[start:cap(dst)], piece)
	return dst[:start+n]
}

// Finish appends the end of the member.
func (e *Encoder) Finish(dst []byte) []byte {
	const endOfBlock = 7 // zero bits
	for n := e.rest.n + endOfBlock; n > 0; n -= min(n, 8) {
		dst = append(dst, byte(e.rest.value))
		e.rest.value >>= 8
	}
	dst = binary.LittleEndian.AppendUint32(dst, e.crc)
	return binary.LittleEndian.AppendUint32(dst, e.size)
}

// Bound is the largest room that a member of one piece of n bytes takes while it is made: nine bits for each byte, header and
// trailer, and what is written behind the end.
func Bound(n int) int { return n + n/8 + 1 + len(header) + 2*slack }
