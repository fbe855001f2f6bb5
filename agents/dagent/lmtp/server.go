package lmtp

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/net/netutil"
)

// Server takes mail. Its fields are set before Serve and not changed later.
type Server struct {
	Name          string // of this host, for the greeting
	Deliverer     Deliverer
	MaxMessage    int64 // bytes, 0 for any number
	MaxRecipients int
	// MaxConnections is how many connections are served at a time; others wait to be accepted.
	MaxConnections int
	// Idle is how long a sender may be silent.
	Idle time.Duration
	// TempDir is where large mails are kept while they are delivered; empty means the system's folder.
	TempDir string
	Log     *slog.Logger
}

// Serve accepts connections until ctx ends. Then idle connections are closed, and deliveries under way are finished for as long as
// grace lasts.
func (s *Server) Serve(ctx context.Context, listeners []net.Listener, grace time.Duration) error {
	// Deliveries outlive ctx, which only says that no new ones are to begin.
	work, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	server := s.smtp(ctx, work)
	failed := make(chan error, len(listeners))
	for _, l := range listeners {
		go func() {
			failed <- server.Serve(commandListener{netutil.LimitListener(l, s.MaxConnections), ctx, s.Idle})
		}()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if e := server.Shutdown(stop); e != nil && !errors.Is(e, context.DeadlineExceeded) {
		err = errors.Join(err, e)
	}
	return err
}

func (s *Server) smtp(ctx, work context.Context) *smtp.Server {
	backend := smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{server: s, stopping: ctx, work: work, conn: c}, nil
	})
	server := smtp.NewServer(backend)
	server.LMTP = true
	server.Domain = s.Name
	server.EnableSMTPUTF8 = true
	server.MaxRecipients = s.MaxRecipients
	server.MaxLineLength = 0 // commandConn bounds command lines, and those of a mail may be longer
	server.WriteTimeout = s.Idle
	server.ErrorLog = slogWriter{s.Log}
	if s.MaxMessage > 0 {
		server.MaxMessageBytes = s.MaxMessage + 1 // go-smtp refuses a mail that has exactly as many bytes as it may
	}
	return server
}

// commandListener makes each connection a commandConn.
type commandListener struct {
	net.Listener
	stopping context.Context
	idle     time.Duration
}

func (l commandListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	conn := newCommandConn(c, l.idle)
	conn.release = context.AfterFunc(l.stopping, conn.stop)
	return conn, nil
}
