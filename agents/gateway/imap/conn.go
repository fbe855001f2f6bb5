package imap

import (
	"bufio"
	"errors"
	"net"
	"os"
	"sync"
	"time"

	"zarafa/agents/gateway/imapwire"
)

// Errors that end a connection.
var (
	errLogout   = errors.New("the client logged out")
	errIdle     = errors.New("the client was silent for too long")
	errShutdown = errors.New("the server stops")
)

// conn is a connection with its buffers, which it has only while it is busy.
//
// Reading flushes what was written: whoever waits for the client has told it all, and pipelined commands are answered together.
type conn struct {
	server *Server
	net    net.Conn
	dec    *imapwire.Decoder

	encoder *imapwire.Encoder // see enc
	reader  *bufio.Reader     // nil while waiting
	writer  *bufio.Writer     // nil while nothing is to be written
	first   [128]byte         // what ended the wait: most commands are not longer
	unread  []byte            // what of it has not been read
	failed  error             // the first error of writing

	logOn time.Time     // when a client has to have logged on; zero after that
	idle  time.Duration // how long a client may be silent
	// since and pulse are those of IDLE: when the client began to be silent, and when it is to hear something though nothing happens. Zero outside of it.
	since, pulse time.Time

	mu          sync.Mutex
	waiting     bool // reading may be interrupted by a change
	changed     bool // a change came that nobody has looked at
	interrupted bool // the server stops
}

// past is a deadline that is over.
var past = time.Unix(1, 0)

// wake is called when the mailbox has changed.
func (c *conn) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changed = true
	if c.waiting {
		_ = c.net.SetReadDeadline(past)
	}
}

// interrupt ends all reading for good.
func (c *conn) interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.interrupted = true
	_ = c.net.SetReadDeadline(past)
}

// deadline sets when reading ends that begins now. It says no where it must not begin.
func (c *conn) deadline(forChange bool) (ok bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.interrupted {
		return false, errShutdown
	}
	if forChange && c.changed {
		c.changed = false
		return false, nil
	}
	c.waiting = forChange
	at := time.Now().Add(c.idle)
	if !c.since.IsZero() { // what the server says is no word of the client's
		at = c.since.Add(c.idle)
		if c.pulse.Before(at) {
			at = c.pulse
		}
	}
	if !c.logOn.IsZero() && c.logOn.Before(at) {
		at = c.logOn
	}
	return true, c.net.SetReadDeadline(at)
}

// wait waits until the client sends something or, if forChange is set, the mailbox changes, without any buffers. In IDLE it ends with changed when the
// client is to hear something, too.
func (c *conn) wait(forChange bool) (changed bool, err error) {
	if c.buffered() > 0 {
		return false, nil
	}
	if err := c.release(); err != nil {
		return false, err
	}
	ok, err := c.deadline(forChange)
	if err != nil || !ok {
		return err == nil, err
	}
	n := 0
	for n == 0 && err == nil { // a reader may give nothing without an error
		n, err = c.net.Read(c.first[:])
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = false
	if n > 0 {
		c.unread = c.first[:n]
		c.acquire()
		return false, nil
	}
	if changed = forChange && c.changed; changed && errors.Is(err, os.ErrDeadlineExceeded) && !c.interrupted {
		c.changed = false
		return true, nil
	}
	if errors.Is(err, os.ErrDeadlineExceeded) && !c.interrupted && !c.since.IsZero() && c.pulse.Before(c.since.Add(c.idle)) && !time.Now().Before(c.pulse) {
		return true, nil
	}
	return false, c.readError(err)
}

// readError says what an error of reading means. The lock is held.
func (c *conn) readError(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		if c.interrupted {
			return errShutdown
		}
		return errIdle
	}
	return err
}

// Read reads for the decoder's buffer.
func (c *conn) Read(p []byte) (int, error) {
	if len(c.unread) > 0 {
		n := copy(p, c.unread)
		c.unread = c.unread[n:]
		return n, nil
	}
	if err := c.flush(); err != nil {
		return 0, err
	}
	if _, err := c.deadline(false); err != nil {
		return 0, err
	}
	n, err := c.net.Read(p)
	if err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		err = c.readError(err)
	}
	return n, err
}

// buffered counts what has come and was not read yet.
func (c *conn) buffered() int {
	if c.reader == nil {
		return len(c.unread)
	}
	return len(c.unread) + c.reader.Buffered()
}

// acquire gets a buffer to read with.
func (c *conn) acquire() {
	if c.reader == nil {
		c.reader = c.server.readers.Get().(*bufio.Reader)
		c.reader.Reset(c)
		c.dec.Reset(c.reader)
	}
}

// release writes what is to be written and gives the buffers back. Nothing may be buffered for reading.
func (c *conn) release() error {
	err := c.flush()
	if c.reader != nil {
		c.reader.Reset(nil)
		c.server.readers.Put(c.reader)
		c.reader = nil
	}
	return err
}

// flush writes to the connection what was written to the buffer.
func (c *conn) flush() error {
	if c.writer != nil {
		err := c.encoder.Flush()
		if c.failed == nil {
			c.failed = err
		}
		c.writer.Reset(nil)
		c.server.writers.Put(c.writer)
		c.writer = nil
	}
	return c.failed
}

// enc writes answers, into a buffer. Errors stick, and end the connection at the next flush.
func (c *conn) enc() *imapwire.Encoder {
	if c.writer == nil {
		c.writer = c.server.writers.Get().(*bufio.Writer)
		c.writer.Reset((*netWriter)(c))
		c.encoder.Reset(c.writer)
	}
	return c.encoder
}

// netWriter writes to the connection.
type netWriter conn

// Write ends with an error if the client does not read a piece in time.
func (w *netWriter) Write(p []byte) (written int, err error) {
	for len(p) > 0 && w.failed == nil {
		piece := p[:min(len(p), writeBuffer)]
		w.failed = w.net.SetWriteDeadline(time.Now().Add(w.server.options.WriteTimeout))
		if w.failed != nil {
			break
		}
		n, err := w.net.Write(piece)
		written += n
		if w.failed = err; err != nil {
			break
		}
		p = p[n:]
	}
	return written, w.failed
}
