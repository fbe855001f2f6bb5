//go:build !unix

package soaphttp

import (
	"errors"
	"net"
	"syscall"
)

// rawConnOf finds no descriptor to wait on: connections are awaited by reading one byte.
func rawConnOf(net.Conn) syscall.RawConn { return nil }

func (c *conn) readFirst(uintptr) bool { return true }

func (c *conn) tryRead([]byte) (int, error) { return 0, errors.ErrUnsupported }
