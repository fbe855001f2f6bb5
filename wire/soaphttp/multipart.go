package soaphttp

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxBoundary is the longest boundary that RFC 2046 allows, with some room: the
// reference server uses 64 characters.
const maxBoundary = 128

const (
	maxPartHeaders     = 32
	multipartReadBytes = 4096
)

var errMultipart = errors.New("malformed multipart message")

// multipartReader reads a multipart/related message part by part (wire.md section 6). A part's
// data is scanned for the boundary as it streams by; memory is one read buffer.
type multipartReader struct {
	br    *bufio.Reader // at least maxBoundary+8 bytes large
	delim []byte        // CR LF "--" boundary
	state partState
	first bool // before the first boundary, which has no line end of its own at the start
}

type partState uint8

const (
	inPart     partState = iota // data follows
	atBoundary                  // the delimiter was read, what follows it was not
	afterLast                   // the closing boundary was read
)

func newMultipartReader(br *bufio.Reader, boundary string) *multipartReader {
	delim := append([]byte("\r\n--"), boundary...)
	return &multipartReader{br: br, delim: delim, first: true}
}

// NextPart is nextPart for readers of the attachments of a request (Exchange.Attachment).
func (m *multipartReader) NextPart() (contentID string, err error) { return m.nextPart() }

// nextPart goes to the next part, skipping what is left of this one, and returns its
// Content-ID. At the end of the message it returns io.EOF.
func (m *multipartReader) nextPart() (contentID string, err error) {
	if m.first {
		if err := m.firstBoundary(); err != nil {
			return "", err
		}
	}
	if m.state == inPart {
		if _, err := io.Copy(io.Discard, m); err != nil {
			return "", err
		}
	}
	if m.state == afterLast {
		return "", io.EOF
	}
	// What follows a boundary is "--" at the end of the message, else blanks and a line end.
	line, err := m.line()
	if err != nil {
		return "", err
	}
	if bytes.HasPrefix(line, []byte("--")) {
		m.state = afterLast
		return "", io.EOF
	}
	if len(bytes.TrimSpace(line)) != 0 {
		return "", errMultipart
	}
	return m.partHeader()
}

// firstBoundary skips blank lines before the first boundary.
func (m *multipartReader) firstBoundary() error {
	m.first = false
	for range maxPartHeaders {
		head, err := m.br.Peek(len(m.delim) - 2)
		if bytes.Equal(head, m.delim[2:]) {
			m.br.Discard(len(head)) // peeked
			m.state = atBoundary
			return nil
		}
		if err != nil {
			return unexpectedEOF(err)
		}
		if line, err := m.line(); err != nil || len(line) != 0 {
			return errMultipart
		}
	}
	return errMultipart
}

// partHeader reads the header of a part and leaves the reader at its data.
func (m *multipartReader) partHeader() (contentID string, err error) {
	for range maxPartHeaders {
		line, err := m.line()
		if err != nil {
			return "", err
		}
		if len(line) == 0 {
			m.state = inPart
			return contentID, nil
		}
		key, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			return "", errMultipart
		}
		if bytes.EqualFold(key, []byte("Content-ID")) {
			contentID = string(bytes.TrimSpace(value))
		}
	}
	return "", errMultipart
}

// line reads a line of a part's header. The closing boundary may end the message without a line end.
func (m *multipartReader) line() ([]byte, error) {
	line, err := m.br.ReadSlice('\n')
	if err == io.EOF && bytes.HasPrefix(line, []byte("--")) {
		return line, nil
	}
	if err == bufio.ErrBufferFull {
		return nil, errMultipart
	}
	if err != nil {
		return nil, unexpectedEOF(err)
	}
	return bytes.TrimSuffix(line[:len(line)-1], []byte("\r")), nil
}

// Read reads the data of the part, up to the next boundary.
func (m *multipartReader) Read(p []byte) (int, error) {
	if m.state != inPart || m.first {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	// Ask for a whole delimiter: anything shorter that matches may be its beginning.
	if _, err := m.br.Peek(len(m.delim)); err != nil {
		return 0, unexpectedEOF(err)
	}
	window, _ := m.br.Peek(m.br.Buffered())
	if bytes.HasPrefix(window, m.delim) {
		m.br.Discard(len(m.delim)) // peeked
		m.state = atBoundary
		return 0, io.EOF
	}
	n := copy(p, window[:m.dataBytes(window)])
	m.br.Discard(n) // peeked
	return n, nil
}

// dataBytes is how much of the window is surely data. The window does not begin with the delimiter.
func (m *multipartReader) dataBytes(window []byte) int {
	if i := bytes.Index(window, m.delim); i > 0 {
		return i
	}
	// A line end among the last bytes may begin a delimiter that is not complete yet.
	tail := len(window) - len(m.delim) + 1
	for i := tail; i < len(window); i++ {
		if window[i] == '\r' && bytes.HasPrefix(m.delim, window[i:]) {
			return i
		}
	}
	return len(window)
}

func unexpectedEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
