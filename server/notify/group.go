package notify

import (
	"sync"

	"zarafa/server/session"
	"zarafa/wire"
)

// group is the queue of a session group.
type group struct {
	limit   int
	members map[*session.Session]struct{} // under Hub.mu

	mu    sync.Mutex
	queue []wire.Notification
	full  bool
	// polls are the waiting calls, one a session; each is woken through its channel.
	polls map[*session.Session]*poll
}

// giveUp ends the queue, which has missed an event; the caller holds mu.
func (g *group) giveUp() { g.full, g.queue = true, nil }

// miss ends the queue and reports whether that is new.
func (g *group) miss() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.full {
		return false
	}
	g.giveUp()
	return true
}

// poll is one waiting notifyGetItems.
type poll struct {
	wake     chan struct{} // something is queued
	replaced chan struct{} // another poll of the session took its place
}

func newGroup(limit int) *group {
	return &group{limit: limit, members: make(map[*session.Session]struct{}), polls: make(map[*session.Session]*poll)}
}

// push appends an event and wakes the polls; it reports false, once, when the queue overflows.
func (g *group) push(n wire.Notification) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.full {
		return true // the sessions are on their way out
	}
	if len(g.queue) >= g.limit {
		g.giveUp()
		return false
	}
	g.queue = append(g.queue, n)
	for _, p := range g.polls {
		select {
		case p.wake <- struct{}{}:
		default: // woken already
		}
	}
	return true
}

// begin registers a poll, in place of an earlier one of the same session.
func (g *group) begin(s *session.Session) *poll {
	p := &poll{wake: make(chan struct{}, 1), replaced: make(chan struct{})}
	g.mu.Lock()
	defer g.mu.Unlock()
	if old := g.polls[s]; old != nil {
		close(old.replaced)
	}
	g.polls[s] = p
	return p
}

// end removes the poll, if it is still the session's.
func (g *group) end(s *session.Session, p *poll) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.polls[s] == p {
		delete(g.polls, s)
	}
}

// take empties the queue.
func (g *group) take() []wire.Notification {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := g.queue
	g.queue = nil
	return out
}
