package imap

import (
	"context"
	"io"
	"net"
	"testing"
	"testing/synctest"

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
