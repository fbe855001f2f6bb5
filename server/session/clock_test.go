package session

import (
	"testing"
	"time"
	"unsafe"

	"zarafa/mapi"
)

// jump is the time t after somebody has set the machine's clock by d: the wall clock reads other, the monotonic clock does not. The
// time package has no way to make such a time, so this changes the part of it that holds the wall clock, and looks whether it did.
func jump(t *testing.T, at time.Time, d time.Duration) time.Time {
	t.Helper()
	const secondsShift = 30 // of the first word: a flag, 33 bits of seconds, 30 bits of nanoseconds
	jumped := at
	*(*uint64)(unsafe.Pointer(&jumped)) += uint64(int64(d/time.Second) << secondsShift)
	if jumped.Round(0).Sub(at.Round(0)) != d || jumped.Sub(at) != 0 {
		t.Fatal("package time keeps its readings in another way now; this test must learn it")
	}
	return jumped
}

// TestClockJump sets the clock while a session is open. Neither direction ends it, and it still ends when it was really idle.
func TestClockJump(t *testing.T) {
	for _, by := range []time.Duration{24 * time.Hour, -24 * time.Hour} {
		now := time.Now()
		m := NewManager(Limits{Timeout: 5 * time.Minute}, func() time.Time { return now })
		s, err := m.Create(3, 0, mapi.CapLargeSessionID, Client{})
		if err != nil {
			t.Fatal(err)
		}
		now = jump(t, now.Add(time.Minute), by)
		m.Expire()
		if _, done, err := m.Begin(s.ID, ""); err != nil {
			t.Errorf("the clock was set by %v, and the session is gone", by)
		} else {
			done()
		}
		now = now.Add(6 * time.Minute)
		m.Expire()
		if _, _, err := m.Begin(s.ID, ""); err == nil {
			t.Errorf("the clock was set by %v, and an idle session stays", by)
		}
	}
}
