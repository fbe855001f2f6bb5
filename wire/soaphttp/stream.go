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
	fd    int
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
	timeout time.Duration
	sent    int64
	pair    [2][]byte
	vec     net.Buffers
}

// write sends two buffers with one system call, if they are small.
func (o *output) write(head, body []byte) error {
	if len(head) == 0 {
		return o.writeWindows(body)
	}
	if err := o.arm(); err != nil {
		return err
	}
	first := body[:min(len(body), sendWindowBytes)]
	if len(first) == 0 {
		n, err := o.nc.Write(head)
		o.sent += int64(n)
		return err
	}
	o.pair = [2][]byte{head, first}
	o.vec = o.pair[:]
	n, err := o.vec.WriteTo(o.nc)
	o.pair, o.vec = [2][]byte{}, nil
	o.sent += n
	if err != nil {
		return err
	}
	return o.writeWindows(body[len(first):])
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
	return o.nc.SetWriteDeadline(time.Now().Add(o.timeout))
}
