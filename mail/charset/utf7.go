package charset

import (
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// utf7 is UTF-7 (RFC 2152).
type utf7 struct{}

func (utf7) NewDecoder() *encoding.Decoder { return &encoding.Decoder{Transformer: &utf7Decoder{}} }
func (utf7) NewEncoder() *encoding.Encoder { return &encoding.Encoder{Transformer: utf7Encoder{}} }

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// digit is the value of a digit of base64, or -1.
func digit(c byte) int {
	switch {
	case c >= 'A' && c <= 'Z':
		return int(c - 'A')
	case c >= 'a' && c <= 'z':
		return int(c-'a') + 26
	case c >= '0' && c <= '9':
		return int(c-'0') + 52
	case c == '+':
		return 62
	case c == '/':
		return 63
	}
	return -1
}

type utf7Decoder struct {
	shifted, empty bool   // in base64; nothing of it was read yet
	bits           uint32 // of the UTF-16 unit that is incomplete
	n              int    // how many
	high           rune   // the first half of a surrogate pair
}

func (d *utf7Decoder) Reset() { *d = utf7Decoder{} }

func (d *utf7Decoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for ; nSrc < len(src); nSrc++ {
		if nDst+2*utf8.UTFMax > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += d.step(dst[nDst:], src[nSrc])
	}
	if atEOF {
		if nDst+utf8.UTFMax > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += d.dropHalf(dst[nDst:])
	}
	return nDst, nSrc, nil
}

// step takes one byte, and writes two characters at the most.
func (d *utf7Decoder) step(dst []byte, c byte) (n int) {
	if !d.shifted {
		switch {
		case c == '+':
			*d = utf7Decoder{shifted: true, empty: true}
			return 0
		case c >= utf8.RuneSelf:
			return utf8.EncodeRune(dst, utf8.RuneError)
		}
		dst[0] = c
		return 1
	}
	if v := digit(c); v >= 0 {
		d.empty = false
		d.bits, d.n = d.bits<<6|uint32(v), d.n+6
		if d.n < 16 {
			return 0
		}
		d.n -= 16
		unit := rune(d.bits >> d.n & 0xFFFF)
		return d.unit(dst, unit)
	}
	n = d.dropHalf(dst)
	wasEmpty := d.empty
	*d = utf7Decoder{}
	switch {
	case c == '-' && wasEmpty:
		dst[n] = '+'
		return n + 1
	case c == '-':
		return n
	case c >= utf8.RuneSelf:
		return n + utf8.EncodeRune(dst[n:], utf8.RuneError)
	}
	dst[n] = c
	return n + 1
}

// unit takes a unit of UTF-16.
func (d *utf7Decoder) unit(dst []byte, u rune) (n int) {
	if d.high != 0 && u >= 0xDC00 && u <= 0xDFFF {
		n = utf8.EncodeRune(dst, utf16.DecodeRune(d.high, u))
		d.high = 0
		return n
	}
	n = d.dropHalf(dst)
	if u >= 0xD800 && u <= 0xDBFF {
		d.high = u
		return n
	}
	return n + utf8.EncodeRune(dst[n:], u)
}

// dropHalf gives up the first half of a pair whose second did not come.
func (d *utf7Decoder) dropHalf(dst []byte) int {
	if d.high == 0 {
		return 0
	}
	d.high = 0
	return utf8.EncodeRune(dst, utf8.RuneError)
}

type utf7Encoder struct{ transform.NopResetter }

// Transform writes each run of characters that are not direct (RFC 2152, set D and white space) as one piece of base64. It takes a whole
// run at a time, and a run ends after 32 characters, so that a short buffer is enough.
func (utf7Encoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		if c := src[nSrc]; c == '+' || direct(c) {
			if nDst+2 > len(dst) {
				return nDst, nSrc, transform.ErrShortDst
			}
			nDst += copy(dst[nDst:], src[nSrc:nSrc+1])
			if c == '+' {
				nDst += copy(dst[nDst:], "-")
			}
			nSrc++
			continue
		}
		var units []uint16
		end := nSrc
		for count := 0; end < len(src) && count < 32 && src[end] != '+' && !direct(src[end]); count++ {
			if !atEOF && !utf8.FullRune(src[end:]) {
				break
			}
			r, size := utf8.DecodeRune(src[end:])
			units = utf16.AppendRune(units, r)
			end += size
		}
		if end == nSrc {
			return nDst, nSrc, transform.ErrShortSrc
		}
		piece := shiftedPiece(units)
		if nDst+len(piece) > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += copy(dst[nDst:], piece)
		nSrc = end
	}
	return nDst, nSrc, nil
}

func shiftedPiece(units []uint16) []byte {
	out := []byte{'+'}
	bits, n := uint32(0), 0
	for _, u := range units {
		bits, n = bits<<16|uint32(u), n+16
		for n >= 6 {
			n -= 6
			out = append(out, base64Digits[bits>>n&63])
		}
	}
	if n > 0 {
		out = append(out, base64Digits[bits<<(6-n)&63])
	}
	return append(out, '-')
}

// direct reports whether a byte stands for itself.
func direct(c byte) bool {
	switch c {
	case '\'', '(', ')', ',', '-', '.', '/', ':', '?', ' ', '\t', '\r', '\n':
		return true
	}
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
}

// vietnamese encodes windows-1258: a letter that it lacks is written as letter and accent.
type vietnamese struct{}

func (vietnamese) NewDecoder() *encoding.Decoder { return charmap.Windows1258.NewDecoder() }
func (vietnamese) NewEncoder() *encoding.Encoder {
	return &encoding.Encoder{Transformer: transform.Chain(toneApart{}, charmap.Windows1258.NewEncoder().Transformer)}
}

// toneApart takes the accents off the letters that windows-1258 does not have whole; it leaves the circumflex, the breve and the horn.
type toneApart struct{ transform.NopResetter }

func (toneApart) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		if !atEOF && !utf8.FullRune(src[nSrc:]) {
			return nDst, nSrc, transform.ErrShortSrc
		}
		r, size := utf8.DecodeRune(src[nSrc:])
		var buf [2 * utf8.UTFMax]byte
		letter := append(buf[:0], src[nSrc:nSrc+size]...)
		if _, whole := charmap.Windows1258.EncodeRune(r); !whole {
			letter = partly(letter)
		}
		if nDst+len(letter) > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += copy(dst[nDst:], letter)
		nSrc += size
	}
	return nDst, nSrc, nil
}

// partly takes the tone of a letter off, and puts the rest together again.
func partly(letter []byte) []byte {
	var rest, tone []byte
	parts := norm.NFD.Bytes(letter)
	for len(parts) > 0 {
		r, size := utf8.DecodeRune(parts)
		switch r {
		case 0x300, 0x301, 0x303, 0x309, 0x323:
			tone = append(tone, parts[:size]...)
		default:
			rest = append(rest, parts[:size]...)
		}
		parts = parts[size:]
	}
	return append(norm.NFC.Bytes(rest), tone...)
}

func windows1252Rune(b byte) rune { return charmap.Windows1252.DecodeByte(b) }
