//go:build unix

package soaphttp

import (
	"io"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// rawConnOf gives access to a socket's descriptor, for connections that are nothing but a socket.
func rawConnOf(nc net.Conn) syscall.RawConn {
	var raw syscall.RawConn
	switch nc := nc.(type) {
	case *net.TCPConn:
		raw, _ = nc.SyscallConn() // nil: the ordinary way is taken
	case *net.UnixConn:
		raw, _ = nc.SyscallConn()
	}
	return raw
}

// readFirst is called when the socket may have input. It takes a buffer and gives it
// back if there is none, so that waiting holds no buffer.
func (s *stream) readFirst(fd uintptr) (done bool) {
	br := s.bufs.reader(&s.in)
	s.fd, s.in.nowait = fd, s
	_, err := br.Peek(1)
	s.fd, s.in.nowait = 0, nil
	if err == unix.EAGAIN {
		s.bufs.putReader(br)
		return false
	}
	s.br, s.in.err = br, err
	return true
}

// tryRead reads from the descriptor without waiting.
func (s *stream) tryRead(p []byte) (int, error) {
	for {
		n, errno := readNow(s.fd, p)
		switch {
		case errno == unix.EINTR:
		case errno != 0:
			return 0, errno
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

// writeFirst is called when the socket may take output; it never waits.
func (o *output) writeFirst(fd uintptr) (done bool) {
	n, errno := writeNow(fd, &o.pieces)
	for errno == unix.EINTR {
		n, errno = writeNow(fd, &o.pieces)
	}
	if errno == 0 {
		o.first = n
	}
	return true // what was refused, or failed, is left to the ordinary way
}

// quiet reports whether a connection that should be silent is open and has no input.
func (s *stream) quiet() bool {
	sc, ok := s.nc.(interface{ NetConn() net.Conn })
	raw := s.raw
	if ok {
		raw = rawConnOf(sc.NetConn())
	}
	if raw == nil {
		return true // not known: the request will tell
	}
	quiet := false
	err := raw.Control(func(fd uintptr) {
		var one [1]byte
		_, _, err := unix.Recvfrom(int(fd), one[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
		quiet = err == unix.EAGAIN
	})
	return err == nil && quiet
}
