package soaphttp

import (
	"strconv"

	"github.com/klauspost/compress/gzip"
)

const (
	// chunkRoom is kept free before a chunk for its size line.
	chunkRoom = 10
	// chunkTail is kept free behind it for its line end and the last chunk.
	chunkTail = 2 + len(lastChunk)
	lastChunk = "0\r\n\r\n"
)

// sender writes a message whose size is not known beforehand: in chunks, or, to HTTP/1.0,
// until the connection ends. Errors stick.
type sender struct {
	out     *output
	bufs    *buffers
	chunked bool
	buf     *[]byte // the header until it is sent, then chunkRoom, then data
	head    int     // size of the header in buf
	zip     *gzip.Writer
	err     error
}

func newSender(out *output, bufs *buffers, chunked bool) *sender {
	s, ok := bufs.chunked.Get().(*sender)
	if !ok {
		s = new(sender)
	}
	*s = sender{out: out, bufs: bufs, chunked: chunked, buf: bufs.sender()}
	return s
}

// begin takes the header, which was appended to buf, and is followed by the body through Write.
func (s *sender) begin(head []byte) {
	s.head = len(head)
	var room [chunkRoom]byte
	*s.buf = append(head, room[:]...)
}

// compress has what is written from now on compressed.
func (s *sender) compress() { s.zip = s.bufs.gzipWriter((*chunkWriter)(s)) }

// Write takes data to be sent.
func (s *sender) Write(p []byte) (int, error) {
	if s.zip != nil {
		n, err := s.zip.Write(p)
		if err != nil && s.err == nil {
			s.err = err
		}
		return n, err
	}
	return (*chunkWriter)(s).Write(p)
}

// finish sends what is left and the end of the body.
func (s *sender) finish() error {
	if s.zip != nil && s.err == nil {
		s.err = s.zip.Close()
	}
	s.flush(true)
	return s.err
}

// release gives the buffers back, and the sender itself.
func (s *sender) release() {
	bufs := s.bufs
	if s.zip != nil {
		bufs.putGzipWriter(s.zip)
	}
	bufs.putSender(s.buf)
	*s = sender{}
	bufs.chunked.Put(s)
}

// flush sends the buffered data as one chunk, behind the header if that is still there.
func (s *sender) flush(last bool) {
	if s.err != nil {
		return
	}
	b := *s.buf
	start := s.head + chunkRoom
	if n := len(b) - start; n > 0 && s.chunked {
		var size [chunkRoom]byte
		line := append(strconv.AppendInt(size[:0], int64(n), 16), "\r\n"...)
		start -= len(line)
		copy(b[start:], line)
		b = append(b, "\r\n"...)
	}
	if last && s.chunked {
		b = append(b, lastChunk...)
	}
	s.err = s.out.write(Body{Head: b[:s.head], Middle: b[start:]})
	s.head = 0
	*s.buf = (*s.buf)[:chunkRoom]
}

// chunkWriter is the sender below the compression.
type chunkWriter sender

func (w *chunkWriter) Write(p []byte) (int, error) {
	s := (*sender)(w)
	written := len(p)
	for len(p) > 0 && s.err == nil {
		free := cap(*s.buf) - len(*s.buf) - chunkTail
		n := min(free, len(p))
		*s.buf = append(*s.buf, p[:n]...)
		p = p[n:]
		if n == free {
			s.flush(false)
		}
	}
	if s.err != nil {
		return 0, s.err
	}
	return written, nil
}
