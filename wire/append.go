package wire

import (
	"encoding/base64"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	vectors "github.com/segmentio/asm/base64"
)

// The append functions write one element each; start and end are its tags.

func appendUint(dst []byte, start, end string, v uint64) []byte {
	dst = append(dst, start...)
	dst = strconv.AppendUint(dst, v, 10)
	return append(dst, end...)
}

func appendInt(dst []byte, start, end string, v int64) []byte {
	dst = append(dst, start...)
	dst = strconv.AppendInt(dst, v, 10)
	return append(dst, end...)
}

func appendBool(dst []byte, start, end string, v bool) []byte {
	dst = append(dst, start...)
	dst = strconv.AppendBool(dst, v)
	return append(dst, end...)
}

// appendFloat writes what C's %.9G and %.17G write.
func appendFloat(dst []byte, start, end string, v float64, bits int) []byte {
	dst = append(dst, start...)
	switch {
	case math.IsNaN(v):
		dst = append(dst, "NaN"...)
	case math.IsInf(v, 1):
		dst = append(dst, "INF"...)
	case math.IsInf(v, -1):
		dst = append(dst, "-INF"...)
	case bits == 32:
		dst = strconv.AppendFloat(dst, float64(float32(v)), 'G', 9, 64)
	default:
		dst = strconv.AppendFloat(dst, v, 'G', 17, 64)
	}
	return append(dst, end...)
}

func appendTime(dst []byte, start, end string, v time.Time) []byte {
	dst = append(dst, start...)
	dst = v.UTC().AppendFormat(dst, "2006-01-02T15:04:05Z")
	return append(dst, end...)
}

func appendBinary(dst []byte, start, end string, v []byte) []byte {
	dst = append(dst, start...)
	return append(appendBase64(dst, v), end...)
}

// vectorLength is the length from which on encoding with vectors pays.
const vectorLength = 256

func appendBase64(dst, v []byte) []byte {
	if len(v) < vectorLength {
		return base64.StdEncoding.AppendEncode(dst, v)
	}
	from, n := len(dst), base64.StdEncoding.EncodedLen(len(v))
	dst = slices.Grow(dst, n)[:from+n]
	vectors.StdEncoding.Encode(dst[from:], v)
	return dst
}

// appendHilo writes the high half signed and the low half unsigned.
func appendHilo(dst []byte, start, end string, v uint64) []byte {
	dst = append(dst, start...)
	dst = appendInt(dst, "<hi>", "</hi>", int64(int32(v>>32)))
	dst = appendUint(dst, "<lo>", "</lo>", uint64(uint32(v)))
	return append(dst, end...)
}

// appendText writes a string; the server of record abbreviates empty strings, and only them.
func appendText[T string | []byte](dst []byte, start, end, empty string, v T) []byte {
	if len(v) == 0 {
		return append(dst, empty...)
	}
	dst = append(dst, start...)
	dst = appendEscaped(dst, v)
	return append(dst, end...)
}

// appendNullString writes an optional string.
func appendNullString(dst []byte, start, end, empty string, v NullString) []byte {
	if !v.Valid {
		return dst
	}
	return appendText(dst, start, end, empty, v.String)
}

// appendEscaped writes text with the references of wire.md section 4. NUL is dropped:
// no reader could take it.
func appendEscaped[T string | []byte](dst []byte, v T) []byte {
	from := 0
	for i := 0; i < len(v); i++ {
		c := v[i]
		if c > '>' && c < 0x7F || c >= utf8.RuneSelf || plain(c) {
			continue
		}
		dst = append(dst, v[from:i]...)
		from = i + 1
		switch c {
		case '&':
			dst = append(dst, "&amp;"...)
		case '<':
			dst = append(dst, "&lt;"...)
		case '>':
			dst = append(dst, "&gt;"...)
		case 0:
		default:
			dst = append(dst, "&#x"...)
			dst = append(dst, upperHex(c)...)
			dst = append(dst, ';')
		}
	}
	return append(dst, v[from:]...)
}

// plain reports whether a character up to '>' or DEL is written as it is.
func plain(c byte) bool {
	switch c {
	case '&', '<', '>', 0x7F:
		return false
	case '\t', '\n':
		return true
	}
	return c >= ' '
}

func upperHex(c byte) string {
	const digits = "0123456789ABCDEF"
	if c == 0x7F {
		return "7F"
	}
	if c >= 0x10 {
		return "1" + digits[c-0x10:c-0x10+1]
	}
	return digits[c : c+1]
}

// appendArrayType appends the attribute that says how many members follow.
func appendArrayType(dst []byte, item string, n int) []byte {
	dst = append(dst, ` SOAP-ENC:arrayType="`...)
	dst = append(dst, item...)
	dst = append(dst, '[')
	dst = strconv.AppendInt(dst, int64(n), 10)
	return append(dst, `]"`...)
}

// appendXOP writes an element that refers to a part outside the XML.
func appendXOP(dst []byte, name string, x XOP) []byte {
	dst = append(append(dst, '<'), name...)
	if x.ContentType != "" {
		dst = append(dst, ` xmlmime:contentType="`...)
		dst = append(appendAttribute(dst, x.ContentType), '"')
	}
	dst = append(dst, '>')
	if x.Href != "" {
		dst = append(dst, `<xop:Include href="`...)
		dst = append(appendAttribute(dst, x.Href), `"/>`...)
	}
	dst = append(append(dst, "</"...), name...)
	return append(dst, '>')
}

// appendAttribute writes the value of an attribute.
func appendAttribute(dst []byte, v string) []byte {
	for i := range len(v) {
		if v[i] == '"' {
			dst = append(dst, "&quot;"...)
			continue
		}
		dst = appendEscaped(dst, v[i:i+1])
	}
	return dst
}
