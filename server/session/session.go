package session

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Client is what a client said about itself and where it came from.
type Client struct {
	Source       string // address that owns the session: IP text, or *:pid-<pid> on a Unix socket
	Proxy        string // address of the proxy in front, if there is one
	Behind       string // address of the user, as a front end that is believed says; "" if it says nothing
	User         string // login name of the session's user
	Impersonator string // who logged on for User, if it was somebody else
	App          string
	AppVersion   string
	AppMisc      string
	Version      string
}

// Session is a log-on: it belongs to one user, one group and one source address, and owns tables, locks
// and subscriptions, which vanish with it.
//
// The exported fields never change after the log-on.
type Session struct {
	ID           uint64
	GroupID      uint64 // 0: the session is a group of its own and gets no object events
	UserID       uint32
	Capabilities uint32
	Client       Client
	Created      time.Time

	group    Group
	manager  *Manager
	ctx      context.Context
	cancel   context.CancelFunc
	lastUse  atomic.Int64 // nanoseconds, see Manager.elapsed
	calls    sync.WaitGroup
	running  atomic.Int32 // calls, for who must not wait for them
	Requests atomic.Uint64
	limited  atomic.Bool

	mu    sync.Mutex
	ended bool
	onEnd []func()
}

// Group is what identifies a session group. The number is the client's choice and no secret: whoever learns another client's must
// not get that client's events, so a group reaches no further than one user, or one administrator who logs on for others, and one source
// address if sessions are bound to theirs.
type Group struct {
	number uint64
	user   uint32 // 0 where somebody logged on for the user
	login  string // who did
	source string
	alone  uint64 // id of a session without a group
}

// Group is the group of the session. A session with the number 0 has one for itself.
func (s *Session) Group() Group { return s.group }

// Has reports whether a capability was agreed on.
func (s *Session) Has(capability uint32) bool { return s.Capabilities&capability != 0 }

// FirstAtLimit reports, the first time it is asked, true: whoever refuses the session something for a limit tells the operator
// once and not at each attempt.
func (s *Session) FirstAtLimit() bool { return !s.limited.Swap(true) }

// Done is closed when the session ends.
func (s *Session) Done() <-chan struct{} { return s.ctx.Done() }

// OnEnd has f called once when the session ends, after its running calls; at once if it has ended.
func (s *Session) OnEnd(f func()) {
	s.mu.Lock()
	if !s.ended {
		s.onEnd = append(s.onEnd, f)
		s.mu.Unlock()
		return
	}
	s.mu.Unlock()
	f()
}

// Idle is the time since the session's last call.
func (s *Session) Idle() time.Duration { return time.Duration(s.manager.elapsed() - s.lastUse.Load()) }

// Context ends with the session.
func (s *Session) Context() context.Context { return s.ctx }

// finish waits for the calls of a session that was removed, and releases what it owned.
func (s *Session) finish() {
	s.calls.Wait()
	s.release()
}

// release calls what registered with OnEnd.
func (s *Session) release() {
	s.mu.Lock()
	s.ended = true
	list := s.onEnd
	s.onEnd = nil
	s.mu.Unlock()
	for _, f := range list {
		f()
	}
}
