package objects

import (
	"sync"

	"zarafa/mapi"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/wire"
)

// Locks are the messages that sessions have locked while they send them (objects.md section 7). A lock
// lives in memory and ends with its session.
type Locks struct {
	mu        sync.RWMutex
	byMessage map[uint32]uint64
	bySession map[uint64]map[uint32]struct{}
}

// maxLocksPerSession bounds what a client can make the server remember.
const maxLocksPerSession = 10_000

// NewLocks makes an empty table.
func NewLocks() *Locks {
	return &Locks{byMessage: make(map[uint32]uint64), bySession: make(map[uint64]map[uint32]struct{})}
}

// Locked reports whether any session holds a message.
func (l *Locks) Locked(message uint32) bool { return l.LockedFor(message, 0) }

// LockedFor reports whether a session other than this one holds a message.
func (l *Locks) LockedFor(message uint32, session uint64) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	holder, ok := l.byMessage[message]
	return ok && holder != session
}

// lock gives a message to a session; SUBMITTED if another one has it. first reports whether it is the session's only lock.
func (l *Locks) lock(message uint32, session uint64) (first bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if holder, ok := l.byMessage[message]; ok {
		if holder != session {
			return false, mapi.Errorf(mapi.Submitted, "setLockState", "message %d is locked by another session", message)
		}
		return false, nil
	}
	held := l.bySession[session]
	if len(held) >= maxLocksPerSession {
		return false, mapi.Errorf(mapi.NotEnoughMemory, "setLockState", "the session holds %d locks", len(held))
	}
	if first = held == nil; first {
		held = make(map[uint32]struct{})
		l.bySession[session] = held
	}
	held[message] = struct{}{}
	l.byMessage[message] = session
	return first, nil
}

// unlock takes a message back; SUBMITTED if another session has it. An unlocked one is no error.
func (l *Locks) unlock(message uint32, session uint64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	holder, ok := l.byMessage[message]
	if !ok {
		return nil
	}
	if holder != session {
		return mapi.Errorf(mapi.Submitted, "setLockState", "message %d is locked by another session", message)
	}
	delete(l.byMessage, message)
	delete(l.bySession[session], message)
	return nil
}

// release ends all locks of a session.
func (l *Locks) release(session uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for message := range l.bySession[session] {
		delete(l.byMessage, message)
	}
	delete(l.bySession, session)
}

// SetLockState locks a message for the session, or unlocks it; it needs Owner on the message.
func (s *Service) SetLockState(c *session.Call, req *wire.SetLockStateRequest, _ *wire.SetLockStateResponse) error {
	ref, err := s.message(c.Context, req.EntryID)
	if err != nil {
		return err
	}
	if err := s.check(c, ref, rights.Owner); err != nil {
		return err
	}
	id := c.Session.ID
	if !req.Locked {
		return s.locks.unlock(ref.ID, id)
	}
	first, err := s.locks.lock(ref.ID, id)
	if first {
		c.Session.OnEnd(func() { s.locks.release(id) })
	}
	return err
}
