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
func (c *conn) readFirst(fd uintptr) (done bool) {
	br := c.srv.bufs.reader(&c.in)
	c.fd, c.in.nowait = int(fd), c
	_, err := br.Peek(1)
	c.fd, c.in.nowait = -1, nil
	if err == unix.EAGAIN {
		c.srv.bufs.putReader(br)
		return false
	}
	c.br, c.in.err = br, err
	return true
}

// tryRead reads from the descriptor without waiting.
func (c *conn) tryRead(p []byte) (int, error) {
	for {
		n, err := unix.Read(c.fd, p)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return 0, err
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}
