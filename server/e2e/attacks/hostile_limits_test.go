package attacks_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// TestHostileLimits has one user take everything that there is a limit on. In the end she is refused, and nobody else is.
func TestHostileLimits(t *testing.T) {
	instance := servertest.Start(t, "sqlite", "max_sessions_per_user = 2000\n")
	alice, bob := addMailbox(t, instance, "alice"), addMailbox(t, instance, "bob")
	ask := func(m *mailbox, req wire.Request) error {
		return m.Session.Do(t.Context(), func(id uint64) wire.Request { e2e.SetSession(req, id); return req }, wire.NewResponse(req.Op()), nil)
	}
	for what, one := range map[string]func(m *mailbox, n int) error{
		"tables": func(m *mailbox, n int) error {
			return ask(m, &wire.TableOpenRequest{EntryID: m.Folder, TableType: mapi.TableMS, Type: uint32(mapi.TypeMessage)})
		},
		"bookmarks": func(m *mailbox, n int) error {
			return ask(m, &wire.TableCreateBookmarkRequest{TableID: m.Table})
		},
		"subscriptions": func(m *mailbox, n int) error {
			return ask(m, &wire.NotifySubscribeRequest{NotifySubscribe: &wire.NotifySubscribe{Connection: uint32(n), Key: m.Folder, EventMask: mapi.EventModified}})
		},
		"subscriptions to a table": func(m *mailbox, n int) error {
			return ask(m, &wire.NotifySubscribeRequest{NotifySubscribe: &wire.NotifySubscribe{
				Connection: uint32(100_000 + n), Key: binary.LittleEndian.AppendUint32(nil, m.Table), EventMask: mapi.EventTableModified}})
		},
		"named properties": func(m *mailbox, n int) error {
			names := make([]wire.NamedProp, 100)
			for i := range names {
				names[i] = wire.NamedProp{String: wire.Text(fmt.Sprintf("%s %d %d", m.User.Name, n, i)), GUID: make([]byte, 16)}
			}
			return ask(m, &wire.GetIDsFromNamesRequest{NamedProps: names, Flags: 2})
		},
		"sessions": func(m *mailbox, n int) error {
			s, err := client.LogOn(t.Context(), client.Options{Endpoint: instance.Endpoint(), User: m.User.Name})
			if err == nil {
				t.Cleanup(func() { s.Close(context.Background()) })
			}
			return err
		},
	} {
		t.Run(what, func(t *testing.T) {
			const tooMany = 20_000
			for n := 1; ; n++ {
				err := one(alice, n)
				if code := mapi.CodeOf(err); slices.Contains([]mapi.Code{mapi.NotEnoughMemory, mapi.UnableToComplete, mapi.LogonFailed}, code) {
					t.Logf("refused after %d", n-1)
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				if n == tooMany {
					t.Fatalf("one user can have more than %d", tooMany)
				}
			}
			if err := one(bob, 1); err != nil {
				t.Errorf("somebody else is refused: %v", err)
			}
		})
	}
}
