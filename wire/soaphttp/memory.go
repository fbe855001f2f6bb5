package soaphttp

import (
	"context"
	"fmt"
	"net"
	"sync"
)

// MemoryEndpoint is how errors and logs call the server of the same process.
const MemoryEndpoint = "memory:"

// Memory is a listener for clients in the server's own process: what they send goes from buffer to buffer and through no socket. A
// client has [Memory.Dial] in its configuration. Both may be used by several goroutines.
//
// Whoever can call Dial is the process itself, and the server believes him: [Peer] says "memory".
type Memory struct {
	accept chan *memoryConn
	closed chan struct{}
	once   sync.Once
}

// NewMemory makes a listener that nobody accepts from yet.
func NewMemory() *Memory {
	return &Memory{accept: make(chan *memoryConn), closed: make(chan struct{})}
}

// Accept waits for a client.
func (m *Memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.accept:
		return c, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

// Dial connects to the server, and waits until it accepts.
func (m *Memory) Dial(ctx context.Context) (net.Conn, error) {
	client, server := newMemoryPair()
	select {
	case m.accept <- server:
		return client, nil
	case <-m.closed:
		return nil, fmt.Errorf("the server of this process has stopped: %w", net.ErrClosed)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Close has Accept and Dial fail from now on; connections stay.
func (m *Memory) Close() error {
	m.once.Do(func() { close(m.closed) })
	return nil
}

// Addr is the same for all: there is nothing to tell apart.
func (m *Memory) Addr() net.Addr { return memoryAddr{} }

type memoryAddr struct{}

func (memoryAddr) Network() string { return "memory" }
func (memoryAddr) String() string  { return MemoryEndpoint }
