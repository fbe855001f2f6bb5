package client

import (
	"context"
	"errors"
	"sync"
	"time"

	"zarafa/mapi"
	"zarafa/wire"
)

// SessionGroup holds the sessions of a program that works for many users: one for each user, however many ask for it, all in one session
// group, so that a single long poll fetches the events of all of them and keeps them alive (wire.md section 10).
//
// The program logs on as an administrator who becomes the users; whether a user may do what he asks for is then the server's to say,
// and whether he is who he says [SessionGroup.CheckPassword]'s. A SessionGroup may be used by several goroutines, of which one runs [SessionGroup.Run].
type SessionGroup struct {
	options Options
	first   *Session // polls

	mu            sync.Mutex
	sessions      map[string]*member // by user
	subscriptions map[uint32]*Subscription
	connection    uint32 // last number given to a subscription
	closed        bool
}

// member is a session of a group.
type member struct {
	ready   chan struct{} // closed when session or err is set
	session *Session
	err     error
	users   int // who hold it
	since   time.Time
}

// retryPoll is how long after a failure the next poll begins.
const retryPoll = time.Second

// NewSessionGroup logs on as the administrator that o names, with a new session group unless o has one.
func NewSessionGroup(ctx context.Context, o Options) (*SessionGroup, error) {
	if o.Buffers == nil {
		o.Buffers = NewBuffers()
	}
	if o.Names == nil {
		o.Names = NewNames()
	}
	if o.Group == 0 {
		o.Group = randomGroup()
	}
	g := &SessionGroup{options: o, sessions: make(map[string]*member), subscriptions: make(map[uint32]*Subscription)}
	var err error
	g.first, err = g.logOn(ctx, o.User) // in the way of the others: a group reaches no further than one way of logging on
	return g, err
}

func (g *SessionGroup) logOn(ctx context.Context, user string) (*Session, error) {
	o := g.options
	o.Impersonate = user
	s, err := LogOn(ctx, o)
	if err == nil {
		s.renewed = g.subscribeAgain
	}
	return s, err
}

// Admin is the administrator's session.
func (g *SessionGroup) Admin() *Session { return g.first }

// CheckPassword reports LOGON_FAILED unless a user has the password. The address is where he comes from.
func (g *SessionGroup) CheckPassword(ctx context.Context, user, password, address string) error {
	o := g.options
	o.User, o.Password, o.Impersonate, o.NoUnixAuth, o.ClientAddress, o.checkOnly = user, password, "", true, address, true
	s, err := LogOn(ctx, o)
	if err != nil {
		return err
	}
	s.http.Close() // there is no session
	return nil
}

// Session is the session of a user; who has got it gives it back by Release. Several may have it at the same time.
func (g *SessionGroup) Session(ctx context.Context, user string) (*Session, error) {
	for {
		s, mine, err := g.session(ctx, user)
		// Who waits for another's log-on does not end with him.
		if err == nil || mine || ctx.Err() != nil || !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
			return s, err
		}
	}
}

// session is Session. mine says that nobody else has logged on.
func (g *SessionGroup) session(ctx context.Context, user string) (s *Session, mine bool, err error) {
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return nil, true, mapi.Errorf(mapi.EndOfSession, "session group", "the group is closed")
	}
	m := g.sessions[user]
	mine = m == nil
	if mine {
		m = &member{ready: make(chan struct{})}
		g.sessions[user] = m
	}
	m.users++
	g.mu.Unlock()
	if mine {
		session, err := g.logOn(ctx, user)
		g.mu.Lock()
		m.session, m.err = session, err
		g.mu.Unlock()
		if err != nil {
			g.drop(user, m)
		}
		close(m.ready)
	}
	select {
	case <-m.ready:
		return m.session, mine, m.err
	case <-ctx.Done():
		g.mu.Lock()
		m.users--
		g.mu.Unlock()
		return nil, mine, ctx.Err()
	}
}

// drop forgets a session that was never there.
func (g *SessionGroup) drop(user string, m *member) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.sessions[user] == m {
		delete(g.sessions, user)
	}
}

// Release gives a session back. It stays logged on until CloseIdle.
func (g *SessionGroup) Release(s *Session, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, m := range g.sessions {
		if m.session == s {
			m.users--
			m.since = now
		}
	}
}

// CloseIdle logs off the sessions that nobody has had since a time; the poll would keep them alive for ever.
func (g *SessionGroup) CloseIdle(ctx context.Context, since time.Time) error {
	var idle []*Session
	g.mu.Lock()
	for user, m := range g.sessions {
		if m.users <= 0 && m.session != nil && m.since.Before(since) {
			idle = append(idle, m.session)
			delete(g.sessions, user)
		}
	}
	g.forget(idle...)
	g.mu.Unlock()
	var errs []error
	for _, s := range idle {
		errs = append(errs, s.Close(ctx))
	}
	return errors.Join(errs...)
}

// forget drops the subscriptions of sessions that end. The caller holds the lock.
func (g *SessionGroup) forget(sessions ...*Session) {
	for _, s := range sessions {
		for number, sub := range g.subscriptions {
			if sub.session == s {
				delete(g.subscriptions, number)
			}
		}
	}
}

// Close logs all sessions off; Run returns then.
func (g *SessionGroup) Close(ctx context.Context) error {
	g.mu.Lock()
	g.closed = true
	members := g.sessions
	g.sessions = make(map[string]*member)
	clear(g.subscriptions)
	g.mu.Unlock()
	var errs []error
	for _, m := range members {
		<-m.ready
		if m.session != nil {
			errs = append(errs, m.session.Close(ctx))
		}
	}
	return errors.Join(append(errs, g.first.Close(ctx))...)
}

// Run polls and hands each event to the subscription that it is for, one after the other, until ctx ends or the group is closed. A server
// that is away is waited for.
func (g *SessionGroup) Run(ctx context.Context) error {
	for {
		id := g.first.ID()
		events, err := g.first.Poll(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		switch code := mapi.CodeOf(err); {
		case err == nil:
			g.dispatch(events)
			continue
		case g.isClosed():
			return nil
		case code == mapi.CallKeepalive:
			continue
		case code == mapi.EndOfSession:
			if err = g.revive(ctx, id); err == nil {
				continue
			}
		case code != mapi.NetworkError && code != mapi.ServerNotResponding:
			return err
		}
		if err := pause(ctx, retryPoll); err != nil {
			return err
		}
	}
}

func (g *SessionGroup) isClosed() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closed
}

// pause waits, but not beyond the end of ctx.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// revive logs on again after the server has ended the polling session. The others have likely ended with it: a call that does nothing
// finds out, and whichever has logs on again.
func (g *SessionGroup) revive(ctx context.Context, lost uint64) error {
	if err := g.first.renew(ctx, lost); err != nil {
		return err
	}
	g.mu.Lock()
	var others []*Session
	for _, m := range g.sessions {
		if m.session != nil {
			others = append(others, m.session)
		}
	}
	g.mu.Unlock()
	for _, s := range others {
		err := s.Do(ctx, func(session uint64) wire.Request {
			return &wire.NotifyUnSubscribeRequest{SessionID: session} // no subscription has the number 0
		}, new(wire.NotifyUnSubscribeResponse), nil)
		if err != nil {
			return err
		}
	}
	return nil
}

// dispatch hands events to their subscriptions.
func (g *SessionGroup) dispatch(events []Event) {
	for _, e := range events {
		g.mu.Lock()
		sub := g.subscriptions[e.Connection]
		g.mu.Unlock()
		if sub != nil {
			sub.handle(e)
		}
	}
}
