//go:build !unix

package soaphttp

import (
	"errors"
	"net"
	"syscall"
)

// rawConnOf finds no descriptor to wait on: connections are awaited by reading one byte.
func rawConnOf(net.Conn) syscall.RawConn { return nil }

func (s *stream) readFirst(uintptr) bool { return true }

func (s *stream) tryRead([]byte) (int, error) { return 0, errors.ErrUnsupported }

func (o *output) writeFirst(uintptr) bool { return true }

// quiet cannot tell: a request on a connection that the server has closed fails.
func (s *stream) quiet() bool { return true }
