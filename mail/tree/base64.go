package tree

import "encoding/base64"

// base64Decoder undoes base64 (RFC 2045 6.8). Padding ends a piece; another may follow, as where somebody put two texts together.
type base64Decoder struct {
	kept  [4]byte // digits that do not make a group yet
	n     int
	clean []byte
}

// digits tells the digits of base64 from all other bytes.
var digits = func() (t [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = true
	}
	return t
}()

func (d *base64Decoder) decode(dst, piece []byte) []byte {
	d.clean = append(d.clean[:0], d.kept[:d.n]...)
	d.n = 0
	for _, c := range piece {
		if digits[c] {
			d.clean = append(d.clean, c)
		} else if c == '=' {
			dst = d.group(dst, true)
		}
	}
	return d.group(dst, false)
}

func (d *base64Decoder) flush(dst []byte) []byte {
	d.clean = append(d.clean[:0], d.kept[:d.n]...)
	return d.group(dst, true)
}

// group decodes the digits so far: all of them at the end of a text, else the whole groups, and the others are kept.
func (d *base64Decoder) group(dst []byte, end bool) []byte {
	whole := len(d.clean) &^ 3
	if end && len(d.clean)-whole >= 2 {
		whole = len(d.clean)
	}
	if whole > 0 {
		at := len(dst)
		dst = append(dst, make([]byte, base64.RawStdEncoding.DecodedLen(whole))...)
		n, _ := base64.RawStdEncoding.Decode(dst[at:], d.clean[:whole]) // of digits alone: it cannot fail
		dst = dst[:at+n]
	}
	d.n = 0
	if !end {
		d.n = copy(d.kept[:], d.clean[whole:])
	}
	d.clean = d.clean[:0]
	return dst
}
