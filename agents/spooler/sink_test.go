package spooler

import (
	"context"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// sink is a relay that keeps what it takes and answers as a test wants.
type sink struct {
	t        *testing.T
	listener net.Listener
	server   *smtp.Server
	// arrived gets each mail that was taken.
	arrived chan taken

	mu       sync.Mutex
	rcpt     func(to string) error // nil takes everybody
	data     func() error          // before the answer to the text
	sessions int
}

// taken is a mail that a relay has taken.
type taken struct {
	from string
	to   []string
	text string
	utf8 bool
}

// has reports whether the mail has a line.
func (m *taken) has(line string) bool {
	return strings.Contains("\r\n"+m.text, "\r\n"+line+"\r\n")
}

func newSink(t *testing.T) *sink {
	t.Helper()
	s := &sink{t: t, arrived: make(chan taken, 1000)}
	s.listen("127.0.0.1:0")
	t.Cleanup(s.close)
	return s
}

func (s *sink) listen(address string) {
	s.t.Helper()
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.listener, s.server = l, smtp.NewServer(s)
	s.server.Domain, s.server.EnableSMTPUTF8, s.server.EnableDSN = "relay.example.net", true, true
	go func() { _ = s.server.Serve(l) }()
}

// close has the relay go away.
func (s *sink) close() { _ = s.server.Close() }

// address is HOST:PORT.
func (s *sink) address() string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.listener.Addr().(*net.TCPAddr).Port))
}

// answers says how the relay answers from now on.
func (s *sink) answers(rcpt func(string) error, data func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rcpt, s.data = rcpt, data
}

// NewSession implements smtp.Backend.
func (s *sink) NewSession(*smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions++
	return &sinkSession{sink: s}, nil
}

type sinkSession struct {
	sink *sink
	mail taken
}

func (s *sinkSession) Mail(from string, o *smtp.MailOptions) error {
	s.mail = taken{from: from, utf8: o.UTF8}
	return nil
}

func (s *sinkSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.sink.mu.Lock()
	answer := s.sink.rcpt
	s.sink.mu.Unlock()
	if answer != nil {
		if err := answer(to); err != nil {
			return err
		}
	}
	s.mail.to = append(s.mail.to, to)
	return nil
}

func (s *sinkSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mail.text = string(text)
	s.sink.mu.Lock()
	answer := s.sink.data
	s.sink.mu.Unlock()
	if answer != nil {
		if err := answer(); err != nil {
			return err
		}
	}
	s.sink.arrived <- s.mail
	return nil
}

func (s *sinkSession) Reset()        {}
func (s *sinkSession) Logout() error { return nil }

// later and never are answers of a relay.
func later() error {
	return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted"}
}

func never() error {
	return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
}
