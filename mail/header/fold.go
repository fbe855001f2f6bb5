package header

import "strings"

const (
	foldAt   = 78  // RFC 5322 2.1.1: lines should not be longer
	lastFold = 990 // and must not be longer than 998
)

// AppendField appends a field with its line end, folded at blanks so that lines have 78 bytes where that is possible and never more than
// 998 (RFC 5322 2.1.1, 2.2.3). CR, LF and NUL in the value become blanks, so that a value cannot smuggle in another field. The value
// is taken as it is otherwise: see [EncodeText].
func AppendField(dst []byte, name, value string) []byte {
	value = oneLine(value)
	dst = append(dst, name...)
	dst = append(dst, ':')
	column := len(name) + 1
	value = " " + strings.Trim(value, " \t")
	for first := true; value != ""; first = false {
		n := blanks(value)
		for n < len(value) && !isBlank(value[n]) {
			n++
		}
		piece := value[:n]
		value = value[n:]
		if !first && column+len(piece) > foldAt {
			lead := blanks(piece)
			dst = append(dst, piece[:lead-1]...)
			dst = append(dst, "\r\n"...)
			piece = piece[lead-1:]
			column = 0
		}
		for column+len(piece) > lastFold { // nobody left a blank
			cut := max(lastFold-column, 0) // a name may be longer than a line
			dst = append(dst, piece[:cut]...)
			dst = append(dst, "\r\n "...)
			piece, column = piece[cut:], 1
		}
		dst = append(dst, piece...)
		column += len(piece)
	}
	return append(dst, "\r\n"...)
}

func blanks(s string) int {
	n := 0
	for n < len(s) && isBlank(s[n]) {
		n++
	}
	return n
}
