package notify_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/server/notify"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// objects resolves entry ids of one byte: the object's number. What a user may not see is listed.
type objects map[hidden]bool

// hidden is a folder that a user does not see, nor what is in it.
type hidden struct{ user, folder uint32 }

func (o objects) Sees(_ context.Context, user uint32, ref storage.Ref) bool {
	return !o[hidden{user, ref.ID}] && !o[hidden{user, ref.Parent}]
}

func (o objects) SeesFolder(_ context.Context, user, folder uint32) bool {
	return !o[hidden{user, folder}]
}

func (objects) Visible(_ *session.Call, id mapi.EntryID) (storage.Ref, error) {
	if len(id) != 1 {
		return storage.Ref{}, mapi.NotFound
	}
	return storage.Ref{ID: uint32(id[0]), Store: 1 + uint32(id[0])/60}, nil // store 2 begins at 60
}

type fixture struct {
	t        *testing.T
	hub      *notify.Hub
	sessions *session.Manager
	hidden   objects
}

func newFixture(t *testing.T, queue int) *fixture {
	m := session.NewManager(session.Limits{Timeout: time.Hour}, time.Now)
	o := make(objects)
	return &fixture{t, notify.New(notify.Settings{PollTimeout: time.Minute, QueueLimit: queue, SubscriptionsMax: 10}, nil, o, m), m, o}
}

func (f *fixture) session(group uint64) *session.Session {
	s, err := f.sessions.Create(3, group, mapi.CapLargeSessionID, session.Client{})
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

func (f *fixture) subscribe(s *session.Session, connection uint32, object byte, mask uint32) error {
	c := &session.Call{Context: context.Background(), Session: s}
	return f.hub.Subscribe(c, &wire.NotifySubscribe{Connection: connection, Key: []byte{object}, EventMask: mask})
}

// poll waits like a client: as a call that keeps its session.
func (f *fixture) poll(s *session.Session) ([]wire.Notification, error) {
	_, done, err := f.sessions.Begin(s.ID, "")
	if err != nil {
		return nil, err
	}
	defer done()
	var resp wire.NotifyResponse
	err = f.hub.NotifyGetItems(&session.Call{Context: context.Background(), Session: s}, &wire.NotifyGetItemsRequest{}, &resp)
	return resp.NotificationArray, err
}

func created(id, parent uint32) *feed.Batch {
	return &feed.Batch{Store: 1, Events: []feed.Event{{
		Kind:          feed.Created,
		Object:        storage.Ref{ID: id, Store: 1, Parent: parent, Type: mapi.TypeMessage, EntryID: mapi.EntryID{byte(id)}},
		ParentEntryID: mapi.EntryID{byte(parent)},
	}}}
}

func connections(list []wire.Notification) []uint32 {
	out := []uint32{}
	for _, n := range list {
		out = append(out, n.Connection)
	}
	return out
}

func TestMatching(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 100)
		s := f.session(7)
		subscribe := func(connection uint32, object byte, mask uint32) {
			t.Helper()
			if err := f.subscribe(s, connection, object, mask); err != nil {
				t.Fatal(err)
			}
		}
		subscribe(9, 1, mapi.EventCreated)                         // the store
		subscribe(2, 20, mapi.EventCreated)                        // the folder, without the modifier
		subscribe(3, 20, mapi.EventCreated|mapi.EventMessagesOnly) // the folder, for messages below
		subscribe(4, 1, mapi.EventDeleted)
		subscribe(5, 1, mapi.EventCreated|mapi.EventFoldersOnly)
		subscribe(6, 30, mapi.EventCreated)
		f.hub.Apply(created(30, 20))
		got, err := f.poll(s)
		if err != nil || len(got) != 3 || got[0].Connection != 3 || got[1].Connection != 6 || got[2].Connection != 9 {
			t.Errorf("connections %v, error %v, want 3 6 9", connections(got), err)
		}
		if got[0].Obj.ParentID[0] != 20 || got[0].EventType != mapi.EventCreated {
			t.Errorf("event %+v", got[0].Obj)
		}
		f.sessions.End(s)
		synctest.Wait()
	})
}

func TestCountersCanBeIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 100)
		s := f.session(7)
		if err := f.subscribe(s, 1, 20, mapi.EventModified|mapi.EventIgnoreCounters); err != nil {
			t.Fatal(err)
		}
		if err := f.subscribe(s, 2, 20, mapi.EventModified); err != nil {
			t.Fatal(err)
		}
		f.hub.Apply(&feed.Batch{Events: []feed.Event{{Kind: feed.Modified, CountersOnly: true, Object: storage.Ref{ID: 20, Store: 1, Type: mapi.TypeFolder}}}})
		if got, _ := f.poll(s); len(got) != 1 || got[0].Connection != 2 {
			t.Errorf("connections %v, want 2", connections(got))
		}
		f.sessions.End(s)
		synctest.Wait()
	})
}

func TestIdlePollEndsEmpty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 100)
		s := f.session(7)
		start := time.Now()
		got, err := f.poll(s)
		if err != nil || got == nil || len(got) != 0 || time.Since(start) != time.Minute {
			t.Errorf("%v, %v after %v", got, err, time.Since(start))
		}
		f.sessions.End(s)
		synctest.Wait()
	})
}

func TestSecondPollReplacesTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 100)
		s := f.session(7)
		first := make(chan error)
		go func() { _, err := f.poll(s); first <- err }()
		synctest.Wait()
		second := make(chan int)
		if err := f.subscribe(s, 1, 20, mapi.EventCreated|mapi.EventMessagesOnly); err != nil {
			t.Fatal(err)
		}
		go func() { got, _ := f.poll(s); second <- len(got) }()
		if err := <-first; mapi.CodeOf(err) != mapi.NotFound {
			t.Errorf("replaced poll: %v", err)
		}
		synctest.Wait()
		f.hub.Apply(created(30, 20))
		if n := <-second; n != 1 {
			t.Errorf("second poll got %d events", n)
		}
		f.sessions.End(s)
		synctest.Wait()
	})
}

func TestEndOfSessionEndsItsPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 100)
		s := f.session(7)
		done := make(chan error)
		go func() { _, err := f.poll(s); done <- err }()
		synctest.Wait()
		go f.sessions.End(s)
		if err := <-done; mapi.CodeOf(err) != mapi.EndOfSession {
			t.Errorf("poll of an ended session: %v", err)
		}
		synctest.Wait()
	})
}

func TestGroupZeroGetsNoObjectEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 100)
		s := f.session(0)
		if err := f.subscribe(s, 1, 20, mapi.EventCreated|mapi.EventMessagesOnly); err != nil {
			t.Fatal(err)
		}
		f.hub.Apply(created(30, 20))
		if got, _ := f.poll(s); len(got) != 0 {
			t.Errorf("events %v", connections(got))
		}
		f.hub.Push(s, wire.Notification{Connection: 8})
		if got, _ := f.poll(s); len(got) != 1 {
			t.Errorf("pushed table event did not arrive: %v", connections(got))
		}
		f.sessions.End(s)
		synctest.Wait()
	})
}

func TestFullQueueEndsTheGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 3)
		s, other := f.session(7), f.session(8)
		if err := f.subscribe(s, 1, 20, mapi.EventCreated|mapi.EventMessagesOnly); err != nil {
			t.Fatal(err)
		}
		for id := range uint32(10) {
			f.hub.Apply(created(100+id, 20))
		}
		synctest.Wait()
		if _, err := f.poll(s); mapi.CodeOf(err) != mapi.EndOfSession {
			t.Errorf("poll after overflow: %v", err)
		}
		if len(f.sessions.List()) != 1 || f.sessions.List()[0] != other {
			t.Errorf("%d sessions left", len(f.sessions.List()))
		}
		f.sessions.End(other)
		synctest.Wait()
	})
}

// TestAmend: who may have missed an event of a store logs on again, and nobody else has to.
func TestAmend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 3)
		s, other := f.session(7), f.session(8)
		for who, object := range map[*session.Session]byte{s: 20, other: 60} {
			if err := f.subscribe(who, 1, object, mapi.EventCreated|mapi.EventMessagesOnly); err != nil {
				t.Fatal(err)
			}
		}
		f.hub.Amend(1)
		f.hub.Amend(1)
		synctest.Wait()
		if list := f.sessions.List(); len(list) != 1 || list[0] != other {
			t.Errorf("%d sessions left", len(list))
		}
		f.sessions.End(other)
		synctest.Wait()
	})
}

// A client logs on again into its group while calls keep the old sessions, and uses the same numbers.
func TestLogonAfterAFullQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 3)
		var running []func()
		for i := range uint32(2) {
			s := f.session(7)
			_, done, err := f.sessions.Begin(s.ID, "")
			if err != nil {
				t.Fatal(err)
			}
			running = append(running, done)
			if err := f.subscribe(s, 1+i, 20, mapi.EventCreated|mapi.EventMessagesOnly); err != nil {
				t.Fatal(err)
			}
		}
		for id := range uint32(10) {
			f.hub.Apply(created(100+id, 20))
		}
		synctest.Wait()
		again := f.session(7)
		for connection := range uint32(2) {
			if err := f.subscribe(again, 1+connection, 20, mapi.EventCreated|mapi.EventMessagesOnly); err != nil {
				t.Fatal(err)
			}
		}
		f.hub.Apply(created(200, 20))
		if list, err := f.poll(again); err != nil || !slices.Equal(connections(list), []uint32{1, 2}) {
			t.Errorf("after logging on again: %v %v", connections(list), err)
		}
		for _, done := range running {
			done()
		}
		synctest.Wait()
		f.hub.Apply(created(201, 20))
		if list, err := f.poll(again); err != nil || !slices.Equal(connections(list), []uint32{1, 2}) {
			t.Errorf("after the old sessions are gone: %v %v", connections(list), err)
		}
		f.sessions.End(again)
		synctest.Wait()
	})
}

func TestSubscriptionLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 3)
		s := f.session(7)
		var err error
		for i := range uint32(11) {
			err = f.subscribe(s, i, 20, mapi.EventCreated)
		}
		if mapi.CodeOf(err) != mapi.NotEnoughMemory {
			t.Errorf("eleventh subscription: %v", err)
		}
		f.hub.NotifyUnSubscribe(&session.Call{Session: s}, &wire.NotifyUnSubscribeRequest{Connection: 4}, nil)
		if err := f.subscribe(s, 50, 20, mapi.EventCreated); err != nil {
			t.Errorf("after unsubscribing: %v", err)
		}
		f.sessions.End(s)
		synctest.Wait()
	})
}
