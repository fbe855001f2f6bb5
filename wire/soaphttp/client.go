package soaphttp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// ErrClientClosed is returned by a client after Close.
var ErrClientClosed = errors.New("soaphttp: client closed")

// ClientConfig holds a client's settings; zero fields take the default named.
type ClientConfig struct {
	// Endpoint is http://host:port/, https://host:port/, file:///path/to.sock or default:.
	Endpoint string
	// Dial, if not nil, connects in place of Endpoint, which then only says in errors where to: to a server in this process
	// ([Memory.Dial]).
	Dial func(ctx context.Context) (net.Conn, error)
	// TLS is used for https endpoints; the server's name is filled in.
	TLS *tls.Config
	// DialTimeout limits connecting (10 s).
	DialTimeout time.Duration
	// ReceiveTimeout ends a request whose answer makes no progress; 0 is none, since a long poll may be
	// silent for a minute. A call's context limits the call.
	ReceiveTimeout time.Duration
	// SendTimeout ends a request that the server does not take (60 s).
	SendTimeout time.Duration
	// IdleTimeout is how long an unused TCP connection is kept (4 s: servers close them after 5 s).
	IdleTimeout time.Duration
	// MaxIdleConns is how many unused connections are kept (16).
	MaxIdleConns int
	// MaxResponseBytes limits an envelope after decompression (4 GiB).
	MaxResponseBytes int64
	// UserAgent is sent in every request ("gSOAP/2.8").
	UserAgent string
	// Buffers, if not nil, are shared with other clients. A program with thousands of clients needs that: each has its
	// buffers in use for a few milliseconds, and those for compression are large.
	Buffers *ClientBuffers
}

// ClientBuffers are buffers that clients share. They may be used by several goroutines.
type ClientBuffers struct{ bufs buffers }

// NewClientBuffers makes an empty supply of buffers.
func NewClientBuffers() *ClientBuffers {
	b := new(ClientBuffers)
	b.bufs.limit, b.bufs.level = math.MaxInt64, compressionLevel
	return b
}

// Client sends SOAP requests to one endpoint over a pool of connections.
type Client struct {
	cfg      ClientConfig
	endpoint endpoint
	bufs     *buffers
	compress atomic.Bool

	mu     sync.Mutex
	idle   []*clientConn // the most recently used last
	closed bool
}

// Request is a message to send.
type Request struct {
	Body []byte // the envelope
	// Attachment, if not nil, is sent as the part that the envelope refers to by
	// <xop:Include href="cid:ID"/>, in chunks while it is read (wire.md section 6).
	Attachment io.Reader
	// AttachmentID is the part's id without "cid:" and angle brackets ("id1" if empty).
	AttachmentID string
}

// NewClient makes a client; it does not connect yet.
func NewClient(cfg ClientConfig) (*Client, error) {
	e, err := endpointOf(&cfg)
	if err != nil {
		return nil, err
	}
	setDefault(&cfg.DialTimeout, 10*time.Second)
	setDefault(&cfg.SendTimeout, 60*time.Second)
	setDefault(&cfg.IdleTimeout, 4*time.Second)
	setDefault(&cfg.MaxIdleConns, 16)
	setDefault(&cfg.MaxResponseBytes, 4<<30)
	setDefault(&cfg.UserAgent, "gSOAP/2.8")
	if cfg.Buffers == nil {
		cfg.Buffers = NewClientBuffers()
	}
	return &Client{cfg: cfg, endpoint: e, bufs: &cfg.Buffers.bufs}, nil
}

// SetCompression switches gzip requests on, once a server has granted the capability
// (wire.md section 7). Compressed answers are always understood.
func (c *Client) SetCompression(on bool) { c.compress.Store(on) }

// Local reports whether the endpoint is a Unix socket, or this process.
func (c *Client) Local() bool { return c.endpoint.network != "tcp" }

// Do sends a request and reads the envelope of its answer, whatever its HTTP status. The
// response must be closed. A request is sent once: whether the server has carried it
// out is unknown after an error.
func (c *Client) Do(ctx context.Context, req Request) (*Response, error) {
	cc, err := c.conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", c.cfg.Endpoint, err)
	}
	resp := &Response{conn: cc, stop: func() bool { return true }}
	if ctx.Done() != nil {
		// Closing wakes whatever read or write is waiting, also while parts are read.
		resp.stop = context.AfterFunc(ctx, func() { cc.nc.Close() })
	}
	err = cc.send(req, c.compress.Load())
	if err == nil {
		err = cc.receive(resp)
	}
	if err != nil {
		resp.stop()
		if resp.buf != nil {
			c.bufs.putBody(resp.buf)
		}
		cc.destroy()
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, fmt.Errorf("request to %s: %w", c.cfg.Endpoint, err)
	}
	return resp, nil
}

// conn takes a connection from the pool or opens one.
func (c *Client) conn(ctx context.Context) (*clientConn, error) {
	for {
		c.mu.Lock()
		if c.closed {
			c.mu.Unlock()
			return nil, ErrClientClosed
		}
		n := len(c.idle)
		if n == 0 {
			c.mu.Unlock()
			break
		}
		cc := c.idle[n-1]
		c.idle[n-1] = nil
		c.idle = c.idle[:n-1]
		c.mu.Unlock()
		if cc.usable() {
			return cc, nil
		}
		cc.destroy()
	}
	nc, err := c.dial(ctx)
	if err != nil {
		return nil, err
	}
	return newClientConn(c, nc), nil
}

// dial opens a connection.
func (c *Client) dial(ctx context.Context) (net.Conn, error) {
	if c.cfg.Dial == nil {
		return c.endpoint.dial(ctx, c.cfg.DialTimeout, c.cfg.TLS)
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.DialTimeout)
	defer cancel()
	return c.cfg.Dial(ctx)
}

// put gives a connection back to the pool.
func (c *Client) put(cc *clientConn) {
	cc.idleSince = time.Now()
	c.mu.Lock()
	if c.closed || len(c.idle) >= c.cfg.MaxIdleConns {
		c.mu.Unlock()
		cc.destroy()
		return
	}
	c.idle = append(c.idle, cc)
	c.mu.Unlock()
}

// CloseIdle closes the connections that no request uses.
func (c *Client) CloseIdle() {
	c.mu.Lock()
	idle := c.idle
	c.idle = nil
	c.mu.Unlock()
	for _, cc := range idle {
		cc.destroy()
	}
}

// Close closes idle connections; those in use are closed with their response.
func (c *Client) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.CloseIdle()
}
