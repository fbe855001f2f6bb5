package mailserver_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"zarafa/loadgen/mailserver"
)

// agent is a delivery agent that knows alice and bob, whose mailbox is full.
type agent struct {
	mails chan<- string
	to    []string // of one connection
}

func (a *agent) Reset()                               { a.to = nil }
func (a *agent) Logout() error                        { return nil }
func (a *agent) Mail(string, *smtp.MailOptions) error { return nil }
func (a *agent) Data(io.Reader) error                 { return errors.New("not used") }
func (a *agent) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasPrefix(to, "nobody") {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "unknown"}
	}
	a.to = append(a.to, to)
	return nil
}

func (a *agent) LMTPData(r io.Reader, status smtp.StatusCollector) error {
	text, err := io.ReadAll(r)
	for _, to := range a.to {
		if strings.HasPrefix(to, "bob") {
			status.SetStatus(to, &smtp.SMTPError{Code: 552, EnhancedCode: smtp.EnhancedCode{5, 2, 2}, Message: "full"})
			continue
		}
		a.mails <- to + " " + string(text)
		status.SetStatus(to, err)
	}
	return err
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func send(address, from string, to []string, text io.Reader) error {
	c, err := smtp.Dial(address)
	if err != nil {
		return err
	}
	return errors.Join(c.SendMail(from, to, text), c.Close())
}

// A mail for an own domain reaches the delivery agent, and the sender is told what became of it.
func TestServer(t *testing.T) {
	mails := make(chan string, 10)
	behind := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &agent{mails: mails}, nil }))
	behind.LMTP = true
	lmtp, front := listen(t), listen(t)
	ended := make(chan error, 2)
	go func() { ended <- behind.Serve(lmtp) }()
	ctx, cancel := context.WithCancel(t.Context())
	s := &mailserver.Server{Name: "demo", Domains: []string{"localhost"}, LMTP: lmtp.Addr().String(), Log: slog.New(slog.DiscardHandler)}
	go func() { ended <- s.Serve(ctx, front) }()
	for _, test := range []struct {
		to   []string
		want string // beginning of the error, empty for success
	}{
		{[]string{"alice@localhost"}, ""},
		{[]string{"alice@LOCALHOST", "bob@localhost"}, ""},
		{[]string{"bob@localhost"}, "SMTP error 552"},
		{[]string{"nobody@localhost"}, "SMTP error 550: unknown"},
		{[]string{"alice@example.com"}, "SMTP error 550: This server"},
	} {
		err := send(front.Addr().String(), "carol@example.org", test.to, strings.NewReader("Subject: x\r\n\r\ny\r\n"))
		if (err == nil) != (test.want == "") || err != nil && !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("to %v: %v, want %q", test.to, err, test.want)
		}
	}
	if n, first := len(mails), <-mails; n != 2 || first != "alice@localhost Subject: x\r\n\r\ny\r\n" {
		t.Errorf("%d were delivered, first %q", n, first)
	}
	if err := behind.Close(); err != nil {
		t.Error(err)
	}
	err := send(front.Addr().String(), "carol@example.org", []string{"alice@localhost"}, strings.NewReader("x"))
	if err == nil || !strings.HasPrefix(err.Error(), "SMTP error 451") {
		t.Errorf("without a delivery agent: %v", err)
	}
	cancel()
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}
