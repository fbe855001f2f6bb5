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

// nextLine reads a line of the header.
func (c *conn) nextLine() error {
	for {
		line, err := c.br.ReadSlice('\n')
		c.size += len(line)
		if err == bufio.ErrBufferFull || c.size > c.srv.cfg.MaxHeaderBytes {
			return headerTooLarge()
		}
		if err != nil {
			return unexpectedEOF(err)
		}
		c.lines++
		if c.lines > 1 && isHostField(line) {
			continue
		}
		c.due = bytes.TrimSuffix(line[:len(line)-1], []byte("\r"))
		c.insert = "\r\n" // fasthttp takes no bare line feed
		if c.lines == 1 {
			c.insert = "\r\n" + hostLine
		} else if len(c.due) == 0 {
			c.phase = afterHeader
		}
		return nil
	}
}

func isHostField(line []byte) bool {
	return len(line) > 5 && line[4] == ':' && bytes.EqualFold(line[:4], []byte("host"))
}
