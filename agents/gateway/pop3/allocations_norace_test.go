//go:build !race

package pop3_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/mailstore/memory"
	"zarafa/agents/gateway/pop3"
	"zarafa/agents/gateway/view"
)

// counter is a client that has said everything, and counts what it hears.
type counter struct {
	script
	heard int
}

func (c *counter) Write(b []byte) (int, error) {
	c.heard += len(b)
	return len(b), nil
}

// A session costs the same whatever the size of the mails.
func TestAllocations(t *testing.T) {
	measure := func(size int) float64 {
		store := memory.New(memory.Options{})
		store.AddUser("bob", "secret")
		fill(t, store, "bob", "Subject: x\r\n\r\n"+strings.Repeat(strings.Repeat("x", 70)+"\r\n", size/72))
		s := &pop3.Server{Mailboxes: store, Log: slog.New(slog.DiscardHandler)}
		return testing.AllocsPerRun(5, func() {
			c := &counter{}
			c.in = strings.NewReader("USER bob\r\nPASS secret\r\nRETR 1\r\nTOP 1 5\r\nQUIT\r\n")
			s.Serve(context.Background(), c)
			if c.heard < size {
				t.Fatalf("%d bytes were heard", c.heard)
			}
		})
	}
	if small, large := measure(1000), measure(1<<20); large > small+1 {
		t.Errorf("%v allocations for a small mail, %v for a large one", small, large)
	}
}

// large is a mail store whose inboxes have many messages, and whose own work costs nothing.
type large struct {
	*memory.Store
	snapshot *view.Snapshot
}

type largeAccount struct {
	mailstore.Account
	s *large
}

type largeFolder struct {
	mailstore.Folder
	s *large
}

func (l *large) LogOn(ctx context.Context, c mailstore.Credentials) (mailstore.Account, error) {
	a, err := l.Store.LogOn(ctx, c)
	return largeAccount{a, l}, err
}

func (a largeAccount) Open(ctx context.Context, id mailstore.MailboxID, changed func()) (mailstore.Folder, error) {
	f, err := a.Account.Open(ctx, id, changed)
	return largeFolder{f, a.s}, err
}

func (f largeFolder) Snapshot() *view.Snapshot { return f.s.snapshot }

func (f largeFolder) Fetch(_ context.Context, uids []view.UID, _ mailstore.Items, visit func(*mailstore.Record) error) error {
	r := &mailstore.Record{Size: 1000, EntryID: make([]byte, 48)}
	for _, uid := range uids {
		r.Message.UID = uid
		if err := visit(r); err != nil {
			return err
		}
	}
	return nil
}

// A message of the inbox costs a session one allocation, for its id, however often the client asks for lists.
func TestAllocationsOfManyMessages(t *testing.T) {
	measure := func(n int) float64 {
		store := &large{Store: memory.New(memory.Options{})}
		store.AddUser("bob", "secret")
		var u view.Update
		for uid := range n {
			u.Set = append(u.Set, view.Message{UID: view.UID(uid + 1)})
		}
		store.snapshot = view.NewSnapshot(u)
		s := &pop3.Server{Mailboxes: store, Log: slog.New(slog.DiscardHandler)}
		return testing.AllocsPerRun(5, func() {
			c := &counter{}
			c.in = strings.NewReader("USER bob\r\nPASS secret\r\nUIDL\r\nLIST\r\nSTAT\r\nUIDL\r\nQUIT\r\n")
			s.Serve(context.Background(), c)
			if c.heard < 200*n {
				t.Fatalf("%d bytes were heard", c.heard)
			}
		})
	}
	if few, many := measure(1000), measure(11_000); many > few+10_000+10 {
		t.Errorf("%v allocations for 1,000 messages, %v for 11,000", few, many)
	}
}
