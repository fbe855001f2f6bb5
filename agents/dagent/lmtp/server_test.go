package lmtp_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"zarafa/agents/dagent/lmtp"
	"zarafa/agents/spool"
)

// deliverer takes mails for everybody but nobody@.
type deliverer struct {
	mu    sync.Mutex
	mails []string
	fail  map[string]error
}

func (d *deliverer) Recipient(_ context.Context, address, _ string) (lmtp.Recipient, error) {
	switch address {
	case "nobody@example.com":
		return nil, &lmtp.Status{Code: 503, Enhanced: [3]int{5, 1, 1}, Text: "no such user"}
	case "later@example.com":
		return nil, errors.New("the server is away")
	}
	return address, nil
}

func (d *deliverer) Deliver(_ context.Context, e lmtp.Envelope, mail *spool.Mail, recipients []lmtp.Recipient) []error {
	text, err := io.ReadAll(mail.Reader())
	results := make([]error, len(recipients))
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, r := range recipients {
		if results[i] = errors.Join(err, d.fail[r.(string)]); results[i] == nil {
			d.mails = append(d.mails, fmt.Sprintf("%s>%s %q", e.From, r, text))
		} else if d.fail[r.(string)] != nil {
			results[i] = d.fail[r.(string)]
		}
	}
	return results
}

// start runs a server and returns a way to connect to it, and one to stop it.
func start(t *testing.T, d *deliverer) (dial func() net.Conn, stop func() error) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &lmtp.Server{
		Name: "mx.example.com", Deliverer: d, MaxMessage: 1000, MaxRecipients: 10, MaxConnections: 8, Idle: time.Minute,
		TempDir: t.TempDir(), Log: slog.New(slog.DiscardHandler),
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, []net.Listener{l}, time.Minute) }()
	stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return func() net.Conn {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}, stop
}

// dialogue sends what begins with "C: " and compares what begins with "S: " with the beginnings of the lines that come.
func dialogue(t *testing.T, c net.Conn, script string) {
	t.Helper()
	in := textproto.NewReader(bufio.NewReader(c))
	for i, step := range strings.Split(strings.TrimSpace(script), "\n") {
		step = strings.TrimSpace(step)
		if text, ok := strings.CutPrefix(step, "C: "); ok {
			if _, err := io.WriteString(c, strings.NewReplacer(`\r`, "\r", `\n`, "\n").Replace(text)+"\r\n"); err != nil {
				t.Fatalf("step %d: %v", i, err)
			}
			continue
		}
		want := strings.TrimPrefix(step, "S: ")
		line, err := in.ReadLine()
		for err == nil && len(line) > 3 && line[3] == '-' && !strings.Contains(want, "-") {
			line, err = in.ReadLine()
		}
		if err != nil || !strings.HasPrefix(line, want) {
			t.Fatalf("step %d: got %q, %v; want %q", i, line, err, want)
		}
	}
}

func (d *deliverer) want(t *testing.T, mails ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if strings.Join(d.mails, "\n") != strings.Join(mails, "\n") {
		t.Errorf("delivered\n%s\nwant\n%s", strings.Join(d.mails, "\n"), strings.Join(mails, "\n"))
	}
}

// Each recipient has an answer of his own, in the order of RCPT; addresses without a domain are taken; dots are unstuffed.
func TestDelivery(t *testing.T) {
	d := &deliverer{fail: map[string]error{
		"full@example.com": &lmtp.Status{Code: 552, Enhanced: [3]int{5, 2, 2}, Text: "over quota"},
		"hurt@example.com": errors.New("something broke"),
	}}
	dial, _ := start(t, d)
	dialogue(t, dial(), `
		S: 220 mx.example.com
		C: LHLO sender.example.com
		S: 250
		C: MAIL FROM:<carol@example.com> SIZE=100 BODY=8BITMIME SMTPUTF8
		S: 250
		C: RCPT TO:<alice>
		S: 250
		C: RCPT TO:<nobody@example.com>
		S: 503 5.1.1 no such user
		C: RCPT TO:<later@example.com>
		S: 450 4.5.0
		C: RCPT TO:<full@example.com>
		S: 250
		C: RCPT TO:<hurt@example.com>
		S: 250
		C: RCPT TO:<alice>
		S: 250
		C: DATA
		S: 354
		C: Subject: x\r\n\r\n..dot\r\nend\r\n.
		S: 250 2.1.5 <alice
		S: 552 5.2.2 <full@example.com> over quota
		S: 450 4.5.0 <hurt@example.com>
		S: 250 2.1.5 <alice
		C: RSET
		S: 250
		C: QUIT
		S: 221`)
	d.want(t, `carol@example.com>alice "Subject: x\r\n\r\n.dot\r\nend\r\n"`, `carol@example.com>alice "Subject: x\r\n\r\n.dot\r\nend\r\n"`)
}

// Commands that are sent together with the text of a mail, and two mails in one packet, are kept apart.
func TestPipelining(t *testing.T) {
	d := &deliverer{}
	dial, _ := start(t, d)
	mail := `MAIL FROM:<>\r\nRCPT TO:<bob>\r\nDATA`
	dialogue(t, dial(), `
		S: 220
		C: LHLO x\r\n`+mail+`
		S: 250
		S: 250
		S: 250
		S: 354
		C: one\r\n.\r\n`+mail+`
		S: 250 2.1.5
		S: 250
		S: 250
		S: 354
		C: .\r\nNOOP
		S: 250 2.1.5
		S: 250`)
	d.want(t, `>bob "one\r\n"`, `>bob ""`)
}

// What looks like the end of a mail and is not is part of it (RFC 5321 section 4.1.1.4).
func TestEndings(t *testing.T) {
	for _, fake := range []string{`\n.\n`, `\n.\r\n`, `\r\n.\n`, `\r.\r`, `\r\n.\r`, `\n.\r`} {
		d := &deliverer{}
		dial, _ := start(t, d)
		dialogue(t, dial(), `
			S: 220
			C: LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<bob>\r\nDATA
			S: 250
			S: 250
			S: 250
			S: 354
			C: a`+fake+`MAIL FROM:<evil@example.com>
			C: .
			S: 250 2.1.5
			C: NOOP
			S: 250`)
		if len(d.mails) != 1 || !strings.Contains(d.mails[0], "MAIL FROM:<evil") {
			t.Errorf("after %s: %q", fake, d.mails)
		}
	}
}

// A chunk is taken as it is, whatever it looks like, and also when the command is refused.
func TestChunks(t *testing.T) {
	d := &deliverer{}
	dial, _ := start(t, d)
	dialogue(t, dial(), `
		S: 220
		C: LHLO x
		S: 250
		C: BDAT 8 LAST\r\nMAIL F
		S: 502
		C: MAIL FROM:<>\r\nRCPT TO:<bob>
		S: 250
		S: 250
		C: BDAT 11\r\nRCPT TO:<
		S: 250
		C: BDAT 4 LAST\r\na\r
		S: 250 2.1.5`)
	d.want(t, `>bob "RCPT TO:<\r\na\r\n"`)
}

// Limits cost the sender, and the connection stays of use after a mail that is too large.
func TestLimits(t *testing.T) {
	d := &deliverer{}
	dial, _ := start(t, d)
	start := `
		S: 220
		C: LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<bob>\r\nDATA
		S: 250
		S: 250
		S: 250
		S: 354
		`
	dialogue(t, dial(), start+`C: `+strings.Repeat("x", 998)+`\r\n.
		S: 250 2.1.5`)
	dialogue(t, dial(), start+`C: `+strings.Repeat("x", 999)+`\r\n.
		S: 552 5.3.4
		C: NOOP
		S: 250`)
	dialogue(t, dial(), `
		S: 220
		C: LHLO x\r\nMAIL FROM:<> SIZE=5000
		S: 250
		S: 552 5.3.4`)
	dialogue(t, dial(), `
		S: 220
		C: NOOP `+strings.Repeat("x", 5000)+`
		S: 421`)
	if len(d.mails) != 1 {
		t.Errorf("%d mails were delivered", len(d.mails))
	}
}

// A sender who goes away in the middle of a mail has sent none.
func TestBrokenConnection(t *testing.T) {
	d := &deliverer{}
	dial, stop := start(t, d)
	c := dial()
	dialogue(t, c, `
		S: 220
		C: LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<bob>\r\nDATA
		S: 250
		S: 250
		S: 250
		S: 354
		C: half of a mail`)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	d.want(t)
}

// Stopping ends connections that wait for a command; a mail that is under way is taken first.
func TestStop(t *testing.T) {
	d := &deliverer{}
	dial, stop := start(t, d)
	idle, busy := dial(), dial()
	dialogue(t, idle, "S: 220\nC: LHLO x\nS: 250")
	dialogue(t, busy, `
		S: 220
		C: LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<bob>\r\nDATA
		S: 250
		S: 250
		S: 250
		S: 354
		C: first`)
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	dialogue(t, idle, "S: 421")
	dialogue(t, busy, "C: second\\r\\n.\nS: 250 2.1.5\nS: 421")
	if err := <-ended; err != nil {
		t.Error(err)
	}
	d.want(t, `>bob "first\r\nsecond\r\n"`)
}
