package server

import (
	"context"
	"sync"
	"time"

	"zarafa/mapi"
	"zarafa/server/objects"
	"zarafa/server/session"
)

// logonTimesEvery is how often times of log-on go to the stores: a log-on itself writes nothing.
const logonTimesEvery = time.Minute

// logonTimes collects who logged on and off. Programs that work for others log on as SYSTEM all the time, which tells
// nobody anything.
type logonTimes struct {
	mu     sync.Mutex
	byUser map[uint32]objects.LogonTimes
}

func (l *logonTimes) note(user uint32, change func(*objects.LogonTimes)) {
	if user == mapi.UserSystem {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byUser == nil {
		l.byUser = make(map[uint32]objects.LogonTimes)
	}
	times := l.byUser[user]
	change(&times)
	l.byUser[user] = times
}

// take gives what was collected and starts anew.
func (l *logonTimes) take() map[uint32]objects.LogonTimes {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := l.byUser
	l.byUser = nil
	return out
}

// noteLogon remembers a new session, and its end when that comes.
func (s *Server) noteLogon(created *session.Session) {
	user := created.UserID
	s.logons.note(user, func(t *objects.LogonTimes) { t.On = created.Created })
	created.OnEnd(func() { s.logons.note(user, func(t *objects.LogonTimes) { t.Off = s.now() }) })
}

// recordLogons writes the times that were collected; one that cannot be written is lost, which only shows in a list.
func (s *Server) recordLogons(ctx context.Context) {
	for user, times := range s.logons.take() {
		if err := s.objectOperations.RecordLogon(ctx, user, times); err != nil && ctx.Err() == nil {
			s.log.Warn("the time of a log-on could not be noted", "user", user, "error", err)
		}
	}
}
