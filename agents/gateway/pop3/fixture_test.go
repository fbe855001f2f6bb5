package pop3_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/mailstore/memory"
	"zarafa/agents/gateway/pop3"
	"zarafa/agents/gateway/view"
)

// mails are what alice's inbox has, by the number in the order of creation; they are put there in another order.
var mails = []string{
	"Subject: one\r\nFrom: bob@example.com\r\n\r\nfirst\r\nsecond\r\n",
	"Subject: dots\r\n.odd: header\r\n\r\n.\r\n..two\r\nthree.\r\n.four",
	"Subject: no body\r\n",
}

// newStore makes a store where alice has mails, of which the first was moved away and back, so that its UID is the highest.
func newStore(t testing.TB) *memory.Store {
	t.Helper()
	now := time.Unix(1_700_000_000, 0)
	s := memory.New(memory.Options{Now: func() time.Time { now = now.Add(time.Minute); return now }})
	s.AddUser("alice", "se cret ")
	s.AddUser("bob", "secret")
	fill(t, s, "alice", mails...)
	account := logOn(t, s, "alice", "se cret ")
	defer account.Close()
	inbox, trash := find(t, account, "inbox"), find(t, account, "Deleted Items")
	first := move(t, account, inbox, trash, 1)
	move(t, account, trash, inbox, first)
	return s
}

func logOn(t testing.TB, s mailstore.Server, user, password string) mailstore.Account {
	t.Helper()
	account, err := s.LogOn(context.Background(), mailstore.Credentials{Protocol: mailstore.POP3, User: user, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return account
}

func find(t testing.TB, a mailstore.Account, name string) mailstore.MailboxID {
	t.Helper()
	box, err := a.Find(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	return box.ID
}

// move moves a message and gives its new UID.
func move(t testing.TB, a mailstore.Account, from, to mailstore.MailboxID, uid view.UID) view.UID {
	t.Helper()
	folder, err := a.Open(context.Background(), from, func() {})
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	moved, err := folder.Move(context.Background(), []view.UID{uid}, to)
	if err != nil || len(moved.To) != 1 {
		t.Fatal(moved, err)
	}
	return moved.To[0]
}

// content is a mail as mailstore.Content.
type content struct{ *bytes.Reader }

func fill(t testing.TB, s mailstore.Server, user string, texts ...string) {
	t.Helper()
	password := "secret"
	if user == "alice" {
		password = "se cret "
	}
	account := logOn(t, s, user, password)
	defer account.Close()
	inbox := find(t, account, "INBOX")
	for _, text := range texts {
		m := mailstore.NewMessage{Content: content{bytes.NewReader([]byte(text))}}
		if _, err := account.Append(context.Background(), inbox, []mailstore.NewMessage{m}); err != nil {
			t.Fatal(err)
		}
	}
}

// conn is a connection whose encryption is only said to be.
type conn struct {
	net.Conn
	address   netip.Addr
	plaintext bool
	tls       bool

	mu      sync.Mutex
	stopped bool
	waiting bool
}

func (c *conn) Address() netip.Addr    { return c.address }
func (c *conn) PlaintextAllowed() bool { return c.plaintext }
func (c *conn) CanStartTLS() bool      { return c.tls }

func (c *conn) StartTLS(context.Context) error {
	c.tls, c.plaintext = false, true
	return nil
}

func (c *conn) Await(deadline time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped {
		return io.ErrClosedPipe
	}
	c.waiting = true
	return c.SetReadDeadline(deadline)
}

func (c *conn) Begun() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = false
}

func (c *conn) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped = true; c.waiting {
		_ = c.SetReadDeadline(time.Unix(1, 0))
	}
}

// serve runs a server on one end of a pipe, and gives the other. ended is closed when the session is over.
func serve(t testing.TB, s *pop3.Server, c *conn) (client net.Conn, ended chan struct{}) {
	t.Helper()
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	s.Greeting = "ready"
	client, c.Conn = net.Pipe()
	ended = make(chan struct{})
	go func() {
		defer close(ended)
		s.Serve(context.Background(), c)
		_ = c.Close()
	}()
	t.Cleanup(func() { _ = client.Close(); <-ended })
	return client, ended
}
