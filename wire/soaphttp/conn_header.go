package soaphttp

import (
	"bufio"
	"bytes"
	"sync"

	"github.com/valyala/fasthttp"
)

// hostLine stands for the Host field of every request. fasthttp demands one; on Unix sockets
// it is empty (wire.md section 2), and nothing here depends on it.
const hostLine = "Host: localhost\r\n"

// headerReader collects the lines of a request's header and has fasthttp read them. It is held only while a header arrives.
type headerReader struct {
	text   []byte // the lines that fasthttp is to read
	size   int    // bytes that have arrived, those of lines that are left out too
	src    bytes.Reader
	br     *bufio.Reader // has room for the whole header, as fasthttp demands
	target fasthttp.URI
}

// headerReaders are the pool of a server's header readers.
type headerReaders struct {
	pool     sync.Pool
	maxBytes int
}

func (p *headerReaders) get() *headerReader {
	r, ok := p.pool.Get().(*headerReader)
	if !ok {
		// The line that readRequestLine adds has its room too.
		r = &headerReader{br: bufio.NewReaderSize(nil, p.maxBytes+len(hostLine)+len(lineEnd))}
	}
	r.text, r.size = r.text[:0], 0
	return r
}

func (p *headerReaders) put(r *headerReader) {
	r.src.Reset(nil)
	r.br.Reset(nil)
	p.pool.Put(r)
}

// parse has fasthttp read a whole header.
func (r *headerReader) parse(text []byte, h *fasthttp.RequestHeader) error {
	r.src.Reset(text)
	r.br.Reset(&r.src)
	return h.Read(r.br)
}

// readHeader reads a request's header, and nothing of its body: the end of that may be known to the XML alone.
func (c *conn) readHeader() error {
	r := c.srv.headers.get()
	defer c.srv.headers.put(r)
	line, err := c.readLine(r, malformedRequestLine)
	if err != nil {
		return err
	}
	http10 := bytes.HasSuffix(line, []byte(" HTTP/1.0"))
	r.text = append(r.text, hostLine...)
	fields := len(r.text)
	if c.br.Buffered() == 0 {
		// Whoever speaks something else may wait for an answer to this one line.
		if err := c.readRequestLine(r, fields); err != nil {
			return err
		}
	}
	if err = c.readFields(r, http10); err == nil {
		if err = r.parse(r.text, &c.req.Header); err == nil {
			return c.checkTarget(r)
		}
		err = headerFault(err)
	}
	if lineErr := c.readRequestLine(r, fields); lineErr != nil {
		return lineErr // the first of two faults
	}
	return err
}

// readRequestLine has fasthttp read what stands before the fields. It may cut them off.
func (c *conn) readRequestLine(r *headerReader, fields int) error {
	if r.parse(append(r.text[:fields], lineEnd...), &c.req.Header) != nil {
		return badRequest(malformedRequestLine)
	}
	return c.checkTarget(r)
}

// checkTarget refuses a target that is none. What a good one says does not matter.
func (c *conn) checkTarget(r *headerReader) error {
	if r.target.Parse(c.req.Header.Host(), c.req.Header.RequestURI()) != nil {
		return badRequest(malformedRequestLine)
	}
	return nil
}

const (
	malformedRequestLine = "Malformed HTTP request line"
	malformedHeader      = "Malformed HTTP header"
	lineEnd              = "\r\n"
)

// readFields reads the fields up to the empty line behind them. It refuses what recipients understand differently (RFC 9112
// sections 2.2, 3.2, 5.1 and 5.2): a proxy in front of the server could see another header than the server.
func (c *conn) readFields(r *headerReader, http10 bool) error {
	for hosts := 0; ; {
		begin := len(r.text)
		line, err := c.readLine(r, malformedHeader)
		if err != nil {
			return err
		}
		if len(line) == 0 {
			if hosts > 1 || hosts == 0 && !http10 { // HTTP/1.0 knows no Host
				return badRequest("Not exactly one Host field")
			}
			return nil
		}
		colon := bytes.IndexByte(line, ':')
		if colon <= 0 || bytes.ContainsAny(line[:colon], " \t") {
			return badRequest(malformedHeader) // also a line that is folded into the one before
		}
		if bytes.EqualFold(line[:colon], []byte("host")) {
			hosts++
			r.text = r.text[:begin]
		}
	}
}

// readLine adds the next line to the text and returns it without its end. malformed is the text of the fault for one that ends, or may
// seem to end, in any other way than by CR LF.
func (c *conn) readLine(r *headerReader, malformed string) ([]byte, error) {
	begin := len(r.text)
	for {
		piece, err := c.br.ReadSlice('\n')
		if r.size += len(piece); r.size > c.srv.cfg.MaxHeaderBytes {
			return nil, headerTooLarge()
		}
		r.text = append(r.text, piece...)
		if err == nil {
			break
		}
		if err != bufio.ErrBufferFull {
			return nil, unexpectedEOF(err)
		}
	}
	line, ok := bytes.CutSuffix(r.text[begin:], []byte(lineEnd))
	if !ok || bytes.IndexByte(line, '\r') >= 0 {
		return nil, badRequest(malformed)
	}
	return line, nil
}
