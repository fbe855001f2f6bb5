package client_test

import (
	"bytes"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// The queue as a spooler sees it: messages come with what it needs to know, are locked, finished, or taken back by their sender.
func TestQueue(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	alice, st := newUser(t, i, "alice", client.English)
	ids, err := alice.DefaultFolders(t.Context(), st)
	if err != nil {
		t.Fatal(err)
	}
	ctx, now := t.Context(), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	submit := func(subject string, more ...mapi.PropValue) mapi.EntryID {
		t.Helper()
		id, err := alice.CreateMessage(ctx, ids[client.Outbox], &client.Message{
			Props:      append(mapi.Props{mapi.String(mapi.PrSubject, subject), mapi.Long(mapi.PrMessageFlags, mapi.MsgUnsent|mapi.MsgRead)}, more...),
			Recipients: []client.Recipient{{Type: mapi.RecipientTo, Address: "bob@example.net"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := alice.SubmitMessage(ctx, id, ids[client.SentItems], now); err != nil {
			t.Fatal(err)
		}
		return id
	}
	later := mapi.FileTimeOf(now.Add(time.Hour))
	first, second := submit("first"), submit("second", mapi.Time(mapi.PrDeferredSendTime, later))
	spooler := logOn(t, i, client.Options{User: "SYSTEM"})
	queue, err := spooler.OpenQueue(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer queue.Close(ctx)
	if err := queue.Subscribe(ctx, 9); err != nil {
		t.Fatal(err)
	}
	rows, err := queue.Rows(ctx, 10)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d in the queue, %v", len(rows), err)
	}
	a, b := client.QueuedOf(rows[0]), client.QueuedOf(rows[1])
	if !bytes.Equal(a.EntryID, first) || a.Owner != "alice" || !bytes.Equal(a.Store, st.EntryID) || a.Flags != mapi.SubmitMaster|mapi.SubmitDoSentMail ||
		a.Deferred != 0 || a.Submitted != mapi.FileTimeOf(now) || !bytes.Equal(b.EntryID, second) || b.Deferred != later {
		t.Errorf("queued %+v and %+v", a, b)
	}
	third := submit("third")
	events, err := spooler.Poll(ctx)
	if err != nil || len(events) == 0 {
		t.Fatal(err)
	}
	if e := events[0]; e.TableEvent != mapi.TableRowAdded || !bytes.Equal(client.QueuedOf(e.Row).EntryID, third) || client.QueuedOf(e.Row).Owner != "alice" {
		t.Errorf("event %+v", e)
	}
	if err := spooler.SetLock(ctx, first, true); err != nil {
		t.Fatal(err)
	}
	if err := alice.SetLock(ctx, first, true); mapi.CodeOf(err) != mapi.Submitted {
		t.Errorf("a message that the spooler has locked: %v", err)
	}
	if err := spooler.SetLock(ctx, first, false); err != nil {
		t.Error(err)
	}
	if err := spooler.FinishSubmit(ctx, first); err != nil {
		t.Error(err)
	}
	if m, err := alice.LoadMessage(ctx, first); err != nil || m.Props.Uint32(mapi.PrMessageFlags)&(mapi.MsgUnsent|mapi.MsgSubmit|mapi.MsgRead) != mapi.MsgRead {
		t.Errorf("a message that was sent: %v", err)
	}
	if err := alice.AbortSubmit(ctx, second); err != nil {
		t.Error(err)
	}
	for _, id := range []mapi.EntryID{first, second} {
		if err := alice.AbortSubmit(ctx, id); mapi.CodeOf(err) != mapi.NotInQueue {
			t.Errorf("a message that is not in the queue: %v", err)
		}
	}
	if count, _, err := queue.RowCount(ctx); count != 1 || err != nil {
		t.Errorf("%d left in the queue, %v", count, err)
	}
}

// A message that is saved to be sent costs two calls, and is queued once.
func TestSaveOutgoing(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	_, st := newUser(t, i, "alice", client.English)
	s, made := counted(t, i, client.Options{User: "SYSTEM"})
	ids, err := s.DefaultFolders(t.Context(), st)
	if err != nil {
		t.Fatal(err)
	}
	made.take()
	ctx, now := t.Context(), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	m := (&client.Message{
		Props: mapi.Props{mapi.String(mapi.PrSubject, "first")}, Recipients: []client.Recipient{{Type: mapi.RecipientTo, Address: "bob@example.net"}},
	}).MAPI()
	id, err := s.SaveOutgoing(ctx, ids[client.Outbox], ids[client.SentItems], m, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Submit(ctx, id); err != nil {
		t.Fatal(err)
	}
	made.were(t, "sending", "saveObject", "submitMessage")
	if err := s.Submit(ctx, id); err != nil {
		t.Errorf("once more: %v", err)
	}
	if m.Props.Has(mapi.PrClientSubmitTime.ID()) {
		t.Error("the caller's message was changed")
	}
	queue, err := s.OpenQueue(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer queue.Close(ctx)
	rows, err := queue.Rows(ctx, 10)
	if err != nil || len(rows) != 1 || !bytes.Equal(client.QueuedOf(rows[0]).EntryID, id) || client.QueuedOf(rows[0]).Submitted != mapi.FileTimeOf(now) {
		t.Fatalf("queued %v, %v", rows, err)
	}
	saved, err := s.LoadMessage(ctx, id)
	if err != nil || saved.Props.Uint32(mapi.PrMessageFlags)&mapi.MsgUnsent == 0 || !bytes.Equal(saved.Props.Bytes(mapi.PrSentmailEntryID), ids[client.SentItems]) {
		t.Errorf("saved %v, %v", saved, err)
	}
}
