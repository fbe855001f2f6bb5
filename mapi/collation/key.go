package collation

import (
	"encoding/binary"
	"math"
	"unicode/utf8"

	"zarafa/mapi"
)

// maxSortUnits is how many UTF-16 units of a string take part in its order.
const maxSortUnits = 255

// The first byte of a column's part of a key. Missing values come before all others in
// ascending order.
const (
	keyMissing byte = 0
	keyPresent byte = 1
)

// Sortable reports whether values of a type have an order of their own. All values of
// other types count as missing (tables.md section 6).
func Sortable(t mapi.PropType) bool {
	switch t.Base() {
	case mapi.PtI2, mapi.PtLong, mapi.PtI8, mapi.PtSysTime, mapi.PtR4, mapi.PtDouble, mapi.PtAppTime,
		mapi.PtBoolean, mapi.PtBinary, mapi.PtCLSID, mapi.PtString8, mapi.PtUnicode:
		return true
	}
	return false
}

// AppendMissing appends the part of a key that stands for a missing value.
func AppendMissing(dst []byte, descending bool) []byte {
	if descending {
		return append(dst, ^keyMissing)
	}
	return append(dst, keyMissing)
}

// AppendKey appends one column's part of a sort key. The parts of a list of columns, appended
// one after the other, compare bytewise like the columns do from left to right, and
// no part is the beginning of another.
func (l *Locale) AppendKey(dst []byte, v mapi.PropValue, descending bool) []byte {
	t := v.Tag.Type()
	if t.Multi() || !Sortable(t) {
		return AppendMissing(dst, descending)
	}
	start := len(dst)
	dst = append(dst, keyPresent)
	switch t {
	case mapi.PtI2:
		dst = binary.BigEndian.AppendUint16(dst, uint16(v.Num)^0x8000)
	case mapi.PtLong: // unsigned, as clients have always seen it
		dst = binary.BigEndian.AppendUint32(dst, uint32(v.Num))
	case mapi.PtI8, mapi.PtSysTime:
		dst = binary.BigEndian.AppendUint64(dst, v.Num)
	case mapi.PtR4, mapi.PtDouble, mapi.PtAppTime:
		dst = binary.BigEndian.AppendUint64(dst, orderedFloat(v.Float()))
	case mapi.PtBoolean:
		b := byte(0)
		if v.Bool() {
			b = 1
		}
		dst = append(dst, b)
	case mapi.PtString8, mapi.PtUnicode:
		dst = l.appendString(dst, v.Data)
	default:
		dst = appendTerminated(dst, v.Data)
	}
	if descending {
		for i := start; i < len(dst); i++ {
			dst[i] = ^dst[i]
		}
	}
	return dst
}

// orderedFloat maps floats to numbers of the same order.
func orderedFloat(f float64) uint64 {
	bits := math.Float64bits(f)
	if bits>>63 != 0 {
		return ^bits
	}
	return bits | 1<<63
}

// appendTerminated appends bytes so that none is the beginning of another: zero bytes are followed by
// 0xFF and the end is two zeros.
func appendTerminated(dst, b []byte) []byte {
	for _, c := range b {
		dst = append(dst, c)
		if c == 0 {
			dst = append(dst, 0xFF)
		}
	}
	return append(dst, 0, 0)
}

func (l *Locale) appendString(dst, s []byte) []byte {
	c := l.get()
	defer l.put(c)
	return appendTerminated(dst, compactKey(c.Key(&c.buf, sortText(s))))
}

// sortText is the part of a string that is sorted by: one leading quote or bracket is
// left out, and what lies behind the limit.
func sortText(s []byte) []byte {
	if len(s) > maxSortUnits { // each unit takes a byte at least
		s = s[:unitPrefix(s, maxSortUnits)]
	}
	if len(s) > 0 && (s[0] == '\'' || s[0] == '(') {
		s = s[1:]
	}
	return s
}

// unitPrefix is the length in bytes of the first n UTF-16 units.
func unitPrefix(s []byte, n int) int {
	i := 0
	for i < len(s) && n > 0 {
		r, size := utf8.DecodeRune(s[i:])
		if n--; r > 0xFFFF {
			n--
		}
		i += size
	}
	return i
}

// The weights that most characters have at the second and third level, which are also
// the lowest.
const (
	commonSecondary = 0x20
	commonTertiary  = 0x02
)

// compactKey shortens a collation key in place to about half without changing its order: common weights at
// the end of the second and third level are dropped, since the end of a level is lower than any weight.
// A key it does not understand is left as it is.
func compactKey(key []byte) []byte {
	primary := primaryLen(key)
	if primary < 0 {
		return key
	}
	secondary, rest := key[primary+2:], []byte(nil)
	for i := 0; ; i += 2 {
		if i+1 >= len(secondary) {
			return key
		}
		if secondary[i] == 0 && secondary[i+1] == 0 {
			secondary, rest = secondary[:i], secondary[i+2:]
			break
		}
	}
	for n := len(secondary); n >= 2 && secondary[n-2] == 0 && secondary[n-1] == commonSecondary; n -= 2 {
		secondary = secondary[:n-2]
	}
	for n := len(rest); n > 0 && rest[n-1] == commonTertiary; n-- {
		rest = rest[:n-1]
	}
	out := key[:primary+2+len(secondary)]
	if len(rest) == 0 && len(secondary) == 0 {
		return key[:primary]
	}
	out = append(out, 0, 0)
	return append(out, rest...) // moves towards the front, so that it overwrites nothing it still needs
}

// primaryLen is the length of a key's first level, or -1. Its weights take two bytes, or three with
// the top bit set, and are not zero.
func primaryLen(key []byte) int {
	for i := 0; i+1 < len(key); {
		if key[i] == 0 && key[i+1] == 0 {
			return i
		}
		if key[i]&0x80 != 0 {
			i++
		}
		i += 2
	}
	return -1
}
