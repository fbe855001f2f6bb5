package imapwire

import (
	"io"
	"math"
	"strings"
)

// literalState is the literal whose header was read last.
type literalState struct {
	size, left int64
	sync       bool // the client waits for a continuation request
	pending    bool // neither accepted nor refused
	open       bool // accepted, and not yet at its end
}

// tryLiteralHeader reads the header of a literal with its line end: {n}, {n+} (RFC 7888) and, if binary is allowed, ~{n} (RFC 3516).
func (d *Decoder) tryLiteralHeader(binary bool) (isBinary, ok bool) {
	if binary {
		isBinary = d.take('~')
	}
	// The header is read as a whole even where the command becomes too long, or the literal would be taken for the next commands.
	d.slack = 64
	defer func() { d.slack = 0 }()
	if !d.take('{') {
		if isBinary {
			d.fail("Literal expected")
		}
		return isBinary, false
	}
	b := d.span(digits)
	size, fits := parseNumber(b, math.MaxInt64)
	sync := !d.take('+')
	if d.err != nil || len(b) == 0 || !d.take('}') || d.take('\r') && d.peek() != '\n' || !d.take('\n') {
		d.fail("Literal is malformed")
		return isBinary, false
	}
	if !fits && !sync {
		d.fatal(TooLong, "Literal is too long")
		return isBinary, false
	}
	d.literal = literalState{size: int64(size), sync: sync, pending: true}
	if d.text > d.limits.Text {
		d.Refuse(&Error{Kind: TooLong, Text: "Command is too long"})
	}
	if !fits {
		d.Refuse(&Error{Kind: TooLong, Text: "Literal is too long"})
	}
	return isBinary, d.err == nil
}

// Accept opens the literal that AppendMessage has come to: it has the client send it, if that waits, and gives its bytes. What is not read of it
// is skipped by whatever reads the command further. It gives nil after an error.
func (d *Decoder) Accept() io.Reader {
	if d.err != nil || !d.literal.pending || !d.accept() {
		return nil
	}
	return literalReader{d, d.appended}
}

// accept opens the literal.
func (d *Decoder) accept() bool {
	d.literal.pending, d.literal.open, d.literal.left = false, true, d.literal.size
	if !d.literal.sync {
		return true
	}
	if err := d.proceed(); err != nil {
		d.broken(err)
		return false
	}
	return true
}

// Refuse ends the command with an error of the caller's instead of reading the literal that AppendMessage has come to. One that the client waits to
// send is not sent then, any other is skipped by Finish.
func (d *Decoder) Refuse(err error) {
	if !d.literal.pending {
		return
	}
	d.literal.pending = false
	if d.err == nil {
		d.err = err
	}
	if d.literal.sync {
		d.ended = true
		return
	}
	if d.literal.size > d.limits.Skip {
		d.fatal(TooLong, "Literal is too long to be skipped")
		return
	}
	d.literal.open, d.literal.left = true, d.literal.size
}

// endLiteral skips what was not read of a literal, and refuses one that nobody decided about.
func (d *Decoder) endLiteral() {
	if d.literal.pending {
		d.Refuse(&Error{Text: "Literal is not wanted here"})
	}
	if !d.literal.open || d.ended {
		return
	}
	d.literal.open = false
	d.discard(d.literal.left)
	d.literal.left = 0
}

// discard skips bytes of the connection.
func (d *Decoder) discard(n int64) {
	for n > 0 {
		b := d.buffered()
		if b == nil {
			return
		}
		k := int(min(n, int64(len(b))))
		_, _ = d.r.Discard(k)
		n -= int64(k)
	}
}

// literalReader reads the literal of a message of APPEND while it is open.
type literalReader struct {
	d       *Decoder
	message int
}

// Read gives io.EOF at the literal's end, and an error of the connection as it is.
func (l literalReader) Read(p []byte) (int, error) {
	s := &l.d.literal
	if l.message != l.d.appended || !s.open || s.left == 0 {
		return 0, io.EOF
	}
	n, err := l.d.r.Read(p[:min(int64(len(p)), s.left)])
	s.left -= int64(n)
	if err != nil && n == 0 {
		l.d.broken(err)
		return 0, l.d.err
	}
	return n, nil
}

// literalString reads a literal that stands for a string.
func (d *Decoder) literalString() string {
	if _, ok := d.tryLiteralHeader(false); !ok {
		return ""
	}
	size := d.literal.size
	if size > d.limits.Literal || d.strings+size > d.limits.Strings {
		d.Refuse(&Error{Kind: TooLong, Text: "Literal is too long"})
		return ""
	}
	d.strings += size
	if !d.accept() {
		return ""
	}
	d.literal = literalState{} // read here to its end
	var s strings.Builder
	s.Grow(int(size))
	for size > 0 {
		b := d.buffered()
		if b == nil {
			return ""
		}
		n := int(min(size, int64(len(b))))
		s.Write(b[:n])
		_, _ = d.r.Discard(n)
		size -= int64(n)
	}
	if strings.IndexByte(s.String(), 0) >= 0 {
		d.fail("NUL in a literal") // RFC 9051 4.3: only literal8 may have it
		return ""
	}
	return s.String()
}

// skip consumes the rest of a malformed command. A line that ends in the header of a literal goes on behind the literal; see Finish.
func (d *Decoder) skip() {
	var h headerTail
	left := d.limits.Skip
	for !d.ended {
		d.endLiteral()
		b := d.buffered()
		if b == nil {
			return
		}
		n := 0
		for n < len(b) && int64(n) <= left && !d.ended && !d.literal.open {
			c := b[n]
			n++
			if c == '\n' {
				d.skipLine(h, left)
				h = headerTail{}
			} else {
				h.next(c)
			}
		}
		d.steps += n
		_, _ = d.r.Discard(n)
		left -= int64(n) + d.literal.left
		if left < 0 && !d.ended {
			d.fatal(TooLong, "Command is too long to be skipped")
		}
	}
}

// skipLine decides what comes behind a line that is skipped.
func (d *Decoder) skipLine(h headerTail, left int64) {
	size, sync, ok := h.literal()
	switch {
	case !ok || sync:
		d.ended = true
	case size > left:
		d.fatal(TooLong, "Literal is too long to be skipped")
	default:
		d.literal = literalState{size: size, left: size, open: true}
	}
}

// headerTail finds the header of a literal at the end of a line: "{", digits, perhaps "+", "}", perhaps CR.
type headerTail struct {
	state  byte // the last byte of it that was met; 0 for none, '0' for a digit
	size   uint64
	plus   bool
	tooBig bool
}

func (h *headerTail) next(c byte) {
	switch {
	case c == '{':
		*h = headerTail{state: '{'}
	case digits[c] && (h.state == '{' || h.state == '0'):
		h.state = '0'
		if h.size > (math.MaxInt64-9)/10 {
			h.tooBig = true
		} else {
			h.size = h.size*10 + uint64(c-'0')
		}
	case c == '+' && h.state == '0':
		h.state, h.plus = '+', true
	case c == '}' && (h.state == '0' || h.state == '+'), c == '\r' && h.state == '}':
		h.state = c
	default:
		*h = headerTail{}
	}
}

// literal is what the header says, if there is one.
func (h *headerTail) literal() (size int64, sync, ok bool) {
	if h.state != '}' && h.state != '\r' {
		return 0, false, false
	}
	if h.tooBig {
		h.size = math.MaxInt64
	}
	return int64(h.size), !h.plus, true
}
