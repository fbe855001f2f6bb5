package soaphttp

import (
	"bufio"
	"net"
	"syscall"
	"time"
)

// stream is one end of a connection: buffered input that holds its buffer only while
// bytes are arriving, and output under a deadline.
type stream struct {
	bufs  *buffers
	nc    net.Conn
	raw   syscall.RawConn // to wait without a buffer; nil where that is not possible
	ready func(fd uintptr) bool
	fd    uintptr // while ready runs
	in    input
	br    *bufio.Reader // nil while no bytes are arriving
	out   output
}

// init prepares a stream; time-outs of 0 mean none.
func (s *stream) init(nc net.Conn, bufs *buffers, receive, send time.Duration) {
	s.nc, s.bufs = nc, bufs
	s.in = input{nc: nc, timeout: receive}
	s.out = output{nc: nc, timeout: send}
	s.raw = rawConnOf(nc)
	s.ready = s.readFirst
	s.out.raw, s.out.ready = s.raw, s.out.writeFirst
}

// firstBytes waits for input and reads it into a buffer.
func (s *stream) firstBytes() error {
	if s.raw != nil {
		s.in.err = nil
		if err := s.raw.Read(s.ready); err != nil {
			return err
		}
		return s.in.err
	}
	if m, ok := s.nc.(*memoryConn); ok {
		if err := m.in.await(); err != nil {
			return err
		}
		s.br = s.bufs.reader(&s.in)
		_, err := s.br.Peek(1)
		return err
	}
	n, err := s.nc.Read(s.in.first[:])
	if err != nil {
		return err
	}
	s.in.pending = n
	s.br = s.bufs.reader(&s.in)
	_, err = s.br.Peek(1)
	return err
}

func (s *stream) releaseReader() {
	if s.br != nil {
		s.bufs.putReader(s.br)
		s.br = nil
	}
}

// output writes to a connection; the peer has the time-out for each window of sendWindowBytes.
type output struct {
	nc      net.Conn
	raw     syscall.RawConn // to write without waiting; nil where that is not possible
	ready   func(fd uintptr) bool
	timeout time.Duration
	armed   bool // a deadline is set on nc
	sent    int64
	first   int // bytes that were taken without waiting
	pieces  [3][]byte
	vec     net.Buffers // what is left of the pieces
	// unsent is the budget that a large answer counts against while it is sent, nil for others.
	unsent *unsent
}

// write sends pieces one behind the other, with one system call if they are small.
func (o *output) write(p Body) error {
	rest := Body{Middle: p.Middle[min(len(p.Middle), sendWindowBytes):]}
	if len(rest.Middle) > 0 {
		p.Middle, rest.Tail, p.Tail = p.Middle[:sendWindowBytes], p.Tail, nil
	}
	o.pieces = [...][]byte{p.Head, p.Middle, p.Tail}
	defer func() { o.pieces = [3][]byte{} }()
	if err := o.writeAtOnce(); err != nil {
		return err
	}
	if o.first < p.size() {
		if err := o.writeRest(); err != nil {
			return err
		}
	}
	if err := o.writeWindows(rest.Middle); err != nil {
		return err
	}
	return o.writeWindows(rest.Tail)
}

// writeAtOnce writes as much of the pieces as the socket takes without waiting, most often all, and starts no time-out for that.
// That many bytes are in first.
func (o *output) writeAtOnce() error {
	o.first = 0
	if m, ok := o.nc.(*memoryConn); ok {
		o.first = m.writeNow(&o.pieces)
		o.taken(int64(o.first))
		return nil
	}
	if o.raw == nil {
		return nil
	}
	if o.armed {
		if err := o.nc.SetWriteDeadline(time.Time{}); err != nil {
			return err
		}
		o.armed = false
	}
	err := o.raw.Write(o.ready)
	o.taken(int64(o.first))
	return err
}

// writeRest writes what the socket did not take at once.
func (o *output) writeRest() error {
	if err := o.arm(); err != nil {
		return err
	}
	o.vec = o.pieces[:0]
	skip := o.first
	for _, piece := range o.pieces {
		n := min(skip, len(piece))
		if skip -= n; n < len(piece) {
			o.vec = append(o.vec, piece[n:]) // none that is empty: some connections would wait for a reader of nothing
		}
	}
	n, err := o.vec.WriteTo(o.nc)
	o.vec = nil
	o.taken(n)
	return err
}

func (o *output) writeWindows(p []byte) error {
	for len(p) > 0 {
		if err := o.arm(); err != nil {
			return err
		}
		n, err := o.nc.Write(p[:min(len(p), sendWindowBytes)])
		o.taken(int64(n))
		if err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

// taken counts what the connection has taken.
func (o *output) taken(n int64) {
	o.sent += n
	if n > 0 && o.unsent != nil {
		o.unsent.progressed(o)
	}
}

// arm starts the time-out for the next window.
func (o *output) arm() error {
	if o.timeout == 0 {
		return nil
	}
	o.armed = true
	return o.nc.SetWriteDeadline(time.Now().Add(o.timeout))
}
