package frontend

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// Service is a protocol on its listeners.
type Service struct {
	Protocol  string // as metrics and log call it
	Listeners []net.Listener
	TLS       bool // encrypted from the first byte on
	// Serve speaks the protocol until the connection ends. The connection is closed when it returns. ctx ends when the time is over that
	// a program gets for what is under way when it stops; that it is about to stop is told by [Conn.Await] and [Conn.Serving].
	Serve func(ctx context.Context, c *Conn)
	// Busy is what a client beyond the limits is told, with its line end.
	Busy string
}

// Server accepts connections. Its fields are set before Run, and not changed later.
type Server struct {
	Certificates *Certificates
	// Plaintext allows passwords on connections that are not encrypted and come from other machines.
	Plaintext atomic.Bool
	// Total bounds all connections; the name is always the same. Addresses bounds those of one address; connections from this machine do not count.
	Total     *Counts[struct{}]
	Addresses *Counts[netip.Prefix]
	// Grace is how long connections may take to finish a command when the program stops.
	Grace   time.Duration
	Log     *slog.Logger
	Metrics *Metrics

	mu       sync.Mutex // protects what follows
	conns    map[*Conn]struct{}
	stopping bool
	handlers sync.WaitGroup
}

// Run serves until ctx ends or a listener fails, and closes the listeners. Connections that wait for a command end at once, others when they have
// answered it, or when the grace is over.
func (s *Server) Run(ctx context.Context, services []Service) error {
	work, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	accepting, stop := context.WithCancel(ctx)
	defer stop()
	s.conns = make(map[*Conn]struct{})
	var loops sync.WaitGroup
	failed := make(chan error, 1)
	for i := range services {
		service := &services[i]
		for _, l := range service.Listeners {
			loops.Go(func() {
				if err := s.accept(accepting, work, service, l); err != nil {
					select {
					case failed <- err:
					default: // one is enough
					}
				}
			})
		}
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	stop()
	loops.Wait()
	s.finish(abandon)
	return err
}

// finish ends all connections.
func (s *Server) finish(abandon func()) {
	s.mu.Lock()
	s.stopping = true
	for c := range s.conns {
		c.stop()
	}
	s.mu.Unlock()
	timer := time.AfterFunc(s.Grace, func() {
		abandon()
		s.mu.Lock()
		defer s.mu.Unlock()
		for c := range s.conns {
			c.abort()
		}
	})
	defer timer.Stop()
	s.handlers.Wait()
}

// accept accepts connections until accepting ends.
func (s *Server) accept(accepting, work context.Context, service *Service, l net.Listener) error {
	release := context.AfterFunc(accepting, func() { _ = l.Close() })
	defer func() {
		release()
		_ = l.Close() // nobody listens any more
	}()
	var pause backOff
	for {
		nc, err := l.Accept()
		switch {
		case accepting.Err() != nil:
			if err == nil {
				_ = nc.Close() // it has said nothing yet
			}
			return nil
		case err == nil:
			pause.reset()
			s.admit(accepting, work, service, nc)
		case scarce(err):
			if pause.first() {
				s.Log.Error("connections cannot be accepted; if files are used up, raise the limit of open files (ulimit -n, LimitNOFILE)", "error", err)
			}
			pause.wait(accepting)
		default:
			return err
		}
	}
}

// admit serves a connection that the limits allow.
func (s *Server) admit(accepting, work context.Context, service *Service, nc net.Conn) {
	c := &Conn{Conn: nc, address: addressOf(nc), server: s, serving: accepting}
	reason := s.count(c)
	if reason != "" {
		s.Metrics.refused.WithLabelValues(service.Protocol, reason).Inc()
		s.handlers.Go(func() { refuse(service, nc) })
		return
	}
	s.Metrics.accepted.WithLabelValues(service.Protocol).Inc()
	open := s.Metrics.open.WithLabelValues(service.Protocol)
	open.Inc()
	s.handlers.Go(func() {
		defer func() {
			c.abort()
			s.forget(c)
			open.Dec()
		}()
		s.serve(work, service, c)
	})
}

// count notes a connection, or says why it is refused.
func (s *Server) count(c *Conn) (reason string) {
	if !s.Total.Acquire(struct{}{}) {
		return refusedTotal
	}
	if !c.Local() && !s.Addresses.Acquire(neighbourhood(c.address)) {
		s.Total.Release(struct{}{})
		return refusedAddress
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[c] = struct{}{}
	if s.stopping {
		c.stop()
	}
	return ""
}

func (s *Server) forget(c *Conn) {
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
	if !c.Local() {
		s.Addresses.Release(neighbourhood(c.address))
	}
	s.Total.Release(struct{}{})
}

// refuse tells a client that there are too many. One that expects TLS would not understand it.
func refuse(service *Service, nc net.Conn) {
	if !service.TLS && nc.SetWriteDeadline(time.Now().Add(time.Second)) == nil {
		_, _ = io.WriteString(nc, service.Busy) // whoever does not read it sees the connection end
	}
	_ = nc.Close() // there is nothing more to say
}

// serve speaks the protocol. A panic costs the connection alone.
func (s *Server) serve(work context.Context, service *Service, c *Conn) {
	defer func() {
		if v := recover(); v != nil {
			s.Log.Error("a connection has ended by a panic; please report it", "protocol", service.Protocol, "address", c.address, "panic", v,
				"stack", string(debug.Stack()))
		}
	}()
	if service.TLS {
		if err := c.StartTLS(work); err != nil {
			s.Metrics.refused.WithLabelValues(service.Protocol, refusedHandshake).Inc()
			s.Log.Debug("the handshake of TLS failed", "protocol", service.Protocol, "address", c.address, "error", err)
			return
		}
	}
	service.Serve(work, c)
	c.mu.Lock()
	conn := c.Conn
	c.mu.Unlock()
	_ = conn.SetWriteDeadline(time.Now().Add(time.Second)) // for the farewell of TLS
	_ = conn.Close()                                       // the client may have closed it
}

// addressOf is where a client is.
func addressOf(nc net.Conn) netip.Addr {
	if tcp, ok := nc.RemoteAddr().(*net.TCPAddr); ok {
		if a, ok := netip.AddrFromSlice(tcp.IP); ok {
			return a.Unmap()
		}
	}
	return netip.Addr{}
}
