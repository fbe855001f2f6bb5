package soaphttp

import (
	"errors"
	"io"
	"net"
	"time"
)

// input reads from a connection under a deadline that only progress renews: the
// peer has the time-out for each window of progressBytes, however it cuts them up.
type input struct {
	nc       net.Conn
	nowait   rawReader // while the first bytes of a request are awaited
	timeout  time.Duration
	left     time.Duration // to wait in this window; 0 means no deadline is kept
	window   int           // bytes until the time starts anew
	armed    bool          // a deadline is set on nc
	timedOut bool          // a read of this message was too late
	pending  int           // 1 if first holds a byte that was read already
	first    [1]byte
	err      error  // of reading the first bytes of a request
	raw      int64  // bytes of a chunked body as they travel
	framed   *int64 // bytes of them that were data; nil: not limited
}

const (
	// A piece of data counts when it has been handed over; until then it looks like overhead.
	overheadBytes = 4096 + maxLineBytes
	overheadRatio = 16
)

var errOverhead = errors.New("chunks with too much around their data")

// rawReader reads from a connection's descriptor without waiting.
type rawReader interface{ tryRead(p []byte) (int, error) }

// begin starts the first window of a message.
func (in *input) begin() {
	in.left, in.window = in.timeout, progressBytes
}

// limitOverhead makes a chunked body fail whose chunk extensions and trailer are endless, or whose
// chunks are all tiny: fasthttp reads them and does not count. buffered bytes were read before,
// framed is how many bytes of data came out; nil ends the limit.
func (in *input) limitOverhead(buffered int64, framed *int64) {
	in.raw, in.framed = buffered, framed
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
	if in.framed != nil && in.raw > overheadBytes+overheadRatio**in.framed {
		return 0, errOverhead
	}
	if in.left == 0 {
		n, err := in.nc.Read(p)
		in.raw += int64(n)
		return n, err
	}
	start := time.Now()
	if err := in.nc.SetReadDeadline(start.Add(in.left)); err != nil {
		return 0, err
	}
	in.armed = true
	n, err := in.nc.Read(p)
	in.raw += int64(n)
	in.window -= n
	in.left -= time.Since(start)
	switch {
	case in.window <= 0:
		in.begin()
	case in.left <= 0:
		in.left = time.Nanosecond // the next read fails at once
	}
	in.timedOut = in.timedOut || isTimeout(err)
	return n, err
}

var _ io.Reader = (*input)(nil)
