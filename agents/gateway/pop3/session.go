package pop3

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"zarafa/agents/gateway/mailstore"
)

// session is one connection.
type session struct {
	server *Server
	*stream
	began    time.Time
	name     string // of USER
	failures int    // log-ons that failed
	errors   int    // commands in a row that were refused
	drop     *maildrop
}

func newSession(s *Server, c Conn) *session {
	return &session{server: s, stream: newStream(c), began: time.Now()}
}

func (s *session) user() string {
	if s.drop != nil {
		return s.drop.account.User()
	}
	return s.name
}

// close gives back what the session has, without deleting anything.
func (s *session) close() {
	_ = s.out.Flush() // the last answer, if the client still reads
	if s.drop != nil {
		s.drop.close()
	}
}

// errQuit ends a session in good order.
var errQuit = errors.New("pop3: the session has ended")

// command is what a client may say.
type command struct {
	// before and after say in which states it is understood: before the log-on, and after it.
	before, after bool
	do            func(s *session, ctx context.Context, args string) error
}

// commandOf finds a command by its name in upper case.
func commandOf(name string) (command, bool) {
	switch name {
	case "CAPA":
		return command{true, true, (*session).capa}, true
	case "QUIT":
		return command{true, true, (*session).quit}, true
	case "USER":
		return command{true, false, (*session).userName}, true
	case "PASS":
		return command{true, false, (*session).password}, true
	case "AUTH":
		return command{true, false, (*session).auth}, true
	case "STLS":
		return command{true, false, (*session).startTLS}, true
	case "STAT":
		return command{false, true, (*session).stat}, true
	case "LIST":
		return command{false, true, (*session).list}, true
	case "UIDL":
		return command{false, true, (*session).uidl}, true
	case "RETR":
		return command{false, true, (*session).retr}, true
	case "TOP":
		return command{false, true, (*session).top}, true
	case "DELE":
		return command{false, true, (*session).dele}, true
	case "NOOP":
		return command{false, true, (*session).noop}, true
	case "RSET":
		return command{false, true, (*session).rset}, true
	}
	return command{}, false
}

// run speaks with the client. The error is nil after QUIT.
func (s *session) run(ctx context.Context) error {
	s.ok("%s", s.server.Greeting)
	for {
		line, err := s.readLine(s.deadline())
		switch {
		case errors.Is(err, errLongLine):
			s.refuse("The line is too long")
			return err
		case err != nil:
			return err
		}
		began := time.Now()
		name, err := s.execute(ctx, line)
		if s.server.Command != nil {
			s.server.Command(name, time.Since(began))
		}
		if errors.Is(err, errQuit) {
			return nil
		}
		if err == nil && s.errors >= maxErrors {
			s.refuse("Too many errors")
			return fmt.Errorf("%d commands in a row were refused", s.errors)
		}
		if err != nil {
			return err
		}
	}
}

// deadline is when the next command must be there. All of a log-on has one, so that it cannot be put off by trifles.
func (s *session) deadline() time.Time {
	if s.drop == nil {
		return s.began.Add(logOnTime)
	}
	return time.Now().Add(idleTime)
}

// execute answers a command. The name is that of a command, or "unknown". An error ends the session.
func (s *session) execute(ctx context.Context, line []byte) (name string, err error) {
	word, args, _ := strings.Cut(string(line), " ")
	name = strings.ToUpper(word)
	c, known := commandOf(name)
	switch {
	case !known:
		s.refuse("Unknown command")
		return "unknown", nil
	case s.drop == nil && !c.before:
		s.refuse("Log on first")
		return name, nil
	case s.drop != nil && !c.after:
		s.refuse("You have logged on already")
		return name, nil
	}
	return name, c.do(s, ctx, args)
}

// The error of a write is that of the flush that follows: bufio.Writer keeps it.

// ok answers that it went well.
func (s *session) ok(format string, args ...any) {
	s.errors = 0
	fmt.Fprintf(s.out, "+OK "+format+"\r\n", args...)
}

// refuse answers that it did not.
func (s *session) refuse(format string, args ...any) {
	s.errors++
	fmt.Fprintf(s.out, "-ERR "+format+"\r\n", args...)
}

// fail answers with an error of the mail store.
func (s *session) fail(err error, doing string) {
	e, told := errors.AsType[*mailstore.Error](err)
	if !told {
		s.server.Log.Error("a POP3 command has failed", "command", doing, "user", s.user(), "address", s.conn.Address(), "error", err)
		s.refuse("[SYS/TEMP] The server has a problem; try again later")
		return
	}
	code := ""
	switch e.Code {
	case mailstore.AuthenticationFailed, mailstore.AuthorizationFailed:
		code = "[AUTH] "
	case mailstore.Limit:
		code = "[IN-USE] "
	case mailstore.Unavailable:
		code = "[SYS/TEMP] "
	case mailstore.NoPermission, mailstore.Cannot:
		code = "[SYS/PERM] "
	}
	s.refuse("%s%s", code, e.Text)
}

// capa is CAPA (RFC 2449).
func (s *session) capa(_ context.Context, args string) error {
	if args != "" {
		s.refuse("CAPA has no arguments")
		return nil
	}
	s.ok("Capabilities follow")
	lines := []string{"TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "EXPIRE NEVER"}
	if s.conn.CanStartTLS() {
		lines = append(lines, "STLS")
	}
	if s.conn.PlaintextAllowed() {
		lines = append(lines, "USER", "SASL "+strings.Join(s.mechanisms(), " "))
	}
	for _, l := range append(lines, ".") {
		fmt.Fprintf(s.out, "%s\r\n", l)
	}
	return nil
}

// quit is QUIT: what was marked is deleted now, and in no other way.
func (s *session) quit(ctx context.Context, _ string) error {
	if s.drop != nil {
		if err := s.drop.expunge(ctx); err != nil {
			s.server.Log.Warn("messages were not deleted", "user", s.user(), "error", err)
			s.refuse("[SYS/TEMP] Some messages were not deleted")
			return errQuit
		}
	}
	s.ok("Good bye")
	return errQuit
}
