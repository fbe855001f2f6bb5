package lmtp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime"
	"strings"
	"syscall"

	"github.com/emersion/go-smtp"

	"zarafa/agents/spool"
)

// session is one connection as go-smtp sees it.
type session struct {
	server   *Server
	stopping context.Context
	work     context.Context
	conn     *smtp.Conn

	from       string
	addresses  []string
	recipients []Recipient
}

// Mail begins a mail.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.stopping.Err() != nil {
		return reply(statusBusy)
	}
	s.from = from
	return nil
}

// Rcpt adds a recipient.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	r, err := s.server.Deliverer.Recipient(s.work, strings.TrimSuffix(to, "@"+noDomain), s.from)
	if err != nil {
		return s.answer(err, "a recipient could not be looked up", to)
	}
	s.addresses = append(s.addresses, to)
	s.recipients = append(s.recipients, r)
	return nil
}

// Data is not used: LMTPData takes its place.
func (s *session) Data(io.Reader) error {
	return reply(Status{503, [3]int{5, 5, 1}, "This is an LMTP server"})
}

// growStack makes the stack of this goroutine as large as a delivery needs it, by a frame that is gone when it returns. It would grow there
// in several steps otherwise, each of which copies what the delivery has called so far.
//
//go:noinline
func growStack() {
	var room [12 << 10]byte
	runtime.KeepAlive(&room)
}

// LMTPData delivers a mail. go-smtp calls it in a goroutine of its own for each mail.
func (s *session) LMTPData(r io.Reader, status smtp.StatusCollector) error {
	growStack()
	if _, inChunks := r.(*io.PipeReader); !inChunks {
		if c, ok := s.conn.Conn().(*commandConn); ok {
			text := c.text(s.server.MaxMessage)
			defer text.finish() // also if the delivery panics
			r = text
		}
	}
	mail, err := s.server.readMail(r)
	switch {
	case errors.Is(err, spool.ErrTooLarge), errors.Is(err, smtp.ErrDataTooLarge):
		return reply(statusTooLarge)
	case err != nil:
		return s.answer(err, "a mail was not received whole", s.from)
	}
	defer func() {
		if err := mail.Close(); err != nil {
			s.server.Log.Warn("a mail's file could not be closed", "error", err)
		}
	}()
	e := Envelope{From: s.from, Helo: s.conn.Hostname(), Remote: s.conn.Conn().RemoteAddr()}
	results := s.server.Deliverer.Deliver(s.work, e, mail, s.recipients)
	if len(results) != len(s.recipients) {
		return s.answer(fmt.Errorf("%d results for %d recipients", len(results), len(s.recipients)), "a delivery went wrong", s.from)
	}
	for i, to := range s.addresses {
		if results[i] == nil {
			status.SetStatus(to, reply(statusDelivered))
			continue
		}
		status.SetStatus(to, s.answer(results[i], "a mail was not delivered", to))
	}
	return nil
}

// answer is what the sender is told of an error; one that has no answer of its own is temporary, and is logged.
func (s *session) answer(err error, what, address string) error {
	if status, ok := errors.AsType[*Status](err); ok {
		return reply(*status)
	}
	s.server.Log.Error(what, "address", address, "client", s.conn.Conn().RemoteAddr(), "error", err)
	return reply(statusFailed)
}

func reply(s Status) error {
	return &smtp.SMTPError{Code: s.Code, EnhancedCode: s.Enhanced, Message: s.Text}
}

// Reset forgets the mail.
func (s *session) Reset() { s.from, s.addresses, s.recipients = "", nil, nil }

// Logout ends the session.
func (s *session) Logout() error { return nil }

// slogWriter passes on what go-smtp logs: panics, and connections that break. Senders break off as they like, and checks of load balancers always
// do, so that is nothing to warn of.
type slogWriter struct{ log *slog.Logger }

func (w slogWriter) Printf(format string, args ...any) {
	text := "lmtp: " + fmt.Sprintf(format, args...)
	if err, ok := lastOf(args).(error); ok && brokenOff(err) {
		w.log.Debug(text)
		return
	}
	w.log.Warn(text)
}

// lastOf is where go-smtp names the error.
func lastOf(args []any) any {
	if len(args) == 0 {
		return nil
	}
	return args[len(args)-1]
}

// brokenOff reports whether an error means that the sender is gone.
func brokenOff(err error) bool {
	for _, gone := range []error{io.EOF, io.ErrUnexpectedEOF, os.ErrDeadlineExceeded, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, gone) {
			return true
		}
	}
	return false
}

func (w slogWriter) Println(args ...any) { w.log.Warn("lmtp: " + fmt.Sprint(args...)) }
