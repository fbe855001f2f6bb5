package session

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"zarafa/mapi"
)

// After maxFailures wrong passwords for one user within a window, from whatever addresses, no attempt is made before the window is over. The server
// counts by address beside this (logon_failures_max).
const (
	maxFailures = 10
	window      = 5 * time.Minute
	// maxNames bounds the users of whom something is remembered; beyond it the names that nobody knows do not grow the memory.
	maxNames = 100_000
	maxName  = 256
)

// Wait is the error of an attempt that is not made because there were too many.
type Wait struct{ For time.Duration }

// Error says how long to wait.
func (w *Wait) Error() string {
	return fmt.Sprintf("there were too many wrong passwords for this user; try again in %v", w.For)
}

// attempts count wrong passwords by user.
type attempts struct {
	now func() time.Time

	mu     sync.Mutex
	byUser map[string]*failures
}

type failures struct {
	since time.Time
	n     int
}

func newAttempts(now func() time.Time) *attempts {
	return &attempts{now: now, byUser: make(map[string]*failures)}
}

// begin reports whether an attempt may be made.
func (a *attempts) begin(user string) error {
	if len(user) > maxName {
		return &Wait{For: window}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	f := a.byUser[strings.ToLower(user)]
	if f == nil || f.n < maxFailures {
		return nil
	}
	if left := window - a.now().Sub(f.since); left > 0 {
		return &Wait{For: left}
	}
	return nil
}

// failed counts an attempt, if it was the password's fault.
func (a *attempts) failed(user string, err error) {
	if mapi.CodeOf(err) != mapi.LogonFailed {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	user = strings.ToLower(user)
	f := a.byUser[user]
	if f == nil || a.now().Sub(f.since) >= window {
		if f == nil && len(a.byUser) >= maxNames {
			return
		}
		f = &failures{since: a.now()}
		a.byUser[user] = f
	}
	f.n++
}

func (a *attempts) succeeded(user string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.byUser, strings.ToLower(user))
}

func (a *attempts) sweep() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for user, f := range a.byUser {
		if a.now().Sub(f.since) >= window {
			delete(a.byUser, user)
		}
	}
}
