package imap

import (
	"bufio"
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"zarafa/agents/gateway/mailstore"
)

// Options are those of a server. Zeros mean the defaults.
type Options struct {
	// Name and Version are told by ID (RFC 2971) and in the greeting.
	Name, Version string
	// Greeting stands in the greeting instead of the name: imap says no more of the host than that.
	Greeting string
	Log      *slog.Logger
	Metrics  Metrics

	// Tokens offers log-ons with tokens of OAuth 2.
	Tokens bool
	// Hidden are capabilities that are not announced, for clients that misuse them. The commands stay.
	Hidden []string
	// ExpungeOnDelete expunges messages as soon as they get \Deleted.
	ExpungeOnDelete bool

	LogOnTimeout time.Duration // until a client has to have logged on; the default is 2 minutes
	IdleTimeout  time.Duration // how long a client may be silent; the default is 30 minutes, the least that RFC 9051 5.4 allows
	WriteTimeout time.Duration // for a piece of an answer, of at most 32 KiB; the default is 1 minute
	MaxFailed    int           // commands that fail in a row; the default is 10
	MaxLogOns    int           // log-ons that fail; the default is 5
	SpoolDir     string        // for messages of APPEND that are too large for memory; the default is that of the system
}

// Metrics are told what happens. The methods must not wait for anything.
type Metrics interface {
	// Command is called after each command.
	Command(name string, took time.Duration, ok bool)
	// LoggedOn is called after each log-on.
	LoggedOn(ok bool)
}

// ConnInfo says what is known of a connection.
type ConnInfo struct {
	Address netip.Addr
	// Secure says that it is encrypted, or does not need to be, as on the loopback: passwords are taken.
	Secure bool
	// TLS is what STARTTLS is done with; nil if it is not offered, as on connections that are encrypted already.
	TLS *tls.Config
	// Stopping ends before the context of ServeConn does, when the server is about to stop: commands under way are finished, and no other begins. It may be nil.
	Stopping context.Context
}

// Server serves connections. Its methods may be called by any number of goroutines.
type Server struct {
	store   mailstore.Server
	options Options
	hidden  map[string]bool
	// readers and writers are buffers that no waiting connection holds.
	readers, writers sync.Pool
}

// The sizes of a busy connection's buffers.
const (
	readBuffer  = 8 << 10
	writeBuffer = 32 << 10
)

// New makes a server.
func New(store mailstore.Server, o Options) *Server {
	s := &Server{store: store, options: o.withDefaults(), hidden: make(map[string]bool)}
	for _, name := range o.Hidden {
		s.hidden[strings.ToUpper(name)] = true
	}
	s.readers.New = func() any { return bufio.NewReaderSize(nil, readBuffer) }
	s.writers.New = func() any { return bufio.NewWriterSize(nil, writeBuffer) }
	return s
}

func (o Options) withDefaults() Options {
	if o.Name == "" {
		o.Name = "Zarafa"
	}
	if o.Greeting == "" {
		o.Greeting = o.Name
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Metrics == nil {
		o.Metrics = noMetrics{}
	}
	for _, d := range []struct {
		value     *time.Duration
		otherwise time.Duration
	}{{&o.LogOnTimeout, 2 * time.Minute}, {&o.IdleTimeout, 30 * time.Minute}, {&o.WriteTimeout, time.Minute}} {
		if *d.value == 0 {
			*d.value = d.otherwise
		}
	}
	if o.MaxFailed == 0 {
		o.MaxFailed = 10
	}
	if o.MaxLogOns == 0 {
		o.MaxLogOns = 5
	}
	return o
}

// noMetrics is for nobody.
type noMetrics struct{}

func (noMetrics) Command(string, time.Duration, bool) {}
func (noMetrics) LoggedOn(bool)                       {}

// ServeConn serves a connection until it ends, and closes it. When the context ends, the client is told so and the connection is closed.
func (s *Server) ServeConn(ctx context.Context, conn net.Conn, info ConnInfo) {
	c := newSession(s, conn, info)
	// A context that ends wakes the connection wherever it waits.
	stop := context.AfterFunc(ctx, c.interrupt)
	defer stop()
	if info.Stopping != nil {
		stop := context.AfterFunc(info.Stopping, c.interrupt)
		defer stop()
	}
	c.serve(ctx)
}
