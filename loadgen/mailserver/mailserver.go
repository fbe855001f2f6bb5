// Package mailserver plays the mail server of an organisation, for demonstrations and tests: it takes mail by SMTP, and hands that for
// its own domains to a delivery agent by LMTP.
//
// It owns no queue: each mail is delivered while the sender waits, so that nothing can be lost that was acknowledged. A [Server] serves any
// number of connections. It is no mail server to run a domain with: it knows no TLS, no passwords and no other server.
//
// It refuses recipients that the delivery agent refuses, and those of all other domains.
package mailserver

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
)

// Server takes mail. Its fields are not changed while it serves.
type Server struct {
	Name    string   // for the greeting
	Domains []string // its own, in lower case
	LMTP    string   // HOST:PORT of the delivery agent
	Log     *slog.Logger
}

// idle is how long a sender, and the delivery agent, may be silent.
const idle = 5 * time.Minute

// Serve takes mail until ctx ends.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{server: s, ctx: ctx}, nil }))
	server.Domain = s.Name
	server.EnableSMTPUTF8 = true
	server.ReadTimeout, server.WriteTimeout = idle, idle
	server.ErrorLog = logger{s.Log}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // what it closes is given up
	defer stop()
	if err := server.Serve(l); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

// session passes one connection's mails on.
type session struct {
	server *Server
	ctx    context.Context
	agent  *smtp.Client // the delivery agent, from MAIL to the end of the mail
}

// Mail begins a mail at the delivery agent too.
func (s *session) Mail(from string, o *smtp.MailOptions) error {
	conn, err := (&net.Dialer{Timeout: idle}).DialContext(s.ctx, "tcp", s.server.LMTP)
	if err != nil {
		s.server.Log.Warn("the delivery agent does not answer", "error", err)
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 4, 1}, Message: "The delivery agent does not answer"}
	}
	s.agent = smtp.NewClientLMTP(conn)
	if err := s.agent.Hello(s.server.Name); err != nil {
		return err
	}
	return s.agent.Mail(from, &smtp.MailOptions{UTF8: o.UTF8})
}

// Rcpt asks the delivery agent for the recipient.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	_, domain, _ := strings.Cut(to, "@")
	if !slices.Contains(s.server.Domains, strings.ToLower(domain)) {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "This server is for demonstrations and knows no other domain"}
	}
	return s.agent.Rcpt(to, nil)
}

// Data passes the mail on. SMTP has one answer for all recipients: it is good if one has the mail.
func (s *session) Data(r io.Reader) error {
	w, err := s.agent.Data()
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, r); err != nil {
		return errors.Join(err, s.agent.Close()) // without the last dot there is no mail
	}
	delivered, err := w.CloseWithLMTPResponse()
	var refused smtp.LMTPDataError
	if errors.As(err, &refused) {
		for to, e := range refused {
			s.server.Log.Warn("a mail was refused", "to", to, "error", e)
			err = e
		}
		if len(delivered) > 0 {
			return nil
		}
	}
	return err
}

// Reset ends the mail.
func (s *session) Reset() {
	if s.agent != nil {
		_ = s.agent.Quit() // its mail is answered
		s.agent = nil
	}
}

// Logout ends the connection.
func (s *session) Logout() error {
	s.Reset()
	return nil
}

// logger passes on what go-smtp logs.
type logger struct{ log *slog.Logger }

func (l logger) Printf(format string, args ...any) { l.log.Warn("smtp: "+format, "arguments", args) }
func (l logger) Println(args ...any)               { l.log.Warn("smtp", "arguments", args) }
