package imap

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"runtime/debug"
	"time"

	"zarafa/agents/gateway/imapwire"
	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
)

// states are those of a connection (RFC 9051 3), as a set.
type states uint8

const (
	notAuthenticated states = 1 << iota
	authenticated
	selected
	anyState = notAuthenticated | authenticated | selected
	loggedOn = authenticated | selected
)

// session is a connection with what its client has done so far. It belongs to one goroutine.
type session struct {
	conn
	info    ConnInfo
	log     *slog.Logger
	account mailstore.Account // nil before log-on
	// selection is the mailbox that was selected; nil without one.
	selection *selection
	// What was enabled (RFC 5161).
	condStore, qresync, utf8, rev2 bool

	uidCommand          bool // the command that runs counts in UIDs
	failures, badLogOns int
	tree                lastTree
}

// selection is the mailbox that was selected.
type selection struct {
	folder   mailstore.Folder
	mailbox  mailstore.Mailbox
	view     *view.Session
	readOnly bool
	recent   int      // how many messages the client was told are \Recent
	sets     int      // how many sets of keywords were looked at for keywords
	keywords []string // that the client was told by FLAGS
}

// limitsBefore are the limits of commands before log-on: who has not logged on gets no more than names and passwords need.
var limitsBefore = imapwire.Limits{Text: 16 << 10, Literal: 256, Strings: 1 << 10, Skip: 64 << 10, Depth: 10, Elements: 100}

// limitsAfter are those of a client who has logged on. Messages that are refused have to be passed over, whatever is the largest one.
func limitsAfter(maxMessage int64) imapwire.Limits {
	const unlimited = 256 << 20
	if maxMessage == 0 {
		maxMessage = unlimited
	}
	return imapwire.Limits{Skip: maxMessage + 1<<20}
}

func newSession(server *Server, c net.Conn, info ConnInfo) *session {
	s := &session{info: info, log: server.options.Log.With("address", info.Address.String())}
	s.server, s.net = server, c
	s.idle, s.logOn = server.options.IdleTimeout, time.Now().Add(server.options.LogOnTimeout)
	s.dec, s.encoder = imapwire.NewDecoder(nil, limitsBefore, s.proceed), imapwire.NewEncoder(nil)
	return s
}

// proceed has the client send a literal. Reading it flushes the request.
func (s *session) proceed() error {
	return s.enc().Continue("OK").Err()
}

// state is the state of the connection.
func (s *session) state() states {
	switch {
	case s.account == nil:
		return notAuthenticated
	case s.selection == nil:
		return authenticated
	}
	return selected
}

// serve runs the connection.
func (s *session) serve(ctx context.Context) {
	defer s.end()
	// What goes wrong in one connection must not end the others.
	defer func() {
		if r := recover(); r != nil {
			s.log.Error("IMAP connection ended by a fault of this program", "fault", r, "stack", string(debug.Stack()))
		}
	}()
	s.enc().Response("", imapwire.OK, "CAPABILITY "+s.capabilities(), s.server.options.Greeting+" ready")
	err := s.failed
	for err == nil {
		if _, err = s.wait(false); err == nil {
			err = s.command(ctx)
		}
	}
	s.bye(err)
}

// bye tells the client why the connection ends, if he has not been told yet.
func (s *session) bye(err error) {
	code, text := "", ""
	var syntax *imapwire.Error
	switch {
	case errors.Is(err, errIdle) && s.account == nil:
		text = "You did not log on in time"
	case errors.Is(err, errIdle):
		text = "You were silent for too long"
	case errors.Is(err, errShutdown):
		code, text = "UNAVAILABLE", "The server stops"
	case errors.As(err, &syntax):
		text = syntax.Text
	case errors.Is(err, errTooManyFailures):
		text = "Too many commands failed"
	case errors.Is(err, errInjection):
		text = "Nothing may follow STARTTLS before encryption has begun"
	}
	if text != "" {
		s.enc().Response("", imapwire.BYE, code, text)
	}
	if !errors.Is(err, errLogout) && !errors.Is(err, io.EOF) {
		s.log.Debug("IMAP connection ended", "reason", err)
	}
}

// end gives everything back.
func (s *session) end() {
	s.unselect()
	if s.account != nil {
		s.account.Close()
	}
	_ = s.release()
	_ = s.net.Close()
}

// unselect leaves the mailbox.
func (s *session) unselect() {
	if s.selection != nil {
		s.selection.folder.Close()
		s.selection = nil
	}
	s.tree = lastTree{}
}

// errTooManyFailures ends connections of clients that do nothing right.
var errTooManyFailures = errors.New("too many commands failed")

// command reads and runs one command. An error ends the connection.
func (s *session) command(ctx context.Context) error {
	c := &call{}
	c.tag, c.name = s.dec.Command()
	began := time.Now()
	err := s.run(ctx, c)
	if c.ended != nil {
		return c.ended
	}
	if fatal := connectionError(err); fatal != nil {
		return fatal
	}
	if c.name != "" {
		s.server.options.Metrics.Command(c.metric, time.Since(began), err == nil)
	}
	if !c.silent || err != nil {
		s.respond(c, err)
	}
	if err == nil {
		s.failures = 0
		return s.failed
	}
	if s.failures++; s.failures >= s.server.options.MaxFailed || s.badLogOns >= s.server.options.MaxLogOns {
		return errTooManyFailures
	}
	return s.failed
}

// call is a command that runs.
type call struct {
	tag, name string
	metric    string // the name if it is a known one: clients must not name the metrics
	uid       bool   // it counts in UIDs
	// code and text are those of the OK; the code without its brackets.
	code, text string
	silent     bool  // all is said
	ended      error // the connection ends, and all is said
}

// run runs a command. The answer is OK without an error.
func (s *session) run(ctx context.Context, c *call) error {
	command, known := commands[c.name]
	c.metric = "unknown"
	if s.dec.Err() == nil && known {
		c.metric, c.uid = c.name, command.uid
	}
	switch {
	case s.dec.Err() != nil:
		return s.dec.Finish()
	case !known:
		return s.refuse("Unknown command")
	case command.states&s.state() == 0:
		return s.refuse(wrongState(command, s.state()))
	}
	s.uidCommand = command.uid
	err := command.run(s, ctx, c)
	if connectionError(err) != nil || c.ended != nil {
		return err
	}
	if s.dec.Err() == nil && s.selection != nil {
		s.announce(ctx, !command.keepsNumbers)
	}
	return err
}

// refuse passes over the command's arguments and says why it is not done.
func (s *session) refuse(text string) error {
	if err := s.dec.Finish(); connectionError(err) != nil {
		return err
	}
	return &imapwire.Error{Text: text}
}

func wrongState(c command, s states) string {
	switch {
	case c.states == notAuthenticated:
		return "You have logged on already"
	case s == notAuthenticated:
		return "Log on first"
	}
	return "Select a mailbox first"
}

// connectionError is the error if nothing can be read or written any more.
func connectionError(err error) error {
	var syntax *imapwire.Error
	var told *mailstore.Error
	var fault *faultError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		if syntax.Fatal {
			return err
		}
		return nil
	case errors.As(err, &told), errors.As(err, &fault):
		return nil
	}
	return err
}

// faultError is an error of the server's or ours that the client is not told more of.
type faultError struct{ err error }

func (e *faultError) Error() string { return e.err.Error() }
func (e *faultError) Unwrap() error { return e.err }

// fault marks an error of the mail store. Those of the context end the connection.
func fault(ctx context.Context, err error) error {
	var told *mailstore.Error
	switch {
	case err == nil, errors.As(err, &told):
		return err
	case ctx.Err() != nil:
		return errShutdown
	}
	return &faultError{err}
}

// respond writes a command's status response.
func (s *session) respond(c *call, err error) {
	var syntax *imapwire.Error
	var told *mailstore.Error
	switch {
	case err == nil:
		text := c.text
		if text == "" {
			text = c.name + " completed"
		}
		s.enc().Response(c.tag, imapwire.OK, c.code, text)
	case errors.As(err, &syntax):
		status, code := imapwire.BAD, ""
		switch syntax.Kind {
		case imapwire.BadMailbox:
			status, code = imapwire.NO, string(mailstore.Cannot)
		case imapwire.TooLong:
			code = string(mailstore.TooBig)
		}
		s.enc().Response(c.tag, status, code, syntax.Text)
	case errors.As(err, &told):
		if told.Err != nil {
			s.log.Warn("IMAP command failed", "command", c.name, "error", err)
		}
		text := told.Text
		if text == "" {
			text = c.name + " failed"
		}
		s.enc().Response(c.tag, imapwire.NO, string(told.Code), text)
	default:
		s.log.Error("IMAP command failed", "command", c.name, "error", err)
		s.enc().Response(c.tag, imapwire.NO, "SERVERBUG", "Something is wrong with the server; its log says what")
	}
}

// line writes a line.
func (s *session) line(text string) {
	s.enc().Raw(text).CRLF()
}
