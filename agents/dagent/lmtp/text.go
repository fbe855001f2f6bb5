package lmtp

import (
	"bytes"
	"io"

	"github.com/emersion/go-smtp"
)

// endOfText is what ends a mail's text, at the beginning of a line.
const endOfText = ".\r\n"

// text gives the text of a mail that follows DATA, once that was accepted. go-smtp would read it byte by byte. It must be read to its end, or
// finished; what go-smtp reads then is an empty text.
func (c *commandConn) text(limit int64) *textReader {
	return &textReader{conn: c, limit: limit, state: beginning}
}

// textReader reads the text of a mail without the dots that lines with a dot in front get for the way (RFC 5321 section 4.5.2).
type textReader struct {
	conn  *commandConn
	limit int64 // bytes, 0 for any number
	read  int64
	state textState
	err   error
}

// textState is what stands in front of the next byte.
type textState uint8

const (
	inLine    textState = iota
	afterCR             // CR
	beginning           // CRLF, or nothing yet
	afterDot            // a dot at the beginning of a line, which is not given
	afterDotCR
	ended
)

// Read gives what has come, and waits for the sender if nothing has. smtp.ErrDataTooLarge is given beyond the limit.
func (t *textReader) Read(b []byte) (int, error) {
	if t.err != nil || len(b) == 0 {
		return 0, t.err
	}
	n, err := t.piece(b)
	t.read += int64(n)
	if err == nil && t.limit > 0 && t.read > t.limit {
		err = smtp.ErrDataTooLarge
	}
	t.err = err
	return n, err
}

func (t *textReader) piece(b []byte) (n int, err error) {
	in := t.conn.in
	if in.Buffered() == 0 {
		if err := t.conn.await(); err != nil {
			return 0, t.broken(err)
		}
		if _, err := in.Peek(1); err != nil {
			return 0, t.broken(err)
		}
	}
	came, _ := in.Peek(in.Buffered())
	used := 0
	for used < len(came) && n < len(b) && t.state != ended {
		if t.state == inLine { // the rest of the line at once
			end := bytes.IndexByte(came[used:], '\r')
			if end < 0 {
				end = len(came) - used
			}
			end = copy(b[n:], came[used:used+end])
			used, n = used+end, n+end
			if used == len(came) || came[used] != '\r' || n == len(b) {
				continue
			}
		}
		given, taken := t.step(came[used])
		if given {
			b[n] = came[used]
			n++
		} else if !taken {
			b[n] = '\r' // it was withheld
			n++
		}
		if taken {
			used++
		}
	}
	if _, err := in.Discard(used); err != nil {
		return n, t.broken(err)
	}
	if t.state == ended {
		t.conn.line, t.conn.delivering = append(t.conn.line[:0], endOfText...), true
		return n, io.EOF
	}
	return n, nil
}

// step looks at a byte of the way. It may be given on as it is, or taken and not given; if neither, a CR comes first.
func (t *textReader) step(ch byte) (given, taken bool) {
	switch {
	case t.state == beginning && ch == '.':
		t.state = afterDot
		return false, true
	case t.state == afterDot && ch == '\r':
		t.state = afterDotCR
		return false, true
	case t.state == afterDotCR && ch == '\n':
		t.state = ended
		return false, true
	case t.state == afterDotCR:
		t.state = afterCR
		return false, false
	case ch == '\r':
		t.state = afterCR
	case ch == '\n' && t.state == afterCR:
		t.state = beginning
	default:
		t.state = inLine
	}
	return true, true
}

// broken ends the connection with an error: where the text ends is not known.
func (t *textReader) broken(err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	t.conn.broken = err
	return err
}

// finish reads what is left of the text.
func (t *textReader) finish() {
	if t.err == smtp.ErrDataTooLarge {
		t.err, t.limit = nil, 0
	}
	_, _ = io.Copy(io.Discard, t) // an error is met again where the next command is read
}
