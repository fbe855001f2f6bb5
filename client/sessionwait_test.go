package client

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// Who waits for another's log-on gets a session although the other gives up, and the other's error if it is the server's.
func TestWaitingForAnothersLogOn(t *testing.T) {
	for _, tt := range []struct {
		name    string
		of      error // the other's log-on
		want    error
		logsOn  bool
		expired bool // who waits has given up as well
	}{
		{"the other gives up", mapi.Errorf(mapi.NetworkError, "logon", "the call ended: %w", context.Canceled), nil, true, false},
		{"the other's time is over", context.DeadlineExceeded, nil, true, false},
		{"the server refuses", mapi.LogonFailed, mapi.LogonFailed, false, false},
		{"both give up", context.Canceled, context.Canceled, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &fakeServer{answer: func(wire.Request) (wire.Response, error) { return nil, mapi.NoSupport }}
			first := f.start(t)
			g := &SessionGroup{options: first.options, first: first, sessions: make(map[string]*member)}
			other := &member{ready: make(chan struct{}), users: 1}
			g.sessions["alice"] = other
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			type result struct {
				s   *Session
				err error
			}
			waited := make(chan result, 1)
			go func() {
				s, err := g.Session(ctx, "alice")
				waited <- result{s, err}
			}()
			for waiting := false; !waiting; runtime.Gosched() {
				g.mu.Lock()
				waiting = other.users == 2
				g.mu.Unlock()
			}
			if tt.expired {
				cancel()
			}
			g.mu.Lock()
			other.err = tt.of
			g.mu.Unlock()
			g.drop("alice", other)
			close(other.ready)
			got := <-waited
			if !errors.Is(got.err, tt.want) || (got.s != nil) != tt.logsOn {
				t.Errorf("session %v, %v, want %v", got.s, got.err, tt.want)
			}
		})
	}
}
