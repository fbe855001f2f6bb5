package scenarios_test

import (
	"strings"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// TestQuotaSteps: at the soft limit nothing is sent, at the hard one nothing is saved; administrators of the system and
// deleting are not stopped.
func TestQuotaSteps(t *testing.T) { onEngines(t, testQuotaSteps) }

func testQuotaSteps(t *testing.T, i *servertest.Instance) {
	ctx := t.Context()
	alice, admin := newMailbox(t, i, "alice", 0)
	inbox, err := alice.session.ReceiveFolder(ctx, alice.EntryID, "")
	wantCode(t, err, mapi.OK)
	letter := &client.Message{
		Props:      mapi.Props{mapi.String(mapi.PrSubject, "x"), mapi.String(mapi.PrBody, strings.Repeat("x", 10_000))},
		Recipients: []client.Recipient{{Type: mapi.RecipientTo, Name: "Bob", Address: "bob@example.com"}},
	}
	id, err := alice.session.CreateMessage(ctx, inbox, letter)
	wantCode(t, err, mapi.OK)

	status := func() (size int64, state uint32) {
		var resp wire.QuotaStatus
		wantCode(t, alice.session.Do(ctx, func(session uint64) wire.Request {
			return &wire.GetQuotaStatusRequest{SessionID: session}
		}, &resp, nil), mapi.OK)
		return resp.StoreSize, resp.QuotaStatus
	}
	size, _ := status()
	set := func(warn, soft, hard int64) {
		wantCode(t, admin.Do(ctx, func(session uint64) wire.Request {
			return &wire.SetQuotaRequest{SessionID: session, SUserID: alice.user.EntryID, Quota: &wire.Quota{WarnSize: warn, SoftSize: soft, HardSize: hard}}
		}, new(wire.SetQuotaResponse), nil), mapi.OK)
	}
	save := func(s *client.Session) error { _, err := s.CreateMessage(ctx, inbox, letter); return err }
	submit := func() error { return alice.session.SubmitMessage(ctx, id, nil, time.Unix(1, 0)) }
	for _, tt := range []struct {
		name             string
		warn, soft, hard int64
		state            uint32
		submit, save     mapi.Code
	}{
		{"no limits", 0, 0, 0, 0, mapi.OK, mapi.OK},
		{"below all", size * 9, size * 9, size * 9, 0, mapi.OK, mapi.OK},
		{"warned", size, size * 9, 0, 1, mapi.OK, mapi.OK},
		{"soft", 1, size, size * 9, 2, mapi.StoreFull, mapi.OK},
		{"hard", 0, 0, size, 3, mapi.StoreFull, mapi.StoreFull},
	} {
		set(tt.warn, tt.soft, tt.hard)
		if _, got := status(); got != tt.state {
			t.Errorf("%s: state %d, want %d", tt.name, got, tt.state)
		}
		if got := mapi.CodeOf(save(alice.session)); got != tt.save {
			t.Errorf("%s: saving: %v, want %v", tt.name, got, tt.save)
		}
		if tt.save == mapi.StoreFull {
			wantCode(t, alice.session.SetRead(ctx, true, id), mapi.OK)
			wantCode(t, alice.session.CopyMessages(ctx, inbox, id), mapi.StoreFull)
			wantCode(t, alice.session.MoveMessages(ctx, alice.RootID, id), mapi.OK)
			continue // the client saves before it submits
		}
		if got := mapi.CodeOf(submit()); got != tt.submit {
			t.Errorf("%s: submitting: %v, want %v", tt.name, got, tt.submit)
		}
	}
	wantCode(t, save(admin), mapi.OK)
	wantCode(t, alice.session.EmptyFolder(ctx, inbox, 0), mapi.OK)
	if left, _ := status(); left >= 2*size { // the one that was moved stays
		t.Errorf("%d bytes are left after deleting", left)
	}
}
