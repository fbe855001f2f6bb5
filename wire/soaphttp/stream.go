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
	pair    [2][]byte
	vec     net.Buffers
}

// write sends two buffers, either of which may be empty, with one system call, if they are small.
func (o *output) write(head, body []byte) error {
	first := body[:min(len(body), sendWindowBytes)]
	n, err := o.writeAtOnce(head, first)
	if err != nil {
		return err
	}
	if n >= len(head) {
		return o.writeWindows(body[n-len(head):])
	}
	if len(first) == 0 {
		return o.writeWindows(head[n:])
	}
	if err := o.writePair(head[n:], first); err != nil {
		return err
	}
	return o.writeWindows(body[len(first):])
}

// writeAtOnce writes as much as the socket takes without waiting, most often all, and starts no time-out for that.
func (o *output) writeAtOnce(head, body []byte) (int, error) {
	if o.raw == nil {
		return 0, nil
	}
	if o.armed {
		if err := o.nc.SetWriteDeadline(time.Time{}); err != nil {
			return 0, err
		}
		o.armed = false
	}
	o.pair, o.first = [2][]byte{head, body}, 0
	err := o.raw.Write(o.ready)
	o.pair = [2][]byte{}
	o.sent += int64(o.first)
	return o.first, err
}

// writePair writes two buffers, neither of which is empty.
func (o *output) writePair(head, body []byte) error {
	if err := o.arm(); err != nil {
		return err
	}
	o.pair = [2][]byte{head, body}
	o.vec = o.pair[:]
	n, err := o.vec.WriteTo(o.nc)
	o.pair, o.vec = [2][]byte{}, nil
	o.sent += n
	return err
}

func (o *output) writeWindows(p []byte) error {
	for len(p) > 0 {
		if err := o.arm(); err != nil {
			return err
		}
		n, err := o.nc.Write(p[:min(len(p), sendWindowBytes)])
		o.sent += int64(n)
		if err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

// arm starts the time-out for the next window.
func (o *output) arm() error {
	if o.timeout == 0 {
		return nil
	}
	o.armed = true
	return o.nc.SetWriteDeadline(time.Now().Add(o.timeout))
}
