package pop3

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"zarafa/agents/gateway/mailstore"
)

// Conn is a connection of a client, as a front end gives it.
type Conn interface {
	net.Conn
	// Address is where the client is.
	Address() netip.Addr
	// PlaintextAllowed reports whether passwords may be sent as things are.
	PlaintextAllowed() bool
	// CanStartTLS reports whether StartTLS is possible, which encrypts what follows.
	CanStartTLS() bool
	StartTLS(ctx context.Context) error
	// Await is called before the connection waits for a command, until the deadline, and Begun when one has begun to arrive. Reading fails
	// between the two when the program stops.
	Await(deadline time.Time) error
	Begun()
}

// Server speaks POP3. Its fields are set before Serve, and not changed later.
type Server struct {
	Mailboxes mailstore.Server
	Greeting  string // what clients see first
	// Tokens offers log-ons with tokens of OAuth 2.
	Tokens bool
	// Command, if not nil, is told each command that was answered, and how long it took from its arrival on.
	Command func(name string, took time.Duration)
	Log     *slog.Logger
}

// The limits of a session.
const (
	// logOnTime is how long a client may take until it has logged on.
	logOnTime = 2 * time.Minute
	// idleTime is how long a client may take for the next command then; RFC 1939 section 3 has at least 10 minutes.
	idleTime = 10 * time.Minute
	// writeTime is how long a client may take for each piece of an answer.
	writeTime = 2 * time.Minute
	// maxLine bounds a command, in bytes, with its line end; RFC 2449 section 4 has 255, and tokens need more.
	maxLine = 12 << 10
	// maxFailures is how many log-ons of a connection may fail.
	maxFailures = 5
	// maxErrors is how many commands in a row may be refused.
	maxErrors = 50
)

// Serve speaks with one client until it has no more to say. The caller closes the connection.
func (s *Server) Serve(ctx context.Context, c Conn) {
	session := newSession(s, c)
	defer session.close()
	if err := session.run(ctx); err != nil {
		s.Log.Debug("a POP3 connection has ended early", "address", c.Address(), "user", session.user(), "error", err)
	}
}
