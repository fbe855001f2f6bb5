package session_test

import (
	"testing"
	"testing/synctest"
	"time"

	"zarafa/mapi"
	"zarafa/server/session"
)

func newManager(perUser int) *session.Manager {
	return session.NewManager(session.Limits{Timeout: 5 * time.Minute, PerUser: perUser, SourceCheck: true}, time.Now)
}

func mustCreate(t *testing.T, m *session.Manager, user uint32, group uint64) *session.Session {
	t.Helper()
	s, err := m.Create(user, group, mapi.CapUnicode|mapi.CapLargeSessionID, session.Client{Source: "192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSessionBelongsToItsSource(t *testing.T) {
	m := newManager(0)
	s := mustCreate(t, m, 3, 0)
	if _, _, err := m.Begin(s.ID, "192.0.2.2"); mapi.CodeOf(err) != mapi.EndOfSession {
		t.Errorf("call from another address: %v", err)
	}
	if _, _, err := m.Begin(s.ID+1, "192.0.2.1"); mapi.CodeOf(err) != mapi.EndOfSession {
		t.Errorf("unknown id: %v", err)
	}
	got, done, err := m.Begin(s.ID, "192.0.2.1")
	if err != nil || got != s {
		t.Fatalf("own address: %v %v", got, err)
	}
	done()
}

func TestEndWaitsForRunningCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newManager(0)
		s := mustCreate(t, m, 3, 0)
		_, done, err := m.Begin(s.ID, "192.0.2.1")
		if err != nil {
			t.Fatal(err)
		}
		released := false
		s.OnEnd(func() { released = true })
		go m.End(s)
		synctest.Wait()
		if released {
			t.Error("released while a call was running")
		}
		select {
		case <-s.Done():
		default:
			t.Error("the running call was not told")
		}
		done()
		synctest.Wait()
		if !released {
			t.Error("not released after the call")
		}
		late := false
		s.OnEnd(func() { late = true })
		if !late {
			t.Error("OnEnd of an ended session must run at once")
		}
	})
}

func TestExpireSparesTheGroupOfAPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newManager(0)
		polling, sibling, idle := mustCreate(t, m, 3, 7), mustCreate(t, m, 3, 7), mustCreate(t, m, 3, 8)
		time.Sleep(4 * time.Minute)
		m.Touch(polling)
		time.Sleep(2 * time.Minute)
		m.Expire()
		for _, s := range []*session.Session{polling, sibling} {
			if _, done, err := m.Begin(s.ID, "192.0.2.1"); err != nil {
				t.Errorf("session of a polling group expired: %v", err)
			} else {
				done()
			}
		}
		if _, _, err := m.Begin(idle.ID, "192.0.2.1"); err == nil {
			t.Error("idle session is still there")
		}
	})
}

// TestExpireSparesRunningCalls: a session is not idle while one of its calls runs, and its time begins when the last has returned.
func TestExpireSparesRunningCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newManager(0)
		s := mustCreate(t, m, 3, 0)
		var done []func()
		for range 2 {
			_, end, err := m.Begin(s.ID, "192.0.2.1")
			if err != nil {
				t.Fatal(err)
			}
			done = append(done, end)
		}
		for i, end := range done {
			time.Sleep(time.Hour)
			m.Expire()
			if m.Count() != 1 || s.Context().Err() != nil {
				t.Fatalf("the session has ended with %d of its calls running", len(done)-i)
			}
			end()
		}
		time.Sleep(5 * time.Minute)
		m.Expire()
		if m.Count() != 1 {
			t.Error("the session has ended before its time")
		}
		time.Sleep(time.Second)
		m.Expire()
		if m.Count() != 0 || s.Context().Err() == nil {
			t.Error("the session does not end any more")
		}
	})
}

func TestLimitPerUser(t *testing.T) {
	m := newManager(2)
	first := mustCreate(t, m, 3, 0)
	mustCreate(t, m, 3, 0)
	if _, err := m.Create(3, 0, 0, session.Client{}); mapi.CodeOf(err) != mapi.LogonFailed {
		t.Errorf("third session: %v", err)
	}
	mustCreate(t, m, 4, 0)
	m.End(first)
	m.End(first)
	mustCreate(t, m, 3, 0)
}

func TestSmallIDsForOldClients(t *testing.T) {
	m := newManager(0)
	for range 50 {
		s, err := m.Create(3, 0, mapi.CapUnicode, session.Client{})
		if err != nil || s.ID > 0xFFFFFFFF || s.ID == 0 {
			t.Fatalf("id %d, %v", s.ID, err)
		}
	}
}

// TestEndUser: a password was changed. All sessions of the user are closed for new calls at once, without waiting for those that
// run; those of the group that changed it stay.
func TestEndUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newManager(0)
		own, sibling, stolen, other := mustCreate(t, m, 3, 7), mustCreate(t, m, 3, 7), mustCreate(t, m, 3, 8), mustCreate(t, m, 4, 8)
		alone := mustCreate(t, m, 3, 0)
		_, done, err := m.Begin(stolen.ID, "192.0.2.1")
		if err != nil {
			t.Fatal(err)
		}
		released := false
		stolen.OnEnd(func() { released = true })
		m.EndUser(3, own) // would hang if it waited
		alive := func(s *session.Session) bool {
			_, done, err := m.Begin(s.ID, "192.0.2.1")
			if err == nil {
				done()
			}
			return err == nil
		}
		if alive(stolen) || alive(alone) || !alive(own) || !alive(sibling) || !alive(other) {
			t.Error("the wrong sessions were ended")
		}
		synctest.Wait()
		if released {
			t.Error("released while a call was running")
		}
		done()
		synctest.Wait()
		if !released {
			t.Error("not released after the call")
		}
		zero := mustCreate(t, m, 5, 0)
		another := mustCreate(t, m, 5, 0)
		m.EndUser(5, zero) // group 0 is no group
		if !alive(zero) || alive(another) {
			t.Error("sessions without a group were taken for one")
		}
	})
}
