//go:build !race

package attacks_test

import (
	"testing"

	"zarafa/client"
	"zarafa/internal/testseed"
	"zarafa/mapi"
	"zarafa/server/e2e"
	"zarafa/server/internal/replay"
	"zarafa/server/servertest"
)

// TestHostileStrangers sends every operation in every variant without a session. Afterwards real clients find the
// server as they would find a new one.
func TestHostileStrangers(t *testing.T) {
	const nobody = 12345678901234567890
	instance := servertest.Start(t, "sqlite", replay.RecordedSettings)
	d, rng, a := loadDescription(t), testseed.New(t), newAttacker(t, instance)
	stranger := &mailbox{Mailbox: &e2e.Mailbox{Object: &client.Object{Children: make([]client.Object, 2)}, Message: make(mapi.EntryID, 48)}}
	values := valuesAbout(3, stranger)
	for _, op := range d.Operations {
		if op.Session == "" {
			continue
		}
		variants(d.request(op, stranger.value(nobody)), values, rng, func(v variant) {
			if got := a.try(op, v); !got.Fault && got.Code == mapi.OK && op.Name != "logoff" {
				t.Errorf("%s, %s: done for somebody without a session", op.Name, v.what)
			}
		})
	}
	t.Logf("%d requests: %v", a.sent, a.codes)
	exceptions, err := replay.LoadExceptions("../../internal/replay/exceptions.txt")
	if err != nil {
		t.Fatal(err)
	}
	result, err := replay.Run(t.Context(), replay.Config{UnixPath: instance.UnixPath, TCPAddr: instance.TCPAddr, Exceptions: exceptions}, "../../../wire/testdata/traces", "01")
	if err != nil {
		t.Fatal(err)
	}
	result.Stale = nil // what one scenario does not need, others do
	if !result.OK() {
		result.Print(t.Output(), 20)
		t.Error("recorded clients are answered differently afterwards")
	}
}

// TestHostileUsers sends every operation in every variant in the session of a user, and in one of an administrator.
func TestHostileUsers(t *testing.T) {
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			instance := servertest.Start(t, engine, "")
			alice, bob := addMailbox(t, instance, "alice"), addMailbox(t, instance, "bob")
			hostileSession(t, instance, "user", alice, bob, func() uint64 { return alice.Session.ID() })
			checkUsable(t, instance, addMailbox(t, instance, "anybody"))
			if engine != servertest.Engines()[0] {
				return // administration is the same for all of them
			}
			admin := e2e.LogOn(t, instance.Endpoint(), "SYSTEM")
			carol, dave := addMailbox(t, instance, "carol"), addMailbox(t, instance, "dave")
			hostileSession(t, instance, "administrator", carol, dave, func() uint64 {
				if _, err := admin.CurrentUser(t.Context()); err != nil { // logs on again if need be
					t.Error(err)
				}
				return admin.ID()
			})
			checkUsable(t, instance, addMailbox(t, instance, "normal"))
		})
	}
}

// hostileSession sends every operation in every variant about a mailbox.
func hostileSession(t *testing.T, instance *servertest.Instance, role string, own, other *mailbox, session func() uint64) {
	// As many are good as are not refused to users, and do not need what the mailbox has not.
	hostileOperations(t, instance, role, own, other, session, func(*operation) bool { return true }, 60)
}
