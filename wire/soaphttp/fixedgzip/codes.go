package fixedgzip

import mathbits "math/bits"

// Numbers of RFC 1951 sections 3.2.5 and 3.2.6.
const (
	minMatch        = 3
	maxMatch        = 258
	maxDistance     = 1 << 15
	firstOfNineBits = 144 // literal
	distanceCode    = 5   // bits
)

// lengthCode is the code of a length with its extra bits.
type lengthCode struct {
	value uint16
	n     uint8
}

// lengths are the codes of the lengths from minMatch on.
var lengths = makeLengths()

func makeLengths() (list [maxMatch - minMatch + 1]lengthCode) {
	length := 0
	for symbol := uint16(257); symbol < 285; symbol++ {
		extra := max((int(symbol)-261)/4, 0)
		for x := range 1 << extra {
			c := symbolCode(symbol)
			list[length] = lengthCode{c.value | uint16(x)<<c.n, c.n + uint8(extra)}
			length++
		}
		if symbol == 284 {
			break
		}
	}
	list[maxMatch-minMatch] = symbolCode(285)
	return list
}

// symbolCode is the fixed code of a symbol from 256 on.
func symbolCode(symbol uint16) lengthCode {
	if symbol < 280 {
		return lengthCode{mathbits.Reverse16(symbol-256) >> 9, 7}
	}
	return lengthCode{mathbits.Reverse16(symbol-280+192) >> 8, 8}
}

// distanceBits is the code of a distance, with its extra bits; it takes the distance less 1.
func distanceBits(d uint) bits {
	if d < 4 {
		return bits{uint64(mathbits.Reverse8(uint8(d)) >> 3), distanceCode}
	}
	extra := uint(mathbits.Len(d)) - 2
	symbol := 2*extra + d>>extra
	return bits{
		uint64(mathbits.Reverse8(uint8(symbol))>>3) | uint64(d&(1<<extra-1))<<distanceCode, distanceCode + extra,
	}
}
