package client

import (
	"context"
	"maps"
	"strings"
	"sync"
	"time"
)

// mostMailboxes is how many mailboxes are remembered.
const mostMailboxes = 10_000

// Mailboxes remember mailboxes for a while, so that the next delivery to a user needs no call to find his. What a user changes meanwhile,
// a rule or his out of office, counts from the end of that while on; quotas are enforced by the server in any case. They may be used by
// several goroutines.
type Mailboxes struct {
	session  *Session
	lifetime time.Duration
	now      func() time.Time

	mu    sync.Mutex
	boxes map[string]rememberedMailbox // by the user's name in lower case
}

type rememberedMailbox struct {
	box   *Mailbox
	until time.Time
}

// NewMailboxes makes an empty memory. A lifetime of 0 remembers nothing.
func NewMailboxes(s *Session, lifetime time.Duration, now func() time.Time) *Mailboxes {
	return &Mailboxes{session: s, lifetime: lifetime, now: now, boxes: make(map[string]rememberedMailbox)}
}

// Get is [Session.Mailbox], without a call if the mailbox is remembered. Nobody may change it.
func (m *Mailboxes) Get(ctx context.Context, user string) (*Mailbox, error) {
	name := strings.ToLower(user)
	m.mu.Lock()
	found, ok := m.boxes[name]
	m.mu.Unlock()
	if ok && m.now().Before(found.until) {
		return found.box, nil
	}
	box, err := m.session.Mailbox(ctx, user)
	if err != nil {
		m.Forget(user)
		return nil, err
	}
	m.remember(name, box)
	return box, nil
}

func (m *Mailboxes) remember(name string, box *Mailbox) {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.boxes) >= mostMailboxes {
		maps.DeleteFunc(m.boxes, func(_ string, r rememberedMailbox) bool { return !now.Before(r.until) })
	}
	if len(m.boxes) >= mostMailboxes {
		clear(m.boxes) // rare, and each comes back by one call
	}
	if m.lifetime > 0 {
		m.boxes[name] = rememberedMailbox{box, now.Add(m.lifetime)}
	}
}

// Forget has the next Get ask the server: a delivery that fails with NOT_FOUND may have gone to a mailbox that has moved.
func (m *Mailboxes) Forget(user string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.boxes, strings.ToLower(user))
}
