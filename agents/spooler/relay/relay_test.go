package relay

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/xdg-go/scram"
)

// script plays a relay: it answers each command that begins with a key with the value, and "*" anything else. An answer "close" ends the
// connection. Text of a mail is answered by ".". Lines that came are kept.
type script map[string]string

type played struct {
	lines []string
	done  chan struct{}
}

// play listens for one connection and plays the script.
func play(t *testing.T, s script, over func(net.Conn) net.Conn) (*Relay, *played) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &played{done: make(chan struct{})}
	go func() {
		defer close(p.done)
		c, err := l.Accept()
		if err != nil {
			return
		}
		if over != nil {
			c = over(c)
		}
		defer func() { _ = c.Close() }()
		p.converse(c, s)
	}()
	t.Cleanup(func() { _ = l.Close(); <-p.done })
	a := l.Addr().(*net.TCPAddr)
	return &Relay{Host: "127.0.0.1", Port: a.Port, Security: Plain, LocalName: "client.example.com"}, p
}

func (p *played) converse(c net.Conn, s script) {
	in := bufio.NewScanner(c)
	answer := s["connect"]
	if answer == "" {
		answer = "220 relay ready"
	}
	text := false
	for {
		if answer == "close" {
			return
		}
		if answer != "" {
			if _, err := io.WriteString(c, strings.ReplaceAll(answer, "\n", "\r\n")+"\r\n"); err != nil {
				return
			}
		}
		if !in.Scan() {
			return
		}
		line := in.Text()
		p.lines = append(p.lines, line)
		switch {
		case text && line != ".":
			answer = ""
		default:
			answer = s.answer(line)
			text = answer[:min(3, len(answer))] == "354"
		}
	}
}

func (s script) answer(line string) string {
	for key, answer := range s {
		if strings.HasPrefix(line, key) {
			return answer
		}
	}
	switch {
	case strings.HasPrefix(line, "EHLO"):
		return "250-relay\n250-8BITMIME\n250-SMTPUTF8\n250 SIZE"
	case line == "QUIT":
		return "221 2.0.0 bye"
	case line == "DATA":
		return "354 go ahead"
	}
	return "250 2.0.0 ok"
}

func mail(to ...string) *Mail {
	return &Mail{From: "alice@example.com", Recipients: to, Text: func(w io.Writer) error {
		_, err := io.WriteString(w, "Subject: x\r\n\r\n.dot\r\nbare\rreturn\r\n")
		return err
	}}
}

// Each answer means something for each recipient.
func TestOutcomes(t *testing.T) {
	two := []string{"bob@example.com", "carol@example.com"}
	for name, test := range map[string]struct {
		script script
		want   string // of both recipients, or the error's beginning
	}{
		"accepted":            {nil, "0 250 | 0 250"},
		"one refused":         {script{"RCPT TO:<bob": "550-5.1.1 no such\n550 5.1.1 user"}, "1 550 5.1.1 no such\nuser | 0 250"},
		"one later":           {script{"RCPT TO:<bob": "450 4.2.0 greylisted"}, "2 450 4.2.0 greylisted | 0 250"},
		"all refused":         {script{"RCPT": "550 no"}, "1 550  no | 1 550  no"},
		"odd code":            {script{"RCPT TO:<carol": "299 what"}, "0 250 | 1 299  what"},
		"sender refused":      {script{"MAIL": "550 5.7.1 not you"}, "1 550 5.7.1 not you | 1 550 5.7.1 not you"},
		"sender later":        {script{"MAIL": "451 4.3.0 later"}, "2 451 4.3.0 later | 2 451 4.3.0 later"},
		"text refused":        {script{".": "554 5.6.0 spam", "RCPT TO:<bob": "550 no"}, "1 550  no | 1 554 5.6.0 spam"},
		"text later":          {script{".": "452 4.3.1 full"}, "2 452 4.3.1 full | 2 452 4.3.1 full"},
		"data refused":        {script{"DATA": "554 no"}, "1 554  no | 1 554  no"},
		"silence after all":   {script{".": "close"}, "3 EOF | 3 EOF"},
		"421 after all":       {script{".": "421 4.3.2 bye"}, "3 SMTP error 421: bye | 3 SMTP error 421: bye"},
		"greeting refused":    {script{"connect": "554 go away"}, "relay 127.0.0.1"},
		"lost before":         {script{"EHLO": "close", "HELO": "close"}, "relay 127.0.0.1"},
		"lost at MAIL":        {script{"MAIL": "close"}, "relay 127.0.0.1"},
		"421 at MAIL":         {script{"MAIL": "421 busy"}, "relay 127.0.0.1"},
		"lost at first":       {script{"RCPT": "close"}, "relay 127.0.0.1"},
		"lost at second":      {script{"RCPT TO:<carol": "close"}, "2 EOF | 2 EOF"},
		"refused, lost":       {script{"RCPT TO:<bob": "550 no", "RCPT TO:<carol": "close"}, "1 550  no | 2 EOF"},
		"closes when refused": {script{"RCPT": "550 no", "QUIT": "close"}, "1 550  no | 1 550  no"},
	} {
		r, _ := play(t, test.script, nil)
		results, err := r.Send(t.Context(), mail(two...))
		if err != nil {
			if !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("%s: %v, want %s", name, err, test.want)
			}
			continue
		}
		var got []string
		for _, res := range results {
			got = append(got, strings.TrimSpace(fmt.Sprintf("%d %s", res.Outcome, describe(res))))
		}
		if strings.Join(got, " | ") != test.want {
			t.Errorf("%s:\n got %q\nwant %q", name, strings.Join(got, " | "), test.want)
		}
	}
}

func describe(r Result) string {
	if r.Code == 0 {
		return r.Text
	}
	return fmt.Sprintf("%d %s %s", r.Code, r.Enhanced, r.Text)
}

// The text goes out with dots stuffed and without carriage returns that end no line.
func TestText(t *testing.T) {
	r, p := play(t, nil, nil)
	m := mail("bob@example.com")
	m.Size, m.UTF8 = 33, true
	if _, err := r.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	<-p.done
	want := []string{
		"EHLO client.example.com", "MAIL FROM:<alice@example.com> BODY=8BITMIME SIZE=33 SMTPUTF8", "RCPT TO:<bob@example.com>", "DATA",
		"Subject: x", "", "..dot", "barereturn", ".", "QUIT",
	}
	if strings.Join(p.lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("got  %q\nwant %q", p.lines, want)
	}
}

// What a relay does not offer is not asked of it: without SMTPUTF8 nothing can be sent, without DSN there is no report.
func TestExtensions(t *testing.T) {
	m := mail("bob@example.com")
	m.UTF8, m.Report = true, true
	r, _ := play(t, script{"EHLO": "250 relay"}, nil)
	results, err := r.Send(t.Context(), m)
	if err != nil || results[0].Outcome != Refused || results[0].Enhanced != "5.6.7" {
		t.Errorf("%+v, %v", results, err)
	}
	for offered, want := range map[string]string{
		"250 relay":          "RCPT TO:<bob@example.com>",
		"250-relay\n250 DSN": "RCPT TO:<bob@example.com> NOTIFY=SUCCESS,FAILURE,DELAY",
	} {
		m.UTF8 = false
		r, p := play(t, script{"EHLO": offered}, nil)
		if _, err := r.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		<-p.done
		if got := p.lines[2]; got != want {
			t.Errorf("%q: %s", offered, got)
		}
	}
}

// A mail that cannot be written whole is not sent.
func TestBrokenText(t *testing.T) {
	r, p := play(t, nil, nil)
	m := mail("bob@example.com")
	m.Text = func(w io.Writer) error {
		_, err := io.WriteString(w, strings.Repeat("half\r\n", 50_000))
		return fmt.Errorf("broken: %w", errTestOr(err))
	}
	results, err := r.Send(t.Context(), m)
	if err != nil || results[0].Outcome != Deferred || !strings.Contains(results[0].Text, "broken") {
		t.Errorf("%+v, %v", results, err)
	}
	<-p.done
	if last := p.lines[len(p.lines)-1]; last == "." {
		t.Error("the half of a mail was ended")
	}
}

func errTestOr(err error) error {
	if err != nil {
		return err
	}
	return io.ErrNoProgress
}

// A cancelled context ends the wait for an answer.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, _ := play(t, script{"MAIL": ""}, nil)
	go cancel()
	if results, err := r.Send(ctx, mail("bob@example.com")); err == nil {
		t.Errorf("%+v", results)
	}
}

func login(mechanism string) *Login {
	return &Login{User: "alice", Password: "secret", Mechanism: mechanism}
}

func TestPlainAndTokens(t *testing.T) {
	for mechanism, want := range map[string]string{
		"PLAIN":   "AUTH PLAIN AGFsaWNlAHNlY3JldA==",
		"XOAUTH2": "AUTH XOAUTH2 dXNlcj1hbGljZQFhdXRoPUJlYXJlciBzZWNyZXQBAQ==",
	} {
		r, p := play(t, script{"AUTH": "235 2.7.0 ok"}, nil)
		r.Login = login(mechanism)
		if err := r.Check(t.Context()); err != nil {
			t.Errorf("%s: %v", mechanism, err)
		}
		<-p.done
		if len(p.lines) < 2 || p.lines[1] != want {
			t.Errorf("%s: %q", mechanism, p.lines)
		}
	}
	r, p := play(t, script{"EHLO": "250-relay\n250 AUTH LOGIN", "AUTH LOGIN YWxpY2U=": "334 UGFzc3dvcmQ6", "c2VjcmV0": "235 ok"}, nil)
	r.Login = login("")
	if err := r.Check(t.Context()); err != nil {
		t.Errorf("LOGIN: %v; %q", err, p.lines)
	}
	r, _ = play(t, script{"AUTH": "535 5.7.8 wrong"}, nil)
	r.Login = login("PLAIN")
	if err := r.Check(t.Context()); err == nil || !strings.Contains(err.Error(), `smtp_user "alice"`) {
		t.Errorf("a wrong password: %v", err)
	}
	r, _ = play(t, script{"EHLO": "250-relay\n250 AUTH GSSAPI"}, nil)
	r.Login = login("")
	if err := r.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "GSSAPI") {
		t.Errorf("an unknown mechanism: %v", err)
	}
}

// SCRAM proves the password, and that the relay knows it too.
func TestScram(t *testing.T) {
	for _, honest := range []bool{true, false} {
		server := scramServer(t)
		steps := 0
		r, p := play(t, script{"EHLO": "250-relay\n250 AUTH PLAIN SCRAM-SHA-256"}, func(c net.Conn) net.Conn {
			return &scramConn{Conn: c, server: server, honest: honest, steps: &steps}
		})
		r.Login = login("")
		err := r.Check(t.Context())
		if honest && err != nil || !honest && (err == nil || !strings.Contains(err.Error(), "SCRAM")) {
			t.Errorf("honest %v: %v; %q", honest, err, p.lines)
		}
	}
}

func scramServer(t *testing.T) *scram.ServerConversation {
	t.Helper()
	c, err := scram.SHA256.NewClient("alice", "secret", "")
	if err != nil {
		t.Fatal(err)
	}
	stored, err := c.GetStoredCredentialsWithError(scram.KeyFactors{Salt: "salt salt salt", Iters: 4096})
	if err != nil {
		t.Fatal(err)
	}
	s, err := scram.SHA256.NewServer(func(string) (scram.StoredCredentials, error) { return stored, nil })
	if err != nil {
		t.Fatal(err)
	}
	return s.NewConversation()
}

// scramConn answers the steps of SCRAM in the script's stead. One that is not honest says that all is well without knowing the password.
type scramConn struct {
	net.Conn
	server *scram.ServerConversation
	honest bool
	steps  *int
	rest   []byte
}

// Read passes on what is not part of the exchange.
func (c *scramConn) Read(b []byte) (int, error) {
	for len(c.rest) == 0 {
		line, err := readLine(c.Conn)
		if err != nil {
			return 0, err
		}
		message, ours := strings.CutPrefix(line, "AUTH SCRAM-SHA-256 ")
		if !ours && (*c.steps == 0 || *c.steps > 2) {
			c.rest = []byte(line + "\r\n")
			break
		}
		*c.steps++
		if err := c.step(message, line); err != nil {
			return 0, err
		}
	}
	n := copy(b, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *scramConn) step(first, line string) error {
	if *c.steps == 1 {
		line = first
	}
	if !c.honest || *c.steps == 3 {
		*c.steps = 3
		_, err := io.WriteString(c.Conn, "235 2.7.0 ok\r\n")
		return err
	}
	text, err := base64.StdEncoding.DecodeString(line)
	if err != nil {
		return err
	}
	answer, err := c.server.Step(string(text))
	if err != nil {
		return err
	}
	_, err = io.WriteString(c.Conn, "334 "+base64.StdEncoding.EncodeToString([]byte(answer))+"\r\n")
	return err
}

func readLine(r io.Reader) (string, error) {
	var line []byte
	for b := make([]byte, 1); ; {
		if _, err := io.ReadFull(r, b); err != nil {
			return "", err
		}
		if b[0] == '\n' {
			return strings.TrimSuffix(string(line), "\r"), nil
		}
		line = append(line, b[0])
	}
}

// TLS from the first byte and by STARTTLS, with the relay's certificate checked; a relay without STARTTLS gets no mail.
func TestTLS(t *testing.T) {
	https := httptest.NewTLSServer(nil)
	defer https.Close()
	roots := x509.NewCertPool()
	roots.AddCert(https.Certificate())
	server := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: https.TLS.Certificates}
	for name, test := range map[string]struct {
		security Security
		client   *tls.Config
		over     func(net.Conn) net.Conn
		script   script
		works    bool
	}{
		"tls":               {TLS, &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}, func(c net.Conn) net.Conn { return tls.Server(c, server) }, nil, true},
		"unknown authority": {TLS, nil, func(c net.Conn) net.Conn { return tls.Server(c, server) }, nil, false},
		"no STARTTLS":       {StartTLS, &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}, nil, nil, false},
		"STARTTLS refused":  {StartTLS, &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}, nil, script{"EHLO": "250-relay\n250 STARTTLS", "STARTTLS": "454 no"}, false},
	} {
		r, p := play(t, test.script, test.over)
		r.Security, r.TLS = test.security, test.client
		_, err := r.Send(t.Context(), mail("bob@example.com"))
		<-p.done
		if (err == nil) != test.works || !test.works && strings.Contains(strings.Join(p.lines, " "), "MAIL") {
			t.Errorf("%s: %v; %q", name, err, p.lines)
		}
	}
	t.Run("STARTTLS", func(t *testing.T) { startTLS(t, server, &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}) })
}

// startTLS uses go-smtp's own server, since the script cannot change over to TLS.
func startTLS(t *testing.T, server, client *tls.Config) {
	taken := make(chan string, 1)
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return sink{taken}, nil }))
	s.TLSConfig = server
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	r := &Relay{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Security: StartTLS, TLS: client, LocalName: "client.example.com"}
	results, err := r.Send(t.Context(), mail("bob@example.com"))
	if err != nil || results[0].Outcome != Accepted {
		t.Errorf("%+v, %v", results, err)
	}
	if got := <-taken; !strings.HasPrefix(got, "Subject: x\r\n") {
		t.Errorf("it took %q", got)
	}
	if err := errors.Join(s.Close(), <-ended); err != nil {
		t.Error(err)
	}
}

// sink takes every mail.
type sink struct{ taken chan<- string }

func (sink) Reset()                               {}
func (sink) Logout() error                        { return nil }
func (sink) Mail(string, *smtp.MailOptions) error { return nil }
func (sink) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (s sink) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.taken <- string(text)
	return err
}
