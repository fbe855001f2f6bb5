package session

import (
	"errors"
	"strings"
	"testing"
	"time"

	"zarafa/mapi"
)

func TestAttempts(t *testing.T) {
	now := time.Unix(0, 0)
	a := newAttempts(func() time.Time { return now })
	wrong := mapi.Errorf(mapi.LogonFailed, "logon", "no")
	for i := range maxFailures {
		if err := a.begin("Alice"); err != nil {
			t.Fatalf("attempt %d: %v", i, err)
		}
		a.failed("aLICE", wrong)
	}
	w, ok := errors.AsType[*Wait](a.begin("alice"))
	if !ok || w.For != window {
		t.Errorf("%v", w)
	}
	if err := a.begin("bob"); err != nil {
		t.Error(err)
	}
	now = now.Add(window)
	if err := a.begin("alice"); err != nil {
		t.Error(err)
	}
	a.failed("alice", wrong) // the first of a new window
	if err := a.begin("alice"); err != nil {
		t.Error(err)
	}
	for range 2 * maxFailures {
		a.failed("carol", mapi.Errorf(mapi.NetworkError, "logon", "away")) // not the password's fault
	}
	if err := a.begin("carol"); err != nil {
		t.Error(err)
	}
	if err := a.begin(strings.Repeat("x", maxName+1)); err == nil {
		t.Error("a name of any length is taken")
	}
	now = now.Add(window)
	a.sweep()
	if len(a.byUser) != 0 {
		t.Errorf("%d users are remembered", len(a.byUser))
	}
	for i := range 9 {
		a.failed("dave", wrong)
		if i == 8 {
			a.succeeded("dave")
		}
	}
	a.failed("dave", wrong)
	if err := a.begin("dave"); err != nil {
		t.Error(err)
	}
}
