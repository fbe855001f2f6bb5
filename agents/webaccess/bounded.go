package webaccess

import (
	"net"
	"sync"

	"zarafa/agents/frontend"
)

// bounded is a listener that closes connections beyond a number.
type bounded struct {
	net.Listener
	total *frontend.Counts[struct{}]
}

// Accept waits for a connection within the bound.
func (b *bounded) Accept() (net.Conn, error) {
	for {
		c, err := b.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if b.total.Acquire(struct{}{}) {
			return &counted{Conn: c, total: b.total}, nil
		}
		_ = c.Close() // it was never served
	}
}

// counted is a connection that counts until it is closed.
type counted struct {
	net.Conn
	total *frontend.Counts[struct{}]
	once  sync.Once
}

// Close closes the connection.
func (c *counted) Close() error {
	c.once.Do(func() { c.total.Release(struct{}{}) })
	return c.Conn.Close()
}
