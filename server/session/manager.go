// Package session keeps the log-ons of clients: who they are, from where they may call, and what vanishes
// when they end.
//
// It owns the registry of sessions and their groups' membership, time-outs and the rule that a
// session belongs to its source address (wire.md section 8). It knows neither users nor
// passwords: whoever creates a session has authenticated it.
//
// All methods may be called from any goroutine. A session ends once: by log-off, time-out or
// when the manager closes; what registered with OnEnd is then called, after the calls that
// were running on it have returned.
//
// It refuses more sessions per user than the limit allows, so that a client that loses its
// sessions cannot fill the memory.
package session

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"

	"zarafa/mapi"
	"zarafa/server/internal/contain"
)

// Limits bound what sessions may cost.
type Limits struct {
	Timeout     time.Duration // idle time after which a session ends
	PerUser     int           // sessions one user may have at a time
	SourceCheck bool          // calls must come from the address that logged on
}

// Manager is the registry of sessions.
type Manager struct {
	// Panics, if set before the first session, gets what panics while sessions are ended outside of a call.
	Panics *contain.Reporter

	now   func() time.Time
	start time.Time // what times of use are counted from

	mu       sync.RWMutex
	limits   Limits
	sessions map[uint64]*Session
	groups   map[Group]map[*Session]struct{}
	perUser  map[uint32]int
}

// NewManager makes an empty registry; now is the clock.
func NewManager(limits Limits, now func() time.Time) *Manager {
	return &Manager{
		limits:   limits,
		now:      now,
		start:    now(),
		sessions: make(map[uint64]*Session),
		groups:   make(map[Group]map[*Session]struct{}),
		perUser:  make(map[uint32]int),
	}
}

// SetLimits replaces the limits. Sessions that are there stay, however many.
func (m *Manager) SetLimits(limits Limits) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.limits = limits
}

// elapsed is the time since the manager was made. It is measured by the monotonic clock, so that somebody who sets the
// machine's clock neither ends all sessions nor keeps them for ever.
func (m *Manager) elapsed() int64 { return int64(m.now().Sub(m.start)) }

// Create registers a new session. The id is random; it fits 32 bits for clients without
// CapLargeSessionID.
func (m *Manager) Create(user uint32, group uint64, capabilities uint32, client Client) (*Session, error) {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Session{
		GroupID: group, UserID: user, Capabilities: capabilities, Client: client,
		Created: m.now(), manager: m, ctx: ctx, cancel: cancel,
	}
	s.lastUse.Store(m.elapsed())
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.limits.PerUser > 0 && m.perUser[user] >= m.limits.PerUser {
		cancel()
		return nil, mapi.Errorf(mapi.LogonFailed, "logon", "user %d has %d sessions; see max_sessions_per_user", user, m.perUser[user])
	}
	s.ID = m.freeID(capabilities)
	s.group = m.groupOf(s)
	m.sessions[s.ID] = s
	m.perUser[user]++
	if group != 0 {
		if m.groups[s.group] == nil {
			m.groups[s.group] = make(map[*Session]struct{})
		}
		m.groups[s.group][s] = struct{}{}
	}
	return s, nil
}

// groupOf is the group of a new session; the caller holds mu.
func (m *Manager) groupOf(s *Session) Group {
	if s.GroupID == 0 {
		return Group{alone: s.ID}
	}
	g := Group{number: s.GroupID, user: s.UserID}
	if s.Client.Impersonator != "" {
		g.user, g.login = 0, s.Client.Impersonator
	}
	if m.limits.SourceCheck {
		g.source = s.Client.Source
	}
	return g
}

func (m *Manager) freeID(capabilities uint32) uint64 {
	for {
		id := RandomID()
		if capabilities&mapi.CapLargeSessionID == 0 {
			id &= 0xFFFFFFFF
		}
		if _, taken := m.sessions[id]; id != 0 && !taken {
			return id
		}
	}
}

// RandomID is an unpredictable session id.
func RandomID() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return binary.LittleEndian.Uint64(b[:])
}

// Begin finds the session of a call and keeps it from ending until done is called.
// END_OF_SESSION if it is unknown, has ended or belongs to another address.
func (m *Manager) Begin(id uint64, source string) (s *Session, done func(), err error) {
	m.mu.RLock()
	s = m.sessions[id]
	if s == nil || m.limits.SourceCheck && s.Client.Source != source {
		m.mu.RUnlock()
		return nil, nil, mapi.EndOfSession
	}
	s.calls.Add(1) // under the lock, so that end cannot pass between look-up and count
	s.running.Add(1)
	m.mu.RUnlock()
	s.Requests.Add(1)
	s.lastUse.Store(m.elapsed())
	return s, func() {
		s.lastUse.Store(m.elapsed())
		s.running.Add(-1) // after the time, so that the session is never seen idle since the call began
		s.calls.Done()
	}, nil
}

// Touch counts as a use of every session of the group: a client that polls is alive.
func (m *Manager) Touch(s *Session) {
	now := m.elapsed()
	s.lastUse.Store(now)
	m.mu.RLock()
	defer m.mu.RUnlock()
	for other := range m.groups[s.group] {
		other.lastUse.Store(now)
	}
}

// End removes a session, waits for its running calls and releases what it owned. Ending a session twice is no error.
func (m *Manager) End(s *Session) {
	if m.remove(s) {
		s.finish()
	}
}

// remove takes a session out of the registry and has its waiting calls return; false if somebody else did that.
func (m *Manager) remove(s *Session) bool { return m.removeIf(s, func() bool { return true }) }

// removeIf is remove for a session that condition holds for. No call begins on it between the condition and the removal.
func (m *Manager) removeIf(s *Session, condition func() bool) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sessions[s.ID] != s || !condition() {
		return false
	}
	delete(m.sessions, s.ID)
	if m.perUser[s.UserID]--; m.perUser[s.UserID] <= 0 {
		delete(m.perUser, s.UserID)
	}
	if group := m.groups[s.group]; group != nil {
		delete(group, s)
		if len(group) == 0 {
			delete(m.groups, s.group)
		}
	}
	s.cancel() // a waiting poll returns now
	return true
}

// Expire ends the sessions that were idle for longer than the time-out. One whose call is running is not idle, however long
// the call takes.
func (m *Manager) Expire() {
	m.mu.RLock()
	timeout := m.limits.Timeout
	m.mu.RUnlock()
	limit := m.elapsed() - int64(timeout)
	for _, s := range m.List() {
		if m.removeIf(s, func() bool { return s.running.Load() == 0 && s.lastUse.Load() < limit }) {
			s.finish()
		}
	}
}

// EndUser ends all sessions of a user, because the account is gone or its password changed, except those of the group that keep
// belongs to; nil keeps none. Afterwards no call can begin on them. It does not wait for those that are running: they may be
// ending the caller's own session for the same reason.
func (m *Manager) EndUser(user uint32, keep *Session) {
	for _, s := range m.List() {
		if s.UserID != user || keep != nil && s.group == keep.group {
			continue
		}
		if m.remove(s) {
			go m.Panics.Do("ending a session", s.finish)
		}
	}
}

// List is all sessions, in no order.
func (m *Manager) List() []*Session {
	m.mu.RLock()
	defer m.mu.RUnlock()
	out := make([]*Session, 0, len(m.sessions))
	for _, s := range m.sessions {
		out = append(out, s)
	}
	return out
}

// Count is the number of sessions.
func (m *Manager) Count() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.sessions)
}

// Close ends all sessions.
func (m *Manager) Close() {
	for _, s := range m.List() {
		m.End(s)
	}
}
