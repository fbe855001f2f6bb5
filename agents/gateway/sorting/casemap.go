package sorting

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// CaseMap is what is compared, byte by byte, in the place of a text by i;unicode-casemap (RFC 5051 2): each character in title case, and decomposed.
// Bytes that are no UTF-8 stay.
func CaseMap(s string) string {
	plain := true
	for i := range len(s) {
		plain = plain && s[i] < utf8.RuneSelf && (s[i] < 'a' || s[i] > 'z')
	}
	if plain {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i, r := range s {
		if r == utf8.RuneError {
			_, size := utf8.DecodeRuneInString(s[i:])
			b.WriteString(s[i : i+size])
			continue
		}
		if r < utf8.RuneSelf {
			if r >= 'a' && r <= 'z' {
				r -= 'a' - 'A'
			}
			b.WriteByte(byte(r))
			continue
		}
		r = unicode.ToTitle(r)
		if parts := norm.NFKD.PropertiesString(string(r)).Decomposition(); parts != nil {
			b.Write(parts)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
