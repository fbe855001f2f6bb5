package session_test

import (
	"testing"
	"time"

	"zarafa/server/session"
)

// TestSetLimits: new limits hold for the sessions that are there.
func TestSetLimits(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	m := session.NewManager(session.Limits{Timeout: time.Hour, SourceCheck: true}, func() time.Time { return now })
	s, err := m.Create(3, 0, 0, session.Client{Source: "here"})
	if err != nil {
		t.Fatal(err)
	}
	begin := func() error {
		_, done, err := m.Begin(s.ID, "there")
		if err == nil {
			done()
		}
		return err
	}
	if begin() == nil {
		t.Error("called from another address")
	}
	m.SetLimits(session.Limits{Timeout: time.Minute})
	if err := begin(); err != nil {
		t.Errorf("the address counts although it is not checked any more: %v", err)
	}
	now = now.Add(2 * time.Minute)
	m.Expire()
	if begin() == nil {
		t.Error("the old time-out is in force")
	}
}
