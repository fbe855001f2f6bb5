package imap_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zarafa/agents/gateway/imap"
	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/mailstore/memory"
)

// The dialogues of testdata: lines that clients send and all that the server answers, in order.
//
//	C: LINE    the client sends a line; 2C: the second client does
//	S: LINE    the server has answered that, and nothing more; … stands for anything within a line
//	! WORD …   something is set up: before the first line of a client the store and the server, later mails
//	# …        a comment
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d dialogues, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) { newScript(t).play(string(text)) })
		})
	}
}

// script is a dialogue that is played.
type script struct {
	t          *testing.T
	store      memory.Options
	server     imap.Options
	info       imap.ConnInfo
	setup      []func(*memory.Store)
	memory     *memory.Store
	imap       *imap.Server
	clients    map[string]*peer
	lineNumber int
}

func newScript(t *testing.T) *script {
	return &script{
		t: t, clients: make(map[string]*peer),
		info:   imap.ConnInfo{Address: netip.MustParseAddr("192.0.2.1"), Secure: true},
		store:  memory.Options{Now: func() time.Time { return time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC) }},
		server: imap.Options{Name: "Test", Version: "1", MaxFailed: 1000, Tokens: true},
	}
}

func (d *script) play(text string) {
	defer func() {
		for _, p := range d.clients {
			_ = p.conn.Close()
		}
		synctest.Wait()
	}()
	for line := range strings.Lines(text) {
		d.lineNumber++
		line = strings.TrimRight(line, "\r\n")
		switch word, rest, _ := strings.Cut(line, " "); {
		case line == "" || word == "#":
		case word == "!":
			d.settle()
			d.directive(strings.Fields(rest))
		case strings.HasSuffix(word, "C:"):
			d.settle()
			d.client(strings.TrimSuffix(word, "C:")).send(rest + "\r\n")
		case strings.HasSuffix(word, "S:"):
			p := d.client(strings.TrimSuffix(word, "S:"))
			synctest.Wait()
			got, ok := p.line()
			if !ok {
				d.t.Fatalf("line %d: no answer, want %q", d.lineNumber, rest)
			}
			if !matches(rest, got) {
				d.t.Fatalf("line %d: got  %q\nwant %q", d.lineNumber, got, rest)
			}
			p.expecting = true
		default:
			d.t.Fatalf("line %d is none of a dialogue: %q", d.lineNumber, line)
		}
	}
	d.settle()
}

// settle says what was answered beyond what was expected, of clients of whom something was expected since they spoke.
func (d *script) settle() {
	synctest.Wait()
	for name, p := range d.clients {
		if !p.expecting {
			continue
		}
		p.expecting = false
		if got, ok := p.line(); ok {
			d.t.Fatalf("line %d: client %q got %q beyond what was expected", d.lineNumber, name, got)
		}
	}
}

func matches(want, got string) bool {
	if !strings.Contains(want, "…") {
		return want == got
	}
	parts := strings.Split(want, "…")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$").MatchString(got)
}

func (d *script) directive(words []string) {
	arg := func(i int) string { return strings.ReplaceAll(words[i], "_", " ") }
	number := func(i int) int64 {
		n, err := strconv.ParseInt(words[i], 10, 64)
		if err != nil {
			d.t.Fatalf("line %d: %v", d.lineNumber, err)
		}
		return n
	}
	switch words[0] {
	case "modseq":
		d.store.ModSeq = true
	case "limit":
		d.store.MaxMessage = number(1)
	case "quota":
		d.store.Quota = number(1)
	case "plain":
		d.info.Secure = false
	case "hide":
		d.server.Hidden = append(d.server.Hidden, words[1])
	case "expunge-on-delete":
		d.server.ExpungeOnDelete = true
	case "public":
		name, rights := arg(1), mailstore.Rights(words[2])
		d.setup = append(d.setup, func(s *memory.Store) { s.AddPublic(name, rights) })
	case "mails":
		d.begin()
		d.mails(arg(1), int(number(2)))
	default:
		d.t.Fatalf("line %d: unknown %q", d.lineNumber, words[0])
	}
}

// begin makes store and server.
func (d *script) begin() {
	if d.memory != nil {
		return
	}
	d.memory = memory.New(d.store)
	d.memory.AddUser("user", "secret")
	d.memory.AddUser("other", "secret")
	for _, f := range d.setup {
		f(d.memory)
	}
	d.imap = imap.New(d.memory, d.server)
}

// mails puts mails into a mailbox of the user.
func (d *script) mails(mailbox string, n int) {
	for i := range n {
		appendMail(d.t, d.memory, mailbox, testMail(i+1))
	}
}

// testMail is a mail of the dialogues.
func testMail(n int) []byte {
	return fmt.Appendf(nil, "From: Alice <alice@example.com>\r\nTo: user@example.com\r\nSubject: Mail %d\r\nDate: Mon, 2 Mar 2026 10:00:0%d +0000\r\n"+
		"Message-ID: <m%d@example.com>\r\n\r\nThis is mail %d.\r\n", n, n%10, n, n)
}

func appendMail(t *testing.T, store *memory.Store, mailbox string, mail []byte) {
	t.Helper()
	ctx := context.Background()
	account, err := store.LogOn(ctx, mailstore.Credentials{User: "user", Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	m, err := account.Find(ctx, mailbox)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := account.Append(ctx, m.ID, []mailstore.NewMessage{{Content: bytes.NewReader(mail)}}); err != nil {
		t.Fatal(err)
	}
}

// client is the client with a name; it connects if it has not yet.
func (d *script) client(name string) *peer {
	d.begin()
	p, ok := d.clients[name]
	if !ok {
		p = connect(d.t, d.imap, d.info)
		d.clients[name] = p
		synctest.Wait()
		if greeting, ok := p.line(); !ok || !strings.HasPrefix(greeting, "* OK [CAPABILITY ") {
			d.t.Fatalf("the greeting is %q", greeting)
		}
	}
	return p
}

// peer is a client's end of a connection.
type peer struct {
	t         *testing.T
	conn      net.Conn
	expecting bool
	ended     chan struct{} // closed when the server has ended the connection

	mu   sync.Mutex
	read []byte
}

func connect(t *testing.T, server *imap.Server, info imap.ConnInfo) *peer {
	ours, theirs := net.Pipe()
	p := &peer{t: t, conn: ours, ended: make(chan struct{})}
	go server.ServeConn(context.Background(), theirs, info)
	go func() {
		defer close(p.ended)
		buffer := make([]byte, 4096)
		for {
			n, err := ours.Read(buffer)
			p.mu.Lock()
			p.read = append(p.read, buffer[:n]...)
			p.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return p
}

// send sends bytes. An error is that of a connection which the server has ended, whose last words say why.
func (p *peer) send(text string) {
	_, _ = io.WriteString(p.conn, text)
}

// line takes a line of what the server has sent.
func (p *peer) line() (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	line, rest, ok := bytes.Cut(p.read, []byte("\r\n"))
	if !ok {
		return "", false
	}
	p.read = rest
	return string(line), true
}
