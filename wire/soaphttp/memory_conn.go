package soaphttp

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

const (
	// memoryUnread is how many bytes one end may be ahead of the other, as with a socket.
	memoryUnread = 64 << 10
	// memoryKept is the largest buffer that a connection keeps while nothing is under way.
	memoryKept = 16 << 10
)

// memoryConn is one end of a connection inside the process.
type memoryConn struct{ in, out *memoryPipe }

// newMemoryPair makes both ends of a connection.
func newMemoryPair() (a, b *memoryConn) {
	to, from := newMemoryPipe(), newMemoryPipe()
	return &memoryConn{in: from, out: to}, &memoryConn{in: to, out: from}
}

func (c *memoryConn) Read(p []byte) (int, error)  { return c.in.read(p) }
func (c *memoryConn) Write(p []byte) (int, error) { return c.out.write(p) }

// Close ends both directions: what the other end has not read yet it still reads, as from a socket.
func (c *memoryConn) Close() error {
	c.in.close(true)
	c.out.close(false)
	return nil
}

// CloseWrite ends one direction.
func (c *memoryConn) CloseWrite() error {
	c.out.close(false)
	return nil
}

func (c *memoryConn) LocalAddr() net.Addr  { return memoryAddr{} }
func (c *memoryConn) RemoteAddr() net.Addr { return memoryAddr{} }

func (c *memoryConn) SetReadDeadline(t time.Time) error {
	c.in.setDeadline(&c.in.reader, t)
	return nil
}

func (c *memoryConn) SetWriteDeadline(t time.Time) error {
	c.out.setDeadline(&c.out.writer, t)
	return nil
}

func (c *memoryConn) SetDeadline(t time.Time) error {
	_ = c.SetReadDeadline(t) // never fails
	return c.SetWriteDeadline(t)
}

// writeNow takes as much of the pieces as fits without waiting, and counts it.
func (c *memoryConn) writeNow(pieces *[3][]byte) (n int) {
	p := c.out
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended || p.refused {
		return 0 // the ordinary way says so
	}
	for _, piece := range pieces {
		n += p.take(piece)
	}
	return n
}

// quiet reports whether the other end is there and has sent nothing.
func (c *memoryConn) quiet() bool {
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	return !c.in.ended && !c.in.refused && len(c.in.unread) == 0
}

// gone is closed when the other end has closed its output, or this end its input.
func (c *memoryConn) gone() <-chan struct{} { return c.in.over }

// memoryPipe is one direction of a connection.
type memoryPipe struct {
	over chan struct{} // closed by the first close

	mu             sync.Mutex // protects what follows
	changed        sync.Cond
	buf, unread    []byte // unread is the end of buf
	ended          bool   // nothing more is written
	refused        bool   // nothing more is read
	reader, writer memoryDeadline
}

// memoryDeadline is until when one side waits.
type memoryDeadline struct {
	at    time.Time
	timer *time.Timer
}

func (d *memoryDeadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

func newMemoryPipe() *memoryPipe {
	p := &memoryPipe{over: make(chan struct{})}
	p.changed.L = &p.mu
	return p
}

func (p *memoryPipe) read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(b) > 0 {
		if err := p.awaitLocked(); err != nil {
			return 0, err
		}
	}
	return p.give(b), nil
}

// await waits until there is something to read.
func (p *memoryPipe) await() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.awaitLocked()
}

// awaitLocked is await while p.mu is held.
func (p *memoryPipe) awaitLocked() error {
	for {
		switch {
		case p.refused:
			return net.ErrClosed
		case p.reader.passed():
			return os.ErrDeadlineExceeded
		case len(p.unread) > 0:
			return nil
		case p.ended:
			return io.EOF
		}
		p.changed.Wait()
	}
}

// give hands over what there is. p.mu is held.
func (p *memoryPipe) give(b []byte) int {
	n := copy(b, p.unread)
	if p.unread = p.unread[n:]; len(p.unread) == 0 && cap(p.buf) > memoryKept {
		p.buf, p.unread = nil, nil
	}
	if n > 0 {
		p.changed.Broadcast()
	}
	return n
}

func (p *memoryPipe) write(b []byte) (n int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		switch {
		case p.ended:
			return n, net.ErrClosed
		case p.refused:
			return n, io.ErrClosedPipe
		case p.writer.passed():
			return n, os.ErrDeadlineExceeded
		}
		if n += p.take(b[n:]); n == len(b) {
			return n, nil
		}
		p.changed.Wait()
	}
}

// take appends as much as there is room for. p.mu is held.
func (p *memoryPipe) take(b []byte) int {
	n := min(len(b), memoryUnread-len(p.unread))
	if n <= 0 {
		return 0
	}
	if len(p.unread) == 0 {
		p.buf = p.buf[:0]
	} else if len(p.buf)+n > cap(p.buf) {
		p.buf = append(make([]byte, 0, max(2*len(p.unread), len(p.unread)+n)), p.unread...) // leaves out what has been read
	}
	read := len(p.buf) - len(p.unread)
	p.buf = append(p.buf, b[:n]...)
	p.unread = p.buf[read:]
	p.changed.Broadcast()
	return n
}

// close ends the direction, from the reader's side or from the writer's.
func (p *memoryPipe) close(reader bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ended && !p.refused {
		close(p.over)
	}
	if reader {
		p.refused, p.buf, p.unread = true, nil, nil
	} else {
		p.ended = true
	}
	for _, d := range []*memoryDeadline{&p.reader, &p.writer} {
		if d.timer != nil {
			d.timer.Stop()
		}
	}
	p.changed.Broadcast()
}

// setDeadline sets until when one side waits; the zero time is for ever.
func (p *memoryPipe) setDeadline(d *memoryDeadline, t time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	d.at = t
	switch {
	case t.IsZero():
		if d.timer != nil {
			d.timer.Stop()
		}
	case d.timer == nil:
		d.timer = time.AfterFunc(time.Until(t), p.wake)
	default:
		d.timer.Reset(time.Until(t))
	}
	p.changed.Broadcast() // who waits already has another deadline now
}

// wake has both sides look at their deadlines.
func (p *memoryPipe) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.changed.Broadcast()
}
