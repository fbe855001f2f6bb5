package frontend

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"
)

// ErrStopping is the error of whoever waits for a client's next command when the program stops.
var ErrStopping = errors.New("frontend: the program is stopping")

// ErrNoTLS is the error of StartTLS where there is no certificate, or the connection is encrypted already.
var ErrNoTLS = errors.New("frontend: TLS cannot begin on this connection")

// handshakeTime is how long a client may take for the handshake of TLS.
const handshakeTime = 30 * time.Second

// past is a deadline that wakes whoever reads.
var past = time.Unix(1, 0)

// Conn is a connection of a client. One goroutine reads and writes; the others' methods are for the server.
type Conn struct {
	net.Conn
	address netip.Addr
	server  *Server
	serving context.Context
	secure  bool

	mu      sync.Mutex // protects what follows
	waiting bool       // for a command
	stopped bool
}

// Address is where the client is; the zero address on a Unix socket.
func (c *Conn) Address() netip.Addr { return c.address }

// Secure reports whether the connection is encrypted.
func (c *Conn) Secure() bool { return c.secure }

// Local reports whether the client is on this machine.
func (c *Conn) Local() bool { return local(c.address) }

func local(a netip.Addr) bool { return !a.IsValid() || a.IsLoopback() }

// PlaintextAllowed reports whether a password may be sent on this connection as it is.
func (c *Conn) PlaintextAllowed() bool {
	return c.secure || c.Local() || c.server.Plaintext.Load()
}

// CanStartTLS reports whether StartTLS is possible.
func (c *Conn) CanStartTLS() bool { return !c.secure && c.server.Certificates.Present() }

// TLSConfig is what StartTLS would use, for protocols that encrypt the connection themselves; nil where it is not possible.
func (c *Conn) TLSConfig() *tls.Config {
	if c.secure {
		return nil
	}
	return c.server.Certificates.current.Load()
}

// Serving is a context that ends when the program stops, as soon as that is known; it is for protocols that do not use Await.
func (c *Conn) Serving() context.Context { return c.serving }

// StartTLS encrypts the connection. What the client has sent before the handshake must have been read and dealt with: bytes that lie in a
// buffer of the caller would be taken for the client's although anybody on the way can have put them there, so that a caller who has any ends the
// connection instead.
func (c *Conn) StartTLS(ctx context.Context) error {
	config := c.server.Certificates.current.Load()
	if c.secure || config == nil {
		return ErrNoTLS
	}
	ctx, cancel := context.WithTimeout(ctx, handshakeTime)
	defer cancel()
	// Deadlines of the protocol stay in force: whichever comes first ends the handshake.
	encrypted := tls.Server(c.Conn, config)
	if err := encrypted.HandshakeContext(ctx); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Conn, c.secure = encrypted, true
	return nil
}

// Await is called before the connection waits for a command, until the deadline. When the program stops meanwhile, or has been asked to before,
// whoever reads gets an error and Stopping is true.
func (c *Conn) Await(deadline time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return ErrStopping
	}
	c.waiting = true
	return c.Conn.SetReadDeadline(deadline)
}

// Begun is called when a command has begun to arrive: it is finished although the program stops.
func (c *Conn) Begun() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = false
}

// Stopping reports whether the program stops.
func (c *Conn) Stopping() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopped
}

// stop wakes the connection if it waits for a command.
func (c *Conn) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = true
	if c.waiting {
		_ = c.Conn.SetReadDeadline(past) // fails only if the connection is closed already
	}
}

// abort closes the connection under whoever uses it.
func (c *Conn) abort() {
	c.mu.Lock()
	raw := c.Conn
	c.mu.Unlock()
	if encrypted, ok := raw.(*tls.Conn); ok {
		raw = encrypted.NetConn() // no farewell, which would wait for who does not read
	}
	_ = raw.Close() // somebody may have done it
}
