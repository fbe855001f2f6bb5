package wire

import (
	"bytes"
	"unicode/utf8"
)

// unescape resolves references in place: none is shorter than what it stands for. References
// to control characters are not XML but occur (wire.md section 4). There are no other
// entities than XML's five.
func (d *Decoder) unescape(text []byte) []byte {
	w := bytes.IndexByte(text, '&')
	if w < 0 {
		return text
	}
	for r := w; r < len(text); {
		if text[r] != '&' {
			text[w] = text[r]
			w, r = w+1, r+1
			continue
		}
		end := bytes.IndexByte(text[r:min(len(text), r+maxReference)], ';')
		if end < 0 {
			d.fail("malformed reference")
			return nil
		}
		c, ok := resolve(text[r+1 : r+end])
		if !ok {
			d.fail("unknown or forbidden reference")
			return nil
		}
		w += utf8.EncodeRune(text[w:], c)
		r += end + 1
	}
	return text[:w:w]
}

// maxReference bounds the length of a reference; leading zeros are legal but not endless.
const maxReference = 32

// resolve is the character a reference stands for.
func resolve(ref []byte) (rune, bool) {
	switch string(ref) {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(ref) < 2 || ref[0] != '#' {
		return 0, false
	}
	digits, base := ref[1:], rune(10)
	if digits[0] == 'x' || digits[0] == 'X' {
		digits, base = digits[1:], 16
	}
	var c rune
	for _, b := range digits {
		v := digit(b)
		if v >= base {
			return 0, false
		}
		if c = c*base + v; c > utf8.MaxRune {
			return 0, false
		}
	}
	if len(digits) == 0 || c == 0 {
		return 0, false
	}
	return c, true // EncodeRune replaces surrogates by U+FFFD
}

func digit(b byte) rune {
	switch {
	case b >= '0' && b <= '9':
		return rune(b - '0')
	case b >= 'a' && b <= 'f':
		return rune(b-'a') + 10
	case b >= 'A' && b <= 'F':
		return rune(b-'A') + 10
	}
	return 99
}

// validText makes a text fit to be kept: malformed UTF-8 becomes U+FFFD, NUL is refused.
func (d *Decoder) validText(text []byte) []byte {
	if bytes.IndexByte(text, 0) >= 0 {
		d.failOn("NUL character")
		return nil
	}
	if !utf8.Valid(text) {
		text = bytes.ToValidUTF8(text, []byte("\uFFFD"))
	}
	return text
}

// printable makes a name fit for a fault.
func printable(name []byte) string {
	name = name[:min(len(name), 80)]
	return string(bytes.ToValidUTF8(bytes.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F {
			return -1
		}
		return r
	}, name), []byte("?")))
}
