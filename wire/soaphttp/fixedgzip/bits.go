package fixedgzip

import (
	"encoding/binary"
	mathbits "math/bits"
)

// bits are those that have not been stored; the first is the lowest.
type bits struct {
	value uint64
	n     uint
}

// add appends a code.
func (b bits) add(value uint64, n uint) bits { return bits{b.value | value<<b.n, b.n + n} }

// store writes the whole bytes; less than 8 bits stay.
func (b bits) store(out []byte, at int) (bits, int) {
	binary.LittleEndian.PutUint64(out[at:], b.value)
	return bits{b.value >> (b.n &^ 7), b.n & 7}, at + int(b.n>>3)
}

// literals encodes src[from:to]. Eight bytes from any of them on can be read.
func (b bits) literals(out []byte, at int, src []byte, from, to int) (bits, int) {
	for from < to {
		word := binary.LittleEndian.Uint64(src[from:])
		k := min(to-from, 7)
		if word&0x8080808080808080 != 0 { // perhaps behind the end, which is no harm
			b, at = b.bytes(out, at, src[from:from+k])
			from += k
			continue
		}
		// The codes of the letters 0 to 127 are 48 to 175, with their highest bit first.
		codes := mathbits.ReverseBytes64(mathbits.Reverse64(word+0x3030303030303030)) & (1<<(8*k) - 1)
		binary.LittleEndian.PutUint64(out[at:], b.value|codes<<b.n)
		b.value = (b.value | codes<<b.n) >> (8 * k)
		at += k
		from += k
	}
	return b, at
}

// bytes encodes literals one by one.
func (b bits) bytes(out []byte, at int, src []byte) (bits, int) {
	for _, c := range src {
		if c < firstOfNineBits {
			b = b.add(uint64(mathbits.Reverse8(c+48)), 8)
		} else {
			b = b.add(uint64(mathbits.Reverse16(uint16(c)+256)>>7), 9)
		}
		b, at = b.store(out, at)
	}
	return b, at
}

// copy encodes a match: length bytes from so far back.
func (b bits) copy(out []byte, at, length, distance int) (bits, int) {
	from := distanceBits(uint(distance - 1))
	for length > 0 {
		part := min(length, maxMatch)
		if length-part < minMatch && length > part {
			part -= minMatch // what is left must be long enough
		}
		length -= part
		l := &lengths[part-minMatch]
		b = b.add(uint64(l.value), uint(l.n)).add(from.value, from.n)
		b, at = b.store(out, at)
	}
	return b, at
}
