package tree

import (
	"bytes"
	"io"
)

// window is the size of the buffer through which a reader is parsed; prefix is how much of a line is looked at when it is longer than that.
const (
	window = 256 << 10
	prefix = 2 << 10
)

// line is a line of the mail.
type line struct {
	text       []byte // with its end; of a line longer than the window the first bytes alone
	start, end int64
	eol        int // bytes of the line end: 0, 1, 2
}

// isEmpty reports whether there is nothing but the line end.
func (l line) isEmpty() bool { return l.end-l.start == int64(l.eol) }

// liner gives the lines of a mail, one after the other.
type liner struct {
	src  source
	size int64
	buf  []byte // what is in memory
	base int64  // offset of buf[0]
	pos  int    // in buf
	long []byte
	err  error
}

func newLiner(src source, size int64) *liner {
	l := &liner{src: src, size: size}
	if src.r == nil {
		l.buf = src.data
	} else {
		l.buf = make([]byte, 0, min(window, size))
	}
	return l
}

// fill drops what was read and gets more. Not ok: there is no more room, or no more.
func (l *liner) fill() bool {
	have := int64(len(l.buf) - l.pos)
	if l.src.r == nil || l.err != nil || l.base+int64(len(l.buf)) >= l.size || have == int64(cap(l.buf)) {
		return false
	}
	copy(l.buf[:have], l.buf[l.pos:])
	l.base += int64(l.pos)
	l.pos = 0
	n, err := l.src.r.ReadAt(l.buf[have:min(int64(cap(l.buf)), l.size-l.base)], l.base+have)
	l.buf = l.buf[:have+int64(n)]
	if n == 0 {
		if err == nil || err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		l.err = err
		return false
	}
	return true
}

// next gives the next line. Not ok: the mail is over, or reading failed.
func (l *liner) next() (line, bool) {
	searched := 0
	for {
		if i := bytes.IndexByte(l.buf[l.pos+searched:], '\n'); i >= 0 {
			n := searched + i + 1
			out := line{text: l.buf[l.pos : l.pos+n], start: l.base + int64(l.pos), eol: 1}
			out.end = out.start + int64(n)
			if n > 1 && out.text[n-2] == '\r' {
				out.eol = 2
			}
			l.pos += n
			return out, true
		}
		searched = len(l.buf) - l.pos
		if l.fill() {
			continue
		}
		if l.err != nil || searched == 0 {
			return line{}, false
		}
		if l.base+int64(len(l.buf)) >= l.size { // the last line, which has no end
			out := line{text: l.buf[l.pos:], start: l.base + int64(l.pos), end: l.size}
			l.pos = len(l.buf)
			return out, true
		}
		return l.longLine()
	}
}

// longLine takes a line that does not fit into the window.
func (l *liner) longLine() (line, bool) {
	l.long = append(l.long[:0], l.buf[l.pos:l.pos+prefix]...)
	out := line{text: l.long, start: l.base + int64(l.pos)}
	cr := false
	for {
		rest := l.buf[l.pos:]
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			if i > 0 {
				cr = rest[i-1] == '\r'
			}
			l.pos += i + 1
			out.end, out.eol = l.base+int64(l.pos), 1
			if cr {
				out.eol = 2
			}
			return out, true
		}
		cr = len(rest) > 0 && rest[len(rest)-1] == '\r'
		l.pos = len(l.buf)
		if !l.fill() {
			out.end = l.base + int64(l.pos)
			return out, l.err == nil
		}
	}
}

// bytes gives a piece of the mail that was read already, from the window if it is there.
func (l *liner) bytes(from, to int64) ([]byte, error) {
	if l.src.r != nil && from >= l.base && to <= l.base+int64(len(l.buf)) {
		return l.buf[from-l.base : to-l.base], nil
	}
	return l.src.bytes(from, to)
}
