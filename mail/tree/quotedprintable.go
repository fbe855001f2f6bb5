package tree

// qpDecoder undoes quoted-printable (RFC 2045 6.7).
type qpDecoder struct {
	blanks []byte // at what may be the end of a line, where they do not count
	escape []byte // an equals sign and what was read behind it
}

// maxKept bounds what is held back; real mailers' lines are shorter.
const maxKept = 4 << 10

func (d *qpDecoder) decode(dst, piece []byte) []byte {
	for _, c := range piece {
		dst = d.octet(dst, c)
	}
	return dst
}

func (d *qpDecoder) octet(dst []byte, c byte) []byte {
	if len(d.escape) > 0 {
		return d.escaped(dst, c)
	}
	switch c {
	case '=':
		dst = append(dst, d.blanks...)
		d.blanks = d.blanks[:0]
		d.escape = append(d.escape, c)
	case ' ', '\t':
		if d.blanks = append(d.blanks, c); len(d.blanks) > maxKept {
			dst = append(dst, d.blanks...)
			d.blanks = d.blanks[:0]
		}
	case '\r', '\n':
		d.blanks = d.blanks[:0]
		dst = append(dst, c)
	default:
		if len(d.blanks) > 0 {
			dst = append(dst, d.blanks...)
			d.blanks = d.blanks[:0]
		}
		dst = append(dst, c)
	}
	return dst
}

// escaped takes a byte behind an equals sign: two digits make an octet, blanks and a line end nothing. Anything else shows that it was not one.
func (d *qpDecoder) escaped(dst []byte, c byte) []byte {
	first := len(d.escape) == 1
	last := d.escape[len(d.escape)-1]
	switch {
	case c == '\n':
		d.escape = d.escape[:0]
		return dst
	case last == '\r': // a bare CR ended the line
		d.escape = d.escape[:0]
		return d.octet(dst, c)
	case c == '\r' || (first || last == ' ' || last == '\t') && (c == ' ' || c == '\t') && len(d.escape) < maxKept:
		if !first && unhex(last) >= 0 {
			break // =A and a line end
		}
		d.escape = append(d.escape, c)
		return dst
	case first && unhex(c) >= 0:
		d.escape = append(d.escape, c)
		return dst
	case len(d.escape) == 2 && unhex(last) >= 0 && unhex(c) >= 0:
		d.escape = d.escape[:0]
		return append(dst, byte(unhex(last)<<4|unhex(c)))
	}
	dst = append(dst, d.escape...)
	d.escape = d.escape[:0]
	return d.octet(dst, c)
}

func (d *qpDecoder) flush(dst []byte) []byte {
	if len(d.escape) > 1 && unhex(d.escape[1]) >= 0 {
		dst = append(dst, d.escape...)
	}
	d.escape, d.blanks = d.escape[:0], d.blanks[:0]
	return dst
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}
