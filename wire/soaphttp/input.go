package soaphttp

import (
	"io"
	"net"
	"time"
)

// input reads from a connection under a deadline that only progress renews: the
// peer has the time-out for each window of progressBytes, however it cuts them up.
type input struct {
	nc      net.Conn
	nowait  rawReader // while the first bytes of a request are awaited
	timeout time.Duration
	left    time.Duration // to wait in this window; 0 means no deadline is kept
	window  int           // bytes until the time starts anew
	armed   bool          // a deadline is set on nc
	pending int           // 1 if first holds a byte that was read already
	first   [1]byte
	err     error // of reading the first bytes of a request
	total   int64
}

// rawReader reads from a connection's descriptor without waiting.
type rawReader interface{ tryRead(p []byte) (int, error) }

// begin starts the first window of a message.
func (in *input) begin() {
	in.left, in.window = in.timeout, progressBytes
}

// Read implements io.Reader.
func (in *input) Read(p []byte) (int, error) {
	if in.nowait != nil {
		return in.nowait.tryRead(p)
	}
	if in.pending > 0 && len(p) > 0 {
		in.pending = 0
		return copy(p, in.first[:]), nil
	}
	if in.left == 0 {
		return in.nc.Read(p)
	}
	start := time.Now()
	if err := in.nc.SetReadDeadline(start.Add(in.left)); err != nil {
		return 0, err
	}
	in.armed = true
	n, err := in.nc.Read(p)
	in.total += int64(n)
	in.window -= n
	in.left -= time.Since(start)
	switch {
	case in.window <= 0:
		in.begin()
	case in.left <= 0:
		in.left = time.Nanosecond // the next read fails at once
	}
	return n, err
}

var _ io.Reader = (*input)(nil)
