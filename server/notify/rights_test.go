package notify_test

import (
	"fmt"
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

// Everybody may subscribe to a store, but hears of what he may see, and only as long as he may.
func TestEventsFollowTheRights(t *testing.T) {
	const store, open, closed = 1, 20, 30
	message := func(id, parent uint32) storage.Ref {
		return storage.Ref{ID: id, Store: store, Parent: parent, Type: mapi.TypeMessage, EntryID: mapi.EntryID{byte(id)}}
	}
	event := func(kind feed.Kind, parent, old uint32) feed.Event {
		e := feed.Event{Kind: kind, Object: message(100, parent), ParentEntryID: mapi.EntryID{byte(parent)}}
		if old != 0 {
			e.Old, e.OldParentEntryID = message(99, old), mapi.EntryID{byte(old)}
		}
		return e
	}
	const all = mapi.EventCreated | mapi.EventModified | mapi.EventDeleted | mapi.EventMoved | mapi.EventCopied | mapi.EventNewMail
	for _, tt := range []struct {
		name  string
		event feed.Event
		want  string // type, ids of object, parent, old object and old parent
	}{
		{"created", event(feed.Created, open, 0), "0x4 64 14  "},
		{"created in secret", event(feed.Created, closed, 0), ""},
		{"changed in secret", event(feed.Modified, closed, 0), ""},
		{"deleted in secret", event(feed.Deleted, closed, 0), ""},
		{"moved", event(feed.Moved, open, open), "0x20 64 14 63 14"},
		{"moved out of sight", event(feed.Moved, closed, open), "0x8 63 14  "},
		{"moved into sight", event(feed.Moved, open, closed), "0x4 64 14  "},
		{"moved in secret", event(feed.Moved, closed, closed), ""},
		{"copied", event(feed.Copied, open, open), "0x40 64 14 63 14"},
		{"copied out of sight", event(feed.Copied, closed, open), ""},
		{"copied into sight", event(feed.Copied, open, closed), "0x4 64 14  "},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := newFixture(t, 100)
			s := f.session(7)
			if err := f.subscribe(s, 1, store, all); err != nil {
				t.Fatal(err)
			}
			f.hidden[hidden{s.UserID, closed}] = true // after he subscribed, as when a right is taken away
			f.hub.Apply(&feed.Batch{Store: store, Events: []feed.Event{tt.event}})
			list, err := f.poll(s)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, n := range list {
				got += fmt.Sprintf("%#x %x %x %x %x", n.EventType, n.Obj.EntryID, n.Obj.ParentID, n.Obj.OldID, n.Obj.OldParentID)
			}
			if got != tt.want {
				t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
			}
			f.sessions.End(s)
			synctest.Wait()
		})
	}
}

// New mail is announced to those who may read it.
func TestNewMailFollowsTheRights(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 100)
		s := f.session(7)
		if err := f.subscribe(s, 1, 1, mapi.EventNewMail); err != nil {
			t.Fatal(err)
		}
		for _, folder := range []byte{20, 30} {
			f.hidden[hidden{s.UserID, 30}] = true
			mail := wire.Notification{EventType: mapi.EventNewMail, NewMail: &wire.NotificationNewMail{ParentID: []byte{folder}}}
			if err := f.hub.Notify(&session.Call{Context: t.Context(), Session: s}, &wire.NotifyRequest{Notification: mail}, nil); err != nil {
				t.Fatal(err)
			}
		}
		if list, err := f.poll(s); err != nil || len(list) != 1 || list[0].NewMail.ParentID[0] != 20 {
			t.Errorf("%+v %v", list, err)
		}
		f.sessions.End(s)
		synctest.Wait()
	})
}

// The number of a session group is no secret: it leads to no events of another user, nor of another address.
func TestGroupsAreNotJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := session.NewManager(session.Limits{SourceCheck: true}, time.Now)
		o := make(objects)
		f := &fixture{t, notify.New(notify.Settings{PollTimeout: time.Minute, QueueLimit: 100}, nil, o, m), m, o}
		logOn := func(user uint32, client session.Client) *session.Session {
			s, err := m.Create(user, 7, mapi.CapLargeSessionID, client)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		poll := func(s *session.Session) []uint32 {
			var resp wire.NotifyResponse
			if err := f.hub.NotifyGetItems(&session.Call{Context: t.Context(), Session: s}, &wire.NotifyGetItemsRequest{}, &resp); err != nil {
				t.Error(err)
			}
			return connections(resp.NotificationArray)
		}
		owner := logOn(3, session.Client{Source: "192.0.2.1"})
		agent := logOn(3, session.Client{Source: "192.0.2.9", Impersonator: "gateway"})
		for i, s := range []*session.Session{owner, agent} {
			if err := f.subscribe(s, uint32(i+1), 20, mapi.EventCreated|mapi.EventMessagesOnly); err != nil {
				t.Fatal(err)
			}
		}
		f.hub.Apply(created(100, 20))
		for name, client := range map[string]session.Client{
			"another user":    {Source: "192.0.2.1"},
			"another address": {Source: "192.0.2.2"},
			"another login":   {Source: "192.0.2.9", Impersonator: "other"},
		} {
			user := uint32(3)
			if name == "another user" {
				user = 4
			}
			s := logOn(user, client)
			f.hub.NotifyUnSubscribe(&session.Call{Session: s}, &wire.NotifyUnSubscribeRequest{Connection: 1}, nil)
			if got := poll(s); len(got) != 0 {
				t.Errorf("%s gets %v", name, got)
			}
		}
		if got := poll(logOn(3, session.Client{Source: "192.0.2.1"})); !slices.Equal(got, []uint32{1}) {
			t.Errorf("another session of the client gets %v", got)
		}
		if got := poll(logOn(4, session.Client{Source: "192.0.2.9", Impersonator: "gateway"})); !slices.Equal(got, []uint32{2}) {
			t.Errorf("a session that the same agent has for another user gets %v", got)
		}
		f.hub.Apply(created(101, 20))
		if got := poll(owner); !slices.Equal(got, []uint32{1}) {
			t.Errorf("the owner lost the subscription: %v", got)
		}
		m.Close()
		synctest.Wait()
	})
}
