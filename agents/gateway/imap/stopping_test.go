package imap_test

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zarafa/agents/gateway/imap"
	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/mailstore/memory"
)

// slow is a mail store that takes a while to count, unless it is told to end.
type slow struct{ mailstore.Server }

type slowAccount struct{ mailstore.Account }

func (s slow) LogOn(ctx context.Context, c mailstore.Credentials) (mailstore.Account, error) {
	a, err := s.Server.LogOn(ctx, c)
	return slowAccount{a}, err
}

func (a slowAccount) Status(ctx context.Context, id mailstore.MailboxID, want mailstore.StatusItems) (mailstore.Status, error) {
	select {
	case <-time.After(10 * time.Second):
	case <-ctx.Done():
		return mailstore.Status{}, ctx.Err()
	}
	return a.Account.Status(ctx, id, want)
}

// A server that is about to stop finishes the command under way, and begins no other; one that stops ends it.
func TestStopping(t *testing.T) {
	const counted = "* STATUS INBOX (MESSAGES 0)\r\nb OK STATUS completed\r\n"
	for _, about := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			store := memory.New(memory.Options{})
			store.AddUser("user", "secret")
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			stopping, aboutToStop := context.WithCancel(t.Context())
			defer aboutToStop()
			info := newScript(t).info
			info.Stopping = stopping
			ours, theirs := net.Pipe()
			go imap.New(slow{store}, imap.Options{}).ServeConn(ctx, theirs, info)
			got := make(chan string)
			go func() {
				all, _ := io.ReadAll(ours)
				got <- string(all)
			}()
			go func() { _, _ = io.WriteString(ours, "a LOGIN user secret\r\nb STATUS INBOX (MESSAGES)\r\n") }()
			synctest.Wait()
			if about {
				aboutToStop()
			} else {
				stop()
			}
			text := <-got
			if strings.Contains(text, counted) != about || !strings.HasSuffix(text, "* BYE [UNAVAILABLE] The server stops\r\n") {
				t.Errorf("about to stop: %v, got %q", about, text)
			}
		})
	}
}
