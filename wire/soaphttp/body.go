package soaphttp

import (
	"bufio"
	"errors"
	"io"
	"net/http"

	"zarafa/wire"
)

// The lengths of a body that are not numbers of bytes, as fasthttp has them.
const (
	chunkedLength = -1
	noLength      = -2 // the end of an envelope without header is told by its XML, an answer's by the end of the connection
)

// framing is the body as it travels.
type framing struct {
	stream io.Reader // undoes the framing; nil: the envelope came without header, and only the XML tells the end
	length int
	max    int64 // bytes
}

// body reads one message's body: it undoes compression and keeps to the limits of framing and contents.
type body struct {
	bufs    *buffers
	in      *input
	br      *bufio.Reader // the connection's
	framing framing
	coding  contentCoding

	framed  limitedReader // the body as it travels
	decoded limitedReader // after decompression
	between *bufio.Reader // feeds the decompressor
	unzip   io.ReadCloser
	parts   *bufio.Reader // of a multipart body
	ended   bool          // nothing of the body is left
}

// limitedReader counts what it reads and fails when it is not between least and max.
type limitedReader struct {
	r     io.Reader
	total int64
	max   int64
	least int64  // an earlier end is an error
	piece int    // bytes to read at one time at most; 0 means any number
	text  string // of the fault
}

func (l *limitedReader) Read(p []byte) (int, error) {
	if l.piece > 0 && len(p) > l.piece {
		p = p[:l.piece]
	}
	n, err := l.r.Read(p)
	l.total += int64(n)
	switch {
	case l.total > l.max:
		return n, tooLarge(l.text)
	case err == io.EOF && l.total < l.least:
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}

// open prepares to read a body that begins with the stream's next byte.
func (b *body) open(s *stream, f framing, coding contentCoding, maxDecoded int64) error {
	*b = body{bufs: s.bufs, in: &s.in, br: s.br, framing: f, coding: coding}
	b.framed = limitedReader{r: f.stream, max: f.max, text: "Request too large"}
	switch {
	case f.length == noLength && f.stream == nil:
		b.framed.r = s.br
	case f.length == chunkedLength:
		b.framed.piece = maxLineBytes
		s.in.limitOverhead(int64(s.br.Buffered()), &b.framed.total)
	case int64(f.length) > f.max:
		return tooLarge(b.framed.text)
	default:
		b.framed.least = int64(f.length)
	}
	return b.decompress(maxDecoded)
}

// decompress puts the decompressor behind the framing.
func (b *body) decompress(maxDecoded int64) error {
	b.decoded = limitedReader{r: &b.framed, max: maxDecoded, text: "Request too large after decompression"}
	if b.coding == identity {
		return nil
	}
	b.between = b.bufs.reader(&b.framed)
	unzip, err := b.bufs.decompressor(b.coding, b.between)
	if err != nil {
		return decompressionError(err)
	}
	b.unzip, b.decoded.r = unzip, unzip
	return nil
}

// decompressionError tells bad data from a bad connection.
func decompressionError(err error) error {
	var he *httpError
	if errors.As(err, &he) || isTimeout(err) {
		return err
	}
	return undecodable("Malformed compressed data")
}

// Read reads the decompressed body.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.decoded.Read(p)
	if err != nil && err != io.EOF && b.unzip != nil {
		err = decompressionError(err)
	}
	return n, err
}

// readAll reads a whole envelope into a pooled buffer. reserved is what it took from the
// budget for large envelopes; the caller must release it together with the buffer.
func (b *body) readAll() (buf *[]byte, reserved int64, err error) {
	if b.framing.stream == nil {
		return b.readEnvelope()
	}
	return b.bufs.readAll(b, int64(max(b.framing.length, 0)))
}

// readAll reads r to its end into a pooled buffer; hint is the expected size, 0 if unknown.
func (bufs *buffers) readAll(r io.Reader, hint int64) (buf *[]byte, reserved int64, err error) {
	// The length is the peer's word: it gets a small buffer until bytes arrive. One byte
	// more than the length lets the loop see the end without growing the buffer.
	hint++
	buf = bufs.body(int(min(hint, progressBytes)))
	for {
		if len(*buf) == cap(*buf) {
			if reserved, err = bufs.growBody(&buf, reserved, hint); err != nil {
				return buf, reserved, err
			}
		}
		n, err := r.Read((*buf)[len(*buf):cap(*buf)])
		*buf = (*buf)[:len(*buf)+n]
		if err == io.EOF {
			return buf, reserved, nil
		}
		if err != nil {
			return buf, reserved, err
		}
	}
}

// growBody at least doubles a full buffer; a hint of the final size saves the last doubling.
func (bufs *buffers) growBody(buf **[]byte, reserved, hint int64) (int64, error) {
	n := int64(2 * cap(**buf))
	if hint > n && hint < 2*n {
		n = hint
	}
	if n > progressBytes {
		if !bufs.reserve(n - reserved) {
			return reserved, &httpError{http.StatusServiceUnavailable, wire.FaultServer, "Too many large requests at a time"}
		}
		reserved = n
	}
	*buf = bufs.grow(*buf, int(n))
	return reserved, nil
}

// readEnvelope reads up to the end of the XML and not a byte more.
func (b *body) readEnvelope() (buf *[]byte, reserved int64, err error) {
	buf = b.bufs.body(0)
	var end envelopeEnd
	limit := min(b.framed.max, b.decoded.max)
	for {
		if _, err := b.br.Peek(1); err != nil {
			if err == io.EOF && len(*buf) == 0 {
				b.ended, err = true, nil
			}
			return buf, reserved, unexpectedEOF(err)
		}
		chunk, _ := b.br.Peek(b.br.Buffered())
		n, done := end.scan(chunk)
		for len(*buf)+n > cap(*buf) {
			if reserved, err = b.bufs.growBody(&buf, reserved, 0); err != nil {
				return buf, reserved, err
			}
		}
		*buf = append(*buf, chunk[:n]...)
		b.br.Discard(n) // n bytes are buffered
		b.framed.total += int64(n)
		b.decoded.total += int64(n)
		if done {
			b.ended = true
			return buf, reserved, nil
		}
		if int64(len(*buf)) > limit {
			return buf, reserved, tooLarge(b.decoded.text)
		}
	}
}

// drain reads the rest of the body as it travels, so that the next message can follow,
// and reports whether that is possible.
func (b *body) drain() bool {
	if b.framing.stream == nil || b.ended {
		return b.ended
	}
	_, err := io.Copy(io.Discard, &b.framed)
	b.ended = err == nil
	return b.ended
}

// close gives the decompressor back.
func (b *body) close() {
	if b.unzip != nil {
		b.bufs.putDecompressor(b.unzip)
	}
	if b.between != nil {
		b.bufs.putReader(b.between)
	}
	if b.parts != nil {
		b.bufs.putReader(b.parts)
	}
	if b.in != nil {
		b.in.limitOverhead(0, nil)
	}
	*b = body{}
}
