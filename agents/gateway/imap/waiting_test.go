package imap

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zarafa/agents/gateway/mailstore/memory"
)

// onlyReader keeps io.Copy to a small buffer of the reader's.
type onlyReader struct{ io.Reader }

const toIdle = "a LOGIN user secret\r\nb SELECT INBOX\r\nc FETCH 1 BODY[]\r\nd IDLE\r\n"

// Connections that wait hold no buffers.
func TestBuffersWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Options{})
		store.AddUser("user", "secret")
		server := New(store, Options{})
		var sessions []*session
		var conns []net.Conn
		for range 50 {
			ours, theirs := net.Pipe()
			s := newSession(server, theirs, ConnInfo{Secure: true})
			go s.serve(context.Background())
			go func() { _, _ = io.Copy(io.Discard, onlyReader{ours}) }()
			_, _ = io.WriteString(ours, toIdle)
			synctest.Wait()
			sessions, conns = append(sessions, s), append(conns, ours)
		}
		for _, s := range sessions {
			if s.reader != nil || s.writer != nil {
				t.Fatal("a connection that waits holds a buffer")
			}
			if s.selection == nil {
				t.Fatal("no mailbox was selected")
			}
		}
		for _, c := range conns {
			_ = c.Close()
		}
	})
}

// A change that comes between the last look at the mailbox and the wait ends the wait; one that comes while something else waits is not lost.
func TestNoChangeIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, theirs := net.Pipe()
		s := newSession(New(memory.New(memory.Options{}), Options{}), theirs, ConnInfo{})
		s.wake()
		if changed, err := s.wait(true); !changed || err != nil {
			t.Errorf("a change before the wait: %v, %v", changed, err)
		}
		go s.wake()
		if changed, err := s.wait(true); !changed || err != nil {
			t.Errorf("a change in the wait: %v, %v", changed, err)
		}
		go s.wake()
		if changed, err := s.wait(false); changed || !errors.Is(err, errIdle) {
			t.Errorf("a change that nobody waits for: %v, %v", changed, err)
		}
		s.logOn = time.Time{}
		if changed, err := s.wait(true); !changed || err != nil {
			t.Errorf("the same afterwards: %v, %v", changed, err)
		}
	})
}

// Who is in IDLE hears something every few minutes, and is told to go after the time that any silent client has.
func TestStillHere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.New(memory.Options{})
		store.AddUser("user", "secret")
		server := New(store, Options{})
		ours, theirs := net.Pipe()
		s := newSession(server, theirs, ConnInfo{Secure: true})
		go s.serve(context.Background())
		heard := make(chan string, 1)
		go func() {
			all, _ := io.ReadAll(ours)
			heard <- string(all)
		}()
		begun := time.Now()
		_, _ = io.WriteString(ours, "a LOGIN user secret\r\nb SELECT INBOX\r\nc IDLE\r\n")
		text := <-heard
		silent := s.idle
		if n, want := strings.Count(text, "* OK Still here\r\n"), int((silent-1)/stillHere); n != want || n < 5 {
			t.Errorf("the client heard it %d times in %v, want %d", n, silent, want)
		}
		if !strings.Contains(text[len(text)-60:], "* BYE") || time.Since(begun) != silent {
			t.Errorf("after %v the end is %q", time.Since(begun), text[len(text)-60:])
		}
	})
}
