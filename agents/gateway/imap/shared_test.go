package imap_test

import (
	"context"
	"net"
	"testing"

	"zarafa/agents/gateway/dialogue"
	"zarafa/agents/gateway/imap"
	"zarafa/agents/gateway/mailstore/memory"
)

// The dialogues that Dovecot has shown to be right.
func TestSharedDialogues(t *testing.T) {
	dialogue.PlayAll(t, func(t *testing.T) dialogue.Server {
		store := memory.New(memory.Options{ModSeq: true, InboxOnly: true})
		store.AddUser("user", "secret")
		server := imap.New(store, imap.Options{MaxFailed: 1000}) // dialogues have many wrong commands
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = listener.Close() })
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				go server.ServeConn(context.Background(), conn, imap.ConnInfo{Secure: true})
			}
		}()
		return dialogue.Server{User: "user", Password: "secret", Dial: func() (net.Conn, error) {
			return net.Dial("tcp", listener.Addr().String())
		}}
	})
}
