package tree

import "bytes"

// uuDecoder undoes uuencode (POSIX, uuencode): the lines from "begin" to "end". Text without a "begin" in its first 64 KiB stays as it is.
type uuDecoder struct {
	state uuState
	line  []byte
	seen  []byte // in front of "begin"
}

type uuState byte

const (
	uuBefore uuState = iota
	uuWithin
	uuAfter
	uuPlain
)

const (
	uuSearch  = 64 << 10
	uuLongest = 128 // a line has 61 characters at the most
)

func (d *uuDecoder) decode(dst, piece []byte) []byte {
	for len(piece) > 0 {
		if d.state == uuPlain {
			return append(dst, piece...)
		}
		n := bytes.IndexByte(piece, '\n') + 1
		if n == 0 {
			n = len(piece)
		}
		if len(d.line) < uuLongest {
			d.line = append(d.line, piece[:min(n, uuLongest)]...)
		}
		if d.state == uuBefore {
			d.seen = append(d.seen, piece[:n]...)
		}
		if piece[n-1] == '\n' {
			dst = d.endLine(dst)
		}
		if d.state == uuBefore && len(d.seen) > uuSearch {
			d.state = uuPlain
			dst = append(dst, d.seen...)
			d.seen = nil
		}
		piece = piece[n:]
	}
	return dst
}

func (d *uuDecoder) flush(dst []byte) []byte {
	dst = d.endLine(dst)
	if d.state == uuBefore {
		dst = append(dst, d.seen...)
	}
	return dst
}

func (d *uuDecoder) endLine(dst []byte) []byte {
	line := bytes.TrimRight(d.line, "\r\n")
	d.line = d.line[:0]
	switch d.state {
	case uuBefore:
		if bytes.HasPrefix(line, []byte("begin ")) {
			d.state, d.seen = uuWithin, nil
		}
	case uuWithin:
		if bytes.Equal(bytes.TrimSpace(line), []byte("end")) {
			d.state = uuAfter
			return dst
		}
		return uuLine(dst, line)
	}
	return dst
}

// uuLine decodes one line: its first character says how many bytes it has. Blanks at the end may have got lost.
func uuLine(dst, line []byte) []byte {
	if len(line) == 0 || line[0] < ' ' || line[0] > '`' {
		return dst
	}
	want := int(line[0]-' ') & 63
	digit := func(i int) byte {
		if i < len(line) {
			return (line[i] - ' ') & 63
		}
		return 0
	}
	for i := 1; want > 0; i += 4 {
		a, b, c, e := digit(i), digit(i+1), digit(i+2), digit(i+3)
		three := [3]byte{a<<2 | b>>4, b<<4 | c>>2, c<<6 | e}
		n := min(want, 3)
		dst = append(dst, three[:n]...)
		want -= n
	}
	return dst
}
