package pop3

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"time"
)

// errLongLine is the error of a line without end.
var errLongLine = errors.New("pop3: a line without end")

// bufferSize is what a connection holds for each direction; most commands and answers are shorter.
const bufferSize = 1 << 10

// stream reads lines, and writes answers that go out when the client has nothing more to say at the moment.
type stream struct {
	conn Conn
	in   *bufio.Reader
	out  *bufio.Writer
}

func newStream(c Conn) *stream {
	return &stream{conn: c, in: bufio.NewReaderSize(c, bufferSize), out: bufio.NewWriterSize(timedWriter{c}, bufferSize)}
}

// timedWriter gives the client some time for each piece.
type timedWriter struct{ conn Conn }

func (w timedWriter) Write(b []byte) (int, error) {
	if err := w.conn.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return 0, err
	}
	return w.conn.Write(b)
}

// reset drops what was read and not used.
func (s *stream) reset() {
	s.in.Reset(s.conn)
	s.out.Reset(timedWriter{s.conn})
}

// pending reports whether the client has sent more than was read.
func (s *stream) pending() bool { return s.in.Buffered() > 0 }

// readLine reads a line, without its end. The line is valid until the next one is read.
func (s *stream) readLine(deadline time.Time) ([]byte, error) {
	if !s.pending() {
		if err := s.out.Flush(); err != nil {
			return nil, err
		}
	}
	if err := s.conn.Await(deadline); err != nil {
		return nil, err
	}
	if _, err := s.in.Peek(1); err != nil {
		return nil, err
	}
	s.conn.Begun()
	line, err := s.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		line, err = s.readLongLine(line)
	}
	if err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r")), nil
}

// readLongLine reads the rest of a line that is longer than the buffer.
func (s *stream) readLongLine(start []byte) ([]byte, error) {
	line := bytes.Clone(start)
	for len(line) <= maxLine {
		more, err := s.in.ReadSlice('\n')
		line = append(line, more...)
		if err == nil && len(line) <= maxLine {
			return line, nil
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
	}
	return nil, errLongLine
}

// textWriter writes a mail as the lines of a multi-line answer: dots at the beginning of lines are doubled (RFC 1939 section 3).
type textWriter struct {
	out   *bufio.Writer
	lines int // how many lines of the body are wanted; -1 is all

	inLine bool // something was written of the line
	blank  bool // the line has nothing but its end so far
	body   bool // the header has ended
}

// errEnough ends a mail of which no more is wanted.
var errEnough = errors.New("pop3: enough lines")

// Write takes a piece of the mail.
func (w *textWriter) Write(text []byte) (n int, err error) {
	for len(text) > 0 {
		piece := text
		end := bytes.IndexByte(text, '\n')
		if end >= 0 {
			piece = text[:end+1]
		}
		if !w.inLine {
			w.blank = true
			if piece[0] == '.' {
				if err := w.out.WriteByte('.'); err != nil {
					return n, err
				}
			}
		}
		w.blank = w.blank && len(bytes.TrimRight(piece, "\r\n")) == 0
		if _, err := w.out.Write(piece); err != nil {
			return n, err
		}
		n += len(piece)
		text = text[len(piece):]
		w.inLine = end < 0
		if end >= 0 && w.lineEnded() {
			return n, errEnough
		}
	}
	return n, nil
}

// lineEnded counts the lines of the body, and reports whether there are enough.
func (w *textWriter) lineEnded() bool {
	switch {
	case w.lines < 0:
		return false
	case w.body:
		w.lines--
	case w.blank:
		w.body = true
	}
	return w.body && w.lines == 0
}

// finish ends the answer.
func (w *textWriter) finish() error {
	end := ".\r\n"
	if w.inLine {
		end = "\r\n.\r\n"
	}
	_, err := io.WriteString(w.out, end)
	return err
}
