package session

import (
	"testing"

	"zarafa/mapi"
)

func TestQuota(t *testing.T) {
	q := NewQuota(2)
	for i, want := range []bool{true, true, false, false} {
		if q.Take(3) != want {
			t.Errorf("take %d: %v", i+1, !want)
		}
	}
	if !q.Take(4) {
		t.Error("another user pays for it")
	}
	q.Give(3, 1)
	if !q.Take(3) || q.Take(3) {
		t.Error("what was given back cannot be taken once")
	}
	q.Give(3, 2)
	q.Give(4, 1)
	if len(q.have) != 0 {
		t.Errorf("users without anything are remembered: %v", q.have)
	}
	for range 10 {
		if !q.Take(mapi.UserSystem) || !NewQuota(0).Take(3) {
			t.Fatal("refused without a limit")
		}
	}
}
