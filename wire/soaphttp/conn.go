package soaphttp

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync/atomic"
	"time"

	"zarafa/wire"
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
	h       header
	body    body
	buf     *[]byte // of x.Body
	taken   int64   // of the budget for large envelopes
	x       Exchange
	peer    Peer
	watch   peerWatch
	proxied bool
	drained bool // the request was read to its end
	state   atomic.Int32
}

func newConn(s *Server, nc net.Conn) *conn {
	c := &conn{srv: s, peer: identifyPeer(nc)}
	c.init(nc, &s.bufs, s.cfg.ReadTimeout, s.cfg.SendTimeout)
	c.h = header{max: s.cfg.MaxHeaderBytes, proxyHeader: s.cfg.ProxyHeader, wantForwarded: s.cfg.ProxyHeader != ""}
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
	for {
		if err := c.awaitRequest(); err != nil {
			return
		}
		if !c.state.CompareAndSwap(connIdle, connActive) {
			return
		}
		if !c.serveRequest() {
			return
		}
		if !c.state.CompareAndSwap(connActive, connIdle) || c.srv.stopping.Load() {
			return
		}
	}
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

// serveRequest reads and answers one request and reports whether another may follow.
func (c *conn) serveRequest() (keep bool) {
	start := time.Now()
	x := &c.x
	*x = Exchange{Peer: c.peer, Path: x.Path, conn: c}
	c.in.begin()
	c.out.sent = 0
	err := c.readRequest(x)
	if err == nil && !x.head {
		c.handle(x)
	} else if err == nil {
		x.Reply(nil)
	} else {
		c.refuse(x, err)
	}
	c.endWatch()
	if x.err != nil {
		c.srv.cfg.Logger.Debug("answer not sent", "peer", x.Peer.Address, "error", x.err)
	}
	keep = x.err == nil && !x.close && (c.drained || c.body.drain())
	if !keep && x.err == nil && err != nil {
		c.linger()
	}
	stats := RequestStats{Network: c.peer.Network, Status: x.status, BytesIn: c.body.framed.total,
		Decoded: c.body.decoded.total, BytesOut: c.out.sent, Duration: time.Since(start)}
	c.releaseRequest()
	c.srv.cfg.Metrics.RequestDone(stats)
	return keep
}

// handle calls the handler. A panic in one operation costs its caller the connection, not everybody the server.
func (c *conn) handle(x *Exchange) {
	defer func() {
		if r := recover(); r != nil {
			c.srv.cfg.Logger.Error("BUG: panic while serving a request", "panic", r, "stack", string(debug.Stack()))
			x.close = true
			if x.status == 0 {
				c.refuse(x, &httpError{http.StatusInternalServerError, wire.FaultServer, "Internal error"})
			}
		}
	}()
	c.srv.handler.ServeSOAP(c.srv.ctx, x)
	if x.status == 0 {
		c.refuse(x, &httpError{http.StatusInternalServerError, wire.FaultServer, "No answer"})
	}
}

// refuse answers with a fault, if the error is one that the peer can still be told about.
func (c *conn) refuse(x *Exchange, err error) {
	x.close = true
	var he *httpError
	switch {
	case errors.As(err, &he):
	case isTimeout(err):
		he = &httpError{http.StatusInternalServerError, wire.FaultServer, "Timed out while reading the request"}
	case errors.Is(err, errMultipart):
		he = &httpError{http.StatusInternalServerError, wire.FaultClient, "Malformed multipart message"}
	case errors.Is(err, io.ErrUnexpectedEOF):
		he = &httpError{http.StatusInternalServerError, wire.FaultClient, "Request ends early"}
	default:
		he = &httpError{http.StatusInternalServerError, wire.FaultClient, "Malformed request body"}
	}
	c.srv.cfg.Logger.Debug("request refused", "peer", x.Peer.Address, "status", he.status, "error", err)
	x.reply(he.status, he.appendTo(nil))
}

// releaseRequest gives back what the request held.
func (c *conn) releaseRequest() {
	c.body.close()
	if c.buf != nil {
		c.bufs.putBody(c.buf)
		c.buf = nil
	}
	c.bufs.release(c.taken)
	c.taken, c.drained = 0, false
	c.x.Body, c.x.Attachment = nil, nil
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
