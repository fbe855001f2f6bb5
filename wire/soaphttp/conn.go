package soaphttp

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

const (
	handshakeTimeout = 10 * time.Second
	lingerTimeout    = time.Second
	lingerBytes      = 1 << 20
)

// States of a connection; only an idle one may be closed by a server that stops gently.
const (
	connIdle int32 = iota
	connActive
	connClosed
)

// conn is a server's connection. For fasthttp it is a net.Conn that yields one request header
// at a time (see Read); everything else reads its embedded stream. All fields but state
// are its goroutine's own.
type conn struct {
	stream
	headerInput
	srv      *Server
	ctx      *fasthttp.RequestCtx // of the request that is being served
	body     body
	buf      *[]byte // of x.Body
	taken    int64   // of the budget for large envelopes
	x        Exchange
	peer     Peer
	watch    peerWatch
	start    time.Time // of the request's first byte
	proxied  bool
	drained  bool // the request was read to its end
	answered bool // what fasthttp writes for this request is dropped
	lingers  bool // Close waits for the peer to read the answer
	state    atomic.Int32
}

func newConn(s *Server, nc net.Conn) *conn {
	c := &conn{srv: s, peer: identifyPeer(nc)}
	c.init(nc, &s.bufs, s.cfg.ReadTimeout, s.cfg.SendTimeout)
	return c
}

// serve answers requests until the connection ends.
func (c *conn) serve() {
	defer c.nc.Close()
	if !c.handshake() {
		return
	}
	c.srv.cfg.Metrics.ConnOpened(c.peer.Network)
	defer func() { c.srv.cfg.Metrics.ConnClosed(c.peer.Network) }()
	defer c.releaseReader()
	c.srv.http.ServeConn(c) // what it returns was answered and logged by refuse
}

// handshake completes TLS and takes note of the client's certificate.
func (c *conn) handshake() bool {
	tc, ok := c.nc.(*tls.Conn)
	if !ok {
		return true
	}
	c.peer.Network = "tls"
	if tc.SetDeadline(time.Now().Add(handshakeTimeout)) != nil {
		return false
	}
	if err := tc.Handshake(); err != nil {
		c.srv.cfg.Logger.Debug("TLS handshake failed", "peer", c.peer.Address, "error", err)
		return false
	}
	if chains := tc.ConnectionState().VerifiedChains; len(chains) > 0 {
		c.peer.Certs = chains[0]
	}
	return tc.SetDeadline(time.Time{}) == nil
}

// awaitRequest waits for the first byte of a request that is not blank: messages may end with a line end
// that their framing does not count. While nothing arrives, no buffer is held.
func (c *conn) awaitRequest() error {
	var deadline time.Time
	if c.peer.Network != "unix" {
		deadline = time.Now().Add(c.srv.cfg.IdleTimeout)
	}
	if !deadline.IsZero() || c.in.armed {
		if err := c.nc.SetReadDeadline(deadline); err != nil {
			return err
		}
	}
	c.in.left, c.in.armed = 0, !deadline.IsZero()
	for {
		if c.br != nil {
			for c.br.Buffered() > 0 {
				b, _ := c.br.Peek(1)
				if b[0] > ' ' {
					return nil
				}
				c.br.Discard(1) // peeked
			}
			c.releaseReader()
		}
		if err := c.firstBytes(); err != nil {
			return err
		}
	}
}

// Write sends what fasthttp writes of its own accord, "100 Continue". Answers are sent while the
// handler runs (Exchange.begin), and what fasthttp writes after it is dropped.
func (c *conn) Write(p []byte) (int, error) {
	if c.answered {
		return len(p), nil
	}
	if err := c.out.write(Body{Head: p}); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close is called by fasthttp when it has finished with the connection.
func (c *conn) Close() error {
	if c.lingers {
		c.linger()
	}
	return c.nc.Close()
}

// linger lets the peer read the answer although it has more to send: closing with unread
// input would reset the connection and destroy the answer on its way.
func (c *conn) linger() {
	half, ok := c.nc.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil || c.nc.SetReadDeadline(time.Now().Add(lingerTimeout)) != nil {
		return
	}
	io.CopyN(io.Discard, c.nc, lingerBytes) // how it ends does not matter
}

// LocalAddr implements net.Conn.
func (c *conn) LocalAddr() net.Addr { return c.nc.LocalAddr() }

// RemoteAddr implements net.Conn.
func (c *conn) RemoteAddr() net.Addr { return c.nc.RemoteAddr() }

// SetDeadline, like SetReadDeadline and SetWriteDeadline, does nothing: input and output keep deadlines
// of their own, which progress renews, and idling ends by other rules than reading.
func (c *conn) SetDeadline(time.Time) error { return nil }

// SetReadDeadline implements net.Conn.
func (c *conn) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline implements net.Conn.
func (c *conn) SetWriteDeadline(time.Time) error { return nil }

var _ net.Conn = (*conn)(nil)

func isTimeout(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
