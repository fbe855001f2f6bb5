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

// conn is a server's connection. All fields but state are its goroutine's own.
type conn struct {
	stream
	srv     *Server
	req     *fasthttp.Request // of the request that is being read, nil between requests
	bare    bool              // its envelope came without a header
	body    body
	buf     *[]byte // of x.Body
	taken   int64   // of the budget for large envelopes
	x       Exchange
	peer    Peer
	watch   peerWatch
	start   time.Time // of the request's first byte
	proxied bool
	drained bool // the request was read to its end
	state   atomic.Int32
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
	for c.beginRequest() == nil { // an error ends a connection on which nothing is due
		if !c.serveRequest() {
			return
		}
	}
}

// beginRequest waits for a request and looks how it begins.
func (c *conn) beginRequest() error {
	if err := c.awaitRequest(); err != nil {
		return err
	}
	if !c.state.CompareAndSwap(connIdle, connActive) {
		return net.ErrClosed
	}
	c.start = time.Now()
	c.in.begin()
	c.in.timedOut = false
	c.out.sent = 0
	first, err := c.br.Peek(1)
	if err != nil {
		return err
	}
	c.bare = first[0] == '<' || first[0] == 0xEF // an envelope, or the byte order mark before one
	return nil
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
	if c.peer.Network != "unix" && c.peer.Network != "memory" {
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

// linger lets the peer read the answer although it has more to send: closing with unread
// input would reset the connection and destroy the answer on its way.
func (c *conn) linger() {
	half, ok := c.nc.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil || c.nc.SetReadDeadline(time.Now().Add(lingerTimeout)) != nil {
		return
	}
	io.CopyN(io.Discard, c.nc, lingerBytes) // how it ends does not matter
}

func isTimeout(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
