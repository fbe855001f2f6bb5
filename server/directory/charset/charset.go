// Package charset makes UTF-8 of the texts of other systems' user directories.
//
// A [Decoder] is never changed and may be used by many goroutines.
package charset

import (
	"fmt"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/ianaindex"
)

// Decoder translates texts of one character set. The zero value is that of UTF-8.
type Decoder struct {
	charset encoding.Encoding // nil: it is UTF-8
}

// New makes the decoder of a character set, known by its name at the IANA.
func New(name string) (Decoder, error) {
	if name == "" || strings.EqualFold(name, "UTF-8") || strings.EqualFold(name, "UTF8") {
		return Decoder{}, nil
	}
	e, err := ianaindex.IANA.Encoding(name)
	if err != nil || e == nil {
		return Decoder{}, fmt.Errorf("the character set %q is not known", name)
	}
	return Decoder{e}, nil
}

// Text decodes a value; what cannot be decoded is replaced, so that the result is valid UTF-8. NUL ends a text.
func (d Decoder) Text(value []byte) string {
	if d.charset != nil {
		if decoded, err := d.charset.NewDecoder().Bytes(value); err == nil {
			value = decoded
		}
	}
	s, _, _ := strings.Cut(string(value), "\x00")
	return strings.ToValidUTF8(s, "\uFFFD")
}

// Encode is the reverse of Text. What the character set lacks makes the text stay as it is.
func (d Decoder) Encode(s string) string {
	if d.charset == nil {
		return s
	}
	encoded, err := d.charset.NewEncoder().String(s)
	if err != nil {
		return s
	}
	return encoded
}
