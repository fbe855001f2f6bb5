package soaphttp

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/valyala/fasthttp"
)

// ErrServerClosed is returned by Serve after Shutdown.
var ErrServerClosed = errors.New("soaphttp: server closed")

// Server serves SOAP over HTTP on any number of listeners.
type Server struct {
	cfg     Config
	handler Handler
	bufs    buffers
	headers headerReaders
	// requests are *fasthttp.Request, each for as long as a request is served.
	requests sync.Pool
	watcher  watcher
	unsent   unsent

	ctx      context.Context // ends when the server stops without waiting any longer
	cancel   context.CancelFunc
	stop     chan struct{} // closed when Shutdown begins
	stopping atomic.Bool

	mu        sync.Mutex
	listeners map[net.Listener]struct{}
	conns     map[*conn]struct{}
	perIP     map[netip.Prefix]int
	lastWarn  time.Time // of a rejected connection
	running   sync.WaitGroup
}

// NewServer makes a server that passes requests to handler.
func NewServer(cfg Config, handler Handler) *Server {
	cfg = cfg.withDefaults()
	s := &Server{
		cfg: cfg, handler: handler,
		stop:      make(chan struct{}),
		listeners: make(map[net.Listener]struct{}),
		conns:     make(map[*conn]struct{}),
		perIP:     make(map[netip.Prefix]int),
	}
	s.bufs.limit, s.bufs.level = cfg.MaxBufferedBytes, compressionLevel
	s.unsent = unsent{limit: cfg.MaxUnsentBytes, waiting: make(map[*output]waitingAnswer), ended: s.slowReaderEnded}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.headers.maxBytes = cfg.MaxHeaderBytes
	s.requests.New = func() any { return new(fasthttp.Request) }
	return s
}

// ServeTLS is Serve behind TLS. The configuration decides about client certificates; verified
// ones appear in [Peer].
func (s *Server) ServeTLS(ln net.Listener, cfg *tls.Config) error {
	return s.Serve(tls.NewListener(ln, cfg))
}

// Serve accepts connections until the listener fails or the server is shut down, and
// closes the listener. It always returns an error, [ErrServerClosed] after Shutdown.
func (s *Server) Serve(ln net.Listener) error {
	defer ln.Close()
	s.mu.Lock()
	if s.stopping.Load() {
		s.mu.Unlock()
		return ErrServerClosed
	}
	s.listeners[ln] = struct{}{}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.listeners, ln)
		s.mu.Unlock()
	}()
	var delay time.Duration
	for {
		nc, err := ln.Accept()
		switch {
		case s.stopping.Load():
			if err == nil {
				nc.Close()
			}
			return ErrServerClosed
		case err == nil:
			delay = 0
			s.admit(nc)
		case isTemporary(err):
			delay = s.backOff(delay, err)
		default:
			return err
		}
	}
}

// backOff waits after a failed accept, longer each time: without descriptors or memory the
// next accept fails too, and trying at once would only burn the processor.
func (s *Server) backOff(delay time.Duration, err error) time.Duration {
	const first, longest = 5 * time.Millisecond, time.Second
	delay = min(max(2*delay, first), longest)
	s.mu.Lock()
	warn := s.mayWarn()
	s.mu.Unlock()
	if warn {
		s.cfg.Logger.Error("cannot accept connections; if files are used up, raise the limit of open files (ulimit -n, LimitNOFILE)",
			"error", err)
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.stop:
	}
	return delay
}

// admit starts a goroutine for a connection that the limits allow.
func (s *Server) admit(nc net.Conn) {
	prefix := countedPrefix(nc)
	s.mu.Lock()
	if s.stopping.Load() {
		s.mu.Unlock()
		nc.Close()
		return
	}
	reason, setting := "", ""
	switch {
	case len(s.conns) >= s.cfg.MaxConns:
		reason, setting = "max_conns", "MaxConns"
	case prefix.IsValid() && s.perIP[prefix] >= s.cfg.MaxConnsPerIP:
		reason, setting = "max_conns_per_ip", "MaxConnsPerIP"
	}
	if reason != "" {
		warn := s.mayWarn()
		s.mu.Unlock()
		nc.Close()
		s.cfg.Metrics.ConnRejected(reason)
		if warn {
			s.cfg.Logger.Warn("connection rejected: too many are open", "limit", setting, "from", nc.RemoteAddr())
		}
		return
	}
	c := newConn(s, nc)
	s.conns[c] = struct{}{}
	if prefix.IsValid() {
		s.perIP[prefix]++
	}
	s.running.Add(1)
	s.mu.Unlock()
	go func() {
		defer s.forget(c, prefix)
		c.serve()
	}()
}

func (s *Server) forget(c *conn, prefix netip.Prefix) {
	s.mu.Lock()
	delete(s.conns, c)
	if prefix.IsValid() {
		if s.perIP[prefix]--; s.perIP[prefix] == 0 {
			delete(s.perIP, prefix)
		}
	}
	s.mu.Unlock()
	s.running.Done()
}

// mayWarn keeps an attack from filling the log: one line a minute. s.mu is held.
func (s *Server) mayWarn() bool {
	now := time.Now()
	if now.Sub(s.lastWarn) < time.Minute {
		return false
	}
	s.lastWarn = now
	return true
}

// slowReaderEnded tells the operator that answers need more memory than there is for them.
func (s *Server) slowReaderEnded(from net.Addr) {
	s.mu.Lock()
	warn := s.mayWarn()
	s.mu.Unlock()
	if warn {
		s.cfg.Logger.Warn("connection ended: its client does not read, and the memory for answers that wait to be sent is used up",
			"limit", "MaxUnsentBytes", "bytes", s.cfg.MaxUnsentBytes, "from", from)
	}
}

// Shutdown stops the server: listeners and idle connections are closed at once, requests that
// are being served may end until ctx does. Then their context ends, their connections are
// closed, and ctx's error is returned. In all cases no handler runs any more when it returns.
// Whoever makes handlers wait (long polls) should end them before.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	if s.stopping.CompareAndSwap(false, true) {
		close(s.stop)
	}
	for ln := range s.listeners {
		ln.Close()
	}
	for c := range s.conns {
		if c.state.CompareAndSwap(connIdle, connClosed) {
			c.nc.Close()
		}
	}
	s.mu.Unlock()
	done := make(chan struct{})
	go func() {
		s.running.Wait()
		close(done)
	}()
	defer s.watcher.close()
	defer s.cancel()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	s.cancel()
	s.watcher.close()
	s.mu.Lock()
	for c := range s.conns {
		c.nc.Close()
	}
	s.mu.Unlock()
	<-done
	return ctx.Err()
}

// isTemporary tells a lack of descriptors or memory, or a connection that ended while it was
// accepted, from a listener that is broken.
func isTemporary(err error) bool {
	for _, errno := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM,
		syscall.ECONNABORTED, syscall.EINTR} {
		if errors.Is(err, errno) {
			return true
		}
	}
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
