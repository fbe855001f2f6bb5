package fixedgzip

import (
	"encoding/binary"
	mathbits "math/bits"
)

const (
	hashBits = 12
	// hashed is how many bytes a hash is made of. A match of four is taken as well.
	hashed = 5
	// margin is what the search leaves at the end of a piece, so that it can read eight bytes anywhere.
	margin = 8
)

func hash(eight uint64) uint64 {
	return eight << (64 - 8*hashed) * 0x9E3779B185EBCA87 >> (64 - hashBits)
}

// deflate encodes a piece into out, which has the room, and says how much that is.
func (e *Encoder) deflate(out, src []byte) int {
	b, at := e.rest, 0
	literal, s := 0, 1 // first byte that is not encoded; place of the search
	for s < len(src)-margin {
		word := binary.LittleEndian.Uint64(src[s:])
		h := hash(word)
		match := int(e.places[h])
		e.places[h] = uint16(s)
		if s-match > maxDistance || binary.LittleEndian.Uint32(src[match:]) != uint32(word) {
			s += 1 + (s-literal)>>5 // ever faster where there is nothing to find
			continue
		}
		for s > literal && match > 0 && src[s-1] == src[match-1] {
			s--
			match--
		}
		b, at = b.literals(out, at, src, literal, s)
		length := 4 + equal(src[s+4:], src[match+4:])
		b, at = b.copy(out, at, length, s-match)
		s += length
		literal = s
	}
	if last := len(src) - margin; literal < last {
		b, at = b.literals(out, at, src, literal, last)
		literal = last
	}
	e.rest, at = b.bytes(out, at, src[literal:])
	return at
}

// equal is how many bytes the two have in common at their beginnings; a is the shorter.
func equal(a, b []byte) int {
	n := 0
	for n+8 <= len(a) {
		if x := binary.LittleEndian.Uint64(a[n:]) ^ binary.LittleEndian.Uint64(b[n:]); x != 0 {
			return n + mathbits.TrailingZeros64(x)>>3
		}
		n += 8
	}
	for n < len(a) && a[n] == b[n] {
		n++
	}
	return n
}
