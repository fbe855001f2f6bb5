package pop3_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/mailstore/memory"
	"zarafa/agents/gateway/pop3"
	"zarafa/agents/gateway/view"
	"zarafa/internal/testseed"
)

// Who does not log on has two minutes in all, who has logged on ten for each command, and a line counts when it is complete.
func TestTime(t *testing.T) {
	for _, tt := range []struct {
		name  string
		logOn bool
		every time.Duration // between pieces of what the client says
		piece string
		want  time.Duration
	}{
		{"silent", false, 0, "", 2 * time.Minute},
		{"answers without a log-on", false, 50 * time.Second, "NOOP\r\n", 2 * time.Minute},
		{"a letter at a time", false, 10 * time.Second, "x", 2 * time.Minute},
		{"silent after the log-on", true, 0, "", 10 * time.Minute},
		{"a letter at a time after the log-on", true, 9 * time.Minute, "x", 10 * time.Minute},
		{"a program that looks every five minutes", true, 5 * time.Minute, "NOOP\r\n", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, ended := serve(t, &pop3.Server{Mailboxes: newStore(t)}, &conn{plaintext: true})
				in := bufio.NewReader(client)
				expect(t, in, "+OK ready")
				if tt.logOn {
					say(t, client, in, "USER bob", "+OK Now the password")
					say(t, client, in, "PASS secret", "+OK bob has 0 messages (0 octets)")
				}
				began := time.Now()
				go func() { _, _ = io.Copy(io.Discard, in) }()
				go func() {
					for tt.every > 0 {
						select {
						case <-ended:
							return
						case <-time.After(tt.every):
						}
						if _, err := io.WriteString(client, tt.piece); err != nil {
							return
						}
					}
				}()
				timer := time.NewTimer(time.Hour)
				defer timer.Stop()
				select {
				case <-ended:
					if took := time.Since(began); took != tt.want {
						t.Errorf("ended after %v, want %v", took, tt.want)
					}
				case <-timer.C:
					if tt.want != 0 {
						t.Error("goes on for ever")
					}
				}
				_ = client.Close()
				<-ended
			})
		})
	}
}

func expect(t *testing.T, in *bufio.Reader, want string) {
	t.Helper()
	if got, err := in.ReadString('\n'); err != nil || got != want+"\r\n" {
		t.Fatalf("%q, %v, want %q", got, err, want)
	}
}

func say(t *testing.T, client net.Conn, in *bufio.Reader, line, want string) {
	t.Helper()
	send(client, line)
	expect(t, in, want)
}

// A client that does not read holds up nobody for ever.
func TestClientThatDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, ended := serve(t, &pop3.Server{Mailboxes: newStore(t)}, &conn{plaintext: true})
		began := time.Now()
		<-ended
		// The greeting, and once more when the session ends.
		if took := time.Since(began); took > 4*time.Minute {
			t.Errorf("ended after %v", took)
		}
	})
}

// A line without end costs its sender the connection, and the server the line's limit.
func TestLongLines(t *testing.T) {
	for _, tt := range []struct {
		length int
		want   string
	}{
		{500, "-ERR Unknown command"}, {5000, "-ERR Unknown command"}, {12<<10 - 2, "-ERR Unknown command"},
		{12<<10 - 1, "-ERR The line is too long"}, {1 << 20, "-ERR The line is too long"},
	} {
		client, ended := serve(t, &pop3.Server{Mailboxes: newStore(t)}, &conn{plaintext: true})
		in := bufio.NewReader(client)
		expect(t, in, "+OK ready")
		say(t, client, in, strings.Repeat("x", tt.length), tt.want)
		if strings.HasSuffix(tt.want, "long") {
			<-ended
		}
	}
}

func TestTooManyErrors(t *testing.T) {
	client, ended := serve(t, &pop3.Server{Mailboxes: newStore(t)}, &conn{plaintext: true})
	in := bufio.NewReader(client)
	expect(t, in, "+OK ready")
	for range 49 {
		say(t, client, in, "x", "-ERR Unknown command")
	}
	say(t, client, in, "USER alice", "+OK Now the password")
	for range 50 {
		say(t, client, in, "x", "-ERR Unknown command")
	}
	expect(t, in, "-ERR Too many errors")
	<-ended
}

// When the program stops, a session that waits for a command ends, and deletes nothing.
func TestStop(t *testing.T) {
	store := newStore(t)
	c := &conn{plaintext: true}
	client, ended := serve(t, &pop3.Server{Mailboxes: store}, c)
	in := bufio.NewReader(client)
	expect(t, in, "+OK ready")
	say(t, client, in, "USER alice", "+OK Now the password")
	say(t, client, in, "PASS se cret ", "+OK alice has 3 messages (126 octets)")
	say(t, client, in, "DELE 1", "+OK Message 1 is marked as deleted")
	c.stop()
	<-ended
	play(t, &pop3.Server{Mailboxes: store}, "S: +OK ready\nC: USER alice\nS: +OK *\nC: PASS se cret \nS: +OK alice has 3 *\n")
}

// broken is a mail store whose methods fail on demand.
type broken struct {
	*memory.Store
	logOn, fetch, expunge error
	content               bool // mails break off
}

type brokenAccount struct {
	mailstore.Account
	b *broken
}

type brokenFolder struct {
	mailstore.Folder
	b *broken
}

type brokenContent struct{ mailstore.Content }

var errDisk = errors.New("the disk is gone")

func (c brokenContent) ReadAt(p []byte, off int64) (int, error) {
	if off > 5 {
		return 0, errDisk
	}
	n, err := c.Content.ReadAt(p[:min(len(p), 10)], off)
	if err == nil && n < len(p) {
		err = errDisk
	}
	return n, err
}

func (b *broken) LogOn(ctx context.Context, c mailstore.Credentials) (mailstore.Account, error) {
	if b.logOn != nil {
		return nil, b.logOn
	}
	a, err := b.Store.LogOn(ctx, c)
	return brokenAccount{a, b}, err
}

func (a brokenAccount) Open(ctx context.Context, id mailstore.MailboxID, changed func()) (mailstore.Folder, error) {
	f, err := a.Account.Open(ctx, id, changed)
	return brokenFolder{f, a.b}, err
}

func (f brokenFolder) Fetch(ctx context.Context, uids []view.UID, want mailstore.Items, visit func(*mailstore.Record) error) error {
	if f.b.fetch != nil {
		return f.b.fetch
	}
	return f.Folder.Fetch(ctx, uids, want, func(r *mailstore.Record) error {
		if f.b.content && r.Mail != nil {
			r.Mail = brokenContent{r.Mail}
		}
		return visit(r)
	})
}

func (f brokenFolder) Expunge(ctx context.Context, uids []view.UID) error {
	if f.b.expunge != nil {
		return f.b.expunge
	}
	return f.Folder.Expunge(ctx, uids)
}

// Errors have their codes, and what is not for clients goes to the log alone.
func TestErrors(t *testing.T) {
	refuse := func(code mailstore.Code) error { return &mailstore.Error{Code: code, Text: "No"} }
	const hello = "S: +OK ready\nC: USER alice\nS: +OK *\nC: PASS se cret \n"
	const retry = "-ERR [SYS/TEMP] The server has a problem; try again later\n"
	for _, tt := range []struct {
		name   string
		b      broken
		script string
		logged bool
	}{
		{"password", broken{logOn: refuse(mailstore.AuthenticationFailed)}, "S: -ERR [AUTH] No\n", false},
		{"feature", broken{logOn: refuse(mailstore.AuthorizationFailed)}, "S: -ERR [AUTH] No\n", false},
		{"away", broken{logOn: refuse(mailstore.Unavailable)}, "S: -ERR [SYS/TEMP] No\n", false},
		{"too many", broken{logOn: refuse(mailstore.Limit)}, "S: -ERR [IN-USE] No\n", false},
		{"right", broken{logOn: refuse(mailstore.NoPermission)}, "S: -ERR [SYS/PERM] No\n", false},
		{"fault", broken{logOn: errDisk}, "S: " + retry, true},
		{"listing", broken{fetch: errDisk}, "S: " + retry + "C: STAT\nS: -ERR Log on first\n", true},
		{"mail breaks off", broken{content: true}, "S: +OK *\nC: RETR 1\nS: +OK 54 octets\nbroken off\n", false},
		{"deletion", broken{expunge: errDisk}, "S: +OK *\nC: DELE 1\nS: +OK *\nC: QUIT\nS: -ERR [SYS/TEMP] Some messages were not deleted\nclosed\n", true},
		{"no deletion", broken{expunge: errDisk}, "S: +OK *\nC: QUIT\nS: +OK Good bye\nclosed\n", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var logged bytes.Buffer
			tt.b.Store = newStore(t)
			s := &pop3.Server{Mailboxes: &tt.b, Log: slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelWarn}))}
			play(t, s, hello+tt.script)
			if (logged.Len() > 0) != tt.logged || strings.Contains(logged.String(), "se cret") {
				t.Errorf("logged: %q", logged.String())
			}
		})
	}
}

// A message that somebody else deletes is missed when it is asked for; the others keep their numbers.
func TestMessagesThatVanish(t *testing.T) {
	store := newStore(t)
	client, _ := serve(t, &pop3.Server{Mailboxes: store}, &conn{plaintext: true})
	in := bufio.NewReader(client)
	expect(t, in, "+OK ready")
	say(t, client, in, "USER alice", "+OK Now the password")
	say(t, client, in, "PASS se cret ", "+OK alice has 3 messages (126 octets)")
	play(t, &pop3.Server{Mailboxes: store}, "S: +OK *\nC: USER alice\nS: +OK *\nC: PASS se cret \nS: +OK *\nC: DELE 1\nS: +OK *\nC: QUIT\nS: +OK *\nclosed\n")
	say(t, client, in, "RETR 1", "-ERR The message is there no longer")
	say(t, client, in, "UIDL 1", "+OK 1 4D31")
	say(t, client, in, "TOP 3 0", "+OK The beginning follows")
}

// script is a client that has said everything before it listens.
type script struct {
	conn
	in  io.Reader
	out bytes.Buffer
}

func (s *script) Read(b []byte) (int, error)       { return s.in.Read(b) }
func (s *script) Write(b []byte) (int, error)      { return s.out.Write(b) }
func (s *script) PlaintextAllowed() bool           { return true }
func (s *script) CanStartTLS() bool                { return false }
func (s *script) Await(time.Time) error            { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }

// Whatever a client says, each answer is one of POP3, and no session ends otherwise than in good order.
func FuzzSession(f *testing.F) {
	f.Add("USER alice\r\nPASS se cret \r\nLIST\r\nUIDL\r\nRETR 2\r\nTOP 1 1\r\nDELE 1\r\nRSET\r\nQUIT\r\n")
	f.Add("AUTH PLAIN\r\nAGFsaWNlAHNlIGNyZXQg\r\nSTAT\r\n")
	f.Add("CAPA\r\nSTLS\r\nAUTH LOGIN\r\n*\r\nAUTH\r\n")
	f.Fuzz(func(t *testing.T, said string) { fuzzSession(t, said) })
}

func fuzzSession(t *testing.T, said string) {
	s := &pop3.Server{Mailboxes: newStore(t), Greeting: "ready", Log: slog.New(slog.DiscardHandler)}
	commands := 0
	s.Command = func(string, time.Duration) { commands++ }
	c := &script{in: strings.NewReader(said)}
	s.Serve(context.Background(), c)
	out := c.out.String()
	if !strings.HasPrefix(out, "+OK ready\r\n") || !strings.HasSuffix(out, "\r\n") {
		t.Errorf("%q is answered by %q", said, out)
	}
	if n := strings.Count(said, "\n"); commands > n {
		t.Errorf("%d commands in %d lines", commands, n)
	}
	if max := 200 * (strings.Count(said, "\n") + 2); len(out) > max+len(said) {
		t.Errorf("%d bytes are answered by %d", len(said), len(out))
	}
}

// TestRandomSessions compares sessions of random commands with a model: which messages there are, which are marked, and what is left.
func TestRandomSessions(t *testing.T) {
	rnd := testseed.New(t)
	for range 50 {
		store := newStore(t)
		marked := map[int]bool{}
		var said, want strings.Builder
		fmt.Fprint(&said, "USER alice\r\nPASS se cret \r\n")
		fmt.Fprint(&want, "+OK ready\r\n+OK Now the password\r\n+OK alice has 3 messages (126 octets)\r\n")
		for range rnd.IntN(30) {
			step(rnd, marked, &said, &want)
		}
		if rnd.IntN(2) == 0 {
			said.WriteString("QUIT\r\n")
			want.WriteString("+OK Good bye\r\n")
		} else {
			clear(marked)
		}
		c := &script{in: strings.NewReader(said.String())}
		(&pop3.Server{Mailboxes: store, Greeting: "ready", Log: slog.New(slog.DiscardHandler)}).Serve(context.Background(), c)
		if got := c.out.String(); got != want.String() {
			t.Fatalf("%q is answered by\n%q, want\n%q", said.String(), got, want.String())
		}
		account := logOn(t, store, "alice", "se cret ")
		status, err := account.Status(context.Background(), find(t, account, "INBOX"), mailstore.StatusItems{})
		if err != nil || int(status.Messages) != 3-len(marked) {
			t.Fatalf("after %q: %d messages are left, %d were marked, %v", said.String(), status.Messages, len(marked), err)
		}
	}
}

// step says one command, and what the model answers.
func step(rnd *rand.Rand, marked map[int]bool, said, want *strings.Builder) {
	sizes := []int{54, 54, 18}
	count, total := 0, 0
	for i, size := range sizes {
		if !marked[i+1] {
			count, total = count+1, total+size
		}
	}
	n := 1 + rnd.IntN(4)
	switch rnd.IntN(4) {
	case 0:
		said.WriteString("STAT\r\n")
		fmt.Fprintf(want, "+OK %d %d\r\n", count, total)
	case 1:
		clear(marked)
		said.WriteString("RSET\r\n")
		want.WriteString("+OK 3 messages (126 octets)\r\n")
	case 2:
		fmt.Fprintf(said, "UIDL %d\r\n", n)
		if there(marked, n, want) {
			fmt.Fprintf(want, "+OK %d 4D3%d\r\n", n, n)
		}
	case 3:
		fmt.Fprintf(said, "DELE %d\r\n", n)
		if there(marked, n, want) {
			marked[n] = true
			fmt.Fprintf(want, "+OK Message %d is marked as deleted\r\n", n)
		}
	}
}

func there(marked map[int]bool, n int, want *strings.Builder) bool {
	switch {
	case n > 3:
		want.WriteString("-ERR There is no such message\r\n")
	case marked[n]:
		want.WriteString("-ERR The message is marked as deleted\r\n")
	default:
		return true
	}
	return false
}
