package soaphttp

import (
	"bufio"
	"bytes"
	"io"
	"time"
)

// headerInput is what a connection has yielded of a request's header.
type headerInput struct {
	phase  headerPhase
	bare   bool   // the envelope came without a header
	lines  int    // complete ones so far, the request line included
	within bool   // a part of a line was read, whose rest is still to come
	hosts  int    // Host fields so far
	inHost bool   // the line that is being read is a Host field
	http10 bool   // the request line says HTTP/1.0, which knows no Host
	size   int    // in bytes so far
	due    []byte // of a line, not yet taken by fasthttp
	insert string // of a text of our own, follows due
}

type headerPhase uint8

const (
	betweenRequests headerPhase = iota
	inHeader
	afterHeader // the body, if any, is for the handler to read
)

const (
	// hostLine stands for the Host field of every request. fasthttp demands one; on Unix sockets
	// it is empty (wire.md section 2), and nothing here depends on it.
	hostLine   = "Host: localhost\r\n"
	bareHeader = "POST / HTTP/1.1\r\n" + hostLine + "\r\n"
)

// Read gives fasthttp the header of the next request, and nothing of its body: the handler reads
// that from the stream below, since its end may be known to the XML alone. The first call of a
// request waits for its first byte. An envelope without a header gets one.
func (c *conn) Read(p []byte) (int, error) {
	if c.phase == betweenRequests {
		if err := c.beginRequest(); err != nil {
			return 0, err
		}
	}
	n := c.take(p)
	// The request line goes alone, so that a bad one can be told from a bad field by the number of
	// lines; the fields go together.
	for n == 0 || n < len(p) && c.lines > 1 {
		if c.phase == afterHeader {
			if n == 0 {
				return 0, io.EOF
			}
			break
		}
		if err := c.nextLine(); err != nil {
			return n, err
		}
		n += c.take(p[n:])
	}
	return n, nil
}

// take copies what is due to fasthttp.
func (h *headerInput) take(p []byte) int {
	n := copy(p, h.due)
	h.due = h.due[n:]
	m := copy(p[n:], h.insert)
	h.insert = h.insert[m:]
	return n + m
}

// beginRequest waits for a request and looks how it begins.
func (c *conn) beginRequest() error {
	if err := c.awaitRequest(); err != nil {
		return err
	}
	if !c.state.CompareAndSwap(connIdle, connActive) {
		return io.EOF
	}
	c.start = time.Now()
	c.in.begin()
	c.in.timedOut = false
	c.out.sent = 0
	c.answered = false
	c.headerInput = headerInput{phase: inHeader}
	first, err := c.br.Peek(1)
	if err != nil {
		return err
	}
	if first[0] == '<' || first[0] == 0xEF { // an envelope, or the byte order mark before one
		c.headerInput = headerInput{phase: afterHeader, bare: true, insert: bareHeader}
		return nil
	}
	// The first byte must not wait for its line: fasthttp takes an error in its place for a
	// connection that was idle, and answers nothing.
	c.due, c.size = first, 1
	c.br.Discard(1) // peeked
	return nil
}

// nextLine reads a line of the header, or as much of a long one as the buffer holds. It refuses what recipients understand
// differently (RFC 9112 sections 2.2, 3.2, 5.1 and 5.2): a proxy in front of the server could see another header than the server.
func (c *conn) nextLine() error {
	for {
		piece, err := c.br.ReadSlice('\n')
		if err == bufio.ErrBufferFull && piece[len(piece)-1] == '\r' {
			c.br.UnreadByte() // was read just now; a line's end is looked at in one piece
			piece = piece[:len(piece)-1]
		}
		if c.size += len(piece); c.size > c.srv.cfg.MaxHeaderBytes {
			return headerTooLarge()
		}
		if err != nil && err != bufio.ErrBufferFull {
			return unexpectedEOF(err)
		}
		begins := !c.within
		c.within = err != nil
		if !c.within {
			if !bytes.HasSuffix(piece, []byte("\r\n")) {
				return c.malformedLine()
			}
			piece = piece[:len(piece)-len("\r\n")]
		}
		if bytes.IndexByte(piece, '\r') >= 0 {
			return c.malformedLine()
		}
		take, err := c.lookAt(piece, begins)
		if !c.within {
			c.lines++
		}
		if take || err != nil {
			return err
		}
	}
}

// lookAt decides about a line without its end, or a part of one, and reports whether fasthttp gets it.
func (c *conn) lookAt(piece []byte, begins bool) (take bool, err error) {
	c.due, c.insert = piece, ""
	if !c.within {
		c.insert = "\r\n"
	}
	switch {
	case c.lines == 0:
		if !c.within {
			c.insert = "\r\n" + hostLine
			c.http10 = bytes.HasSuffix(piece, []byte(" HTTP/1.0"))
		}
	case begins && !c.within && len(piece) == 0:
		c.phase = afterHeader
		if c.hosts > 1 || c.hosts == 0 && !c.http10 {
			return false, badRequest("Not exactly one Host field")
		}
	case begins:
		colon := bytes.IndexByte(piece, ':')
		if colon <= 0 || bytes.ContainsAny(piece[:colon], " \t") {
			return false, c.malformedLine() // also a line that is folded into the one before
		}
		if c.inHost = bytes.EqualFold(piece[:colon], []byte("host")); c.inHost {
			c.hosts++
		}
	}
	if c.lines > 0 && c.inHost && c.phase != afterHeader {
		c.due, c.insert = nil, ""
		return false, nil
	}
	return true, nil
}

func (c *conn) malformedLine() error {
	if c.lines == 0 {
		return badRequest("Malformed HTTP request line")
	}
	return badRequest("Malformed HTTP header")
}
