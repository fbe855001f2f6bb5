package notify_test

import (
	"slices"
	"testing"
	"testing/synctest"

	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
)

// TestSubscribeMultiIsAllOrNothing: a key of nothing takes the earlier subscriptions back.
func TestSubscribeMultiIsAllOrNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 100)
		s := f.session(7)
		c := &session.Call{Context: t.Context(), Session: s}
		subscribe := func(keys ...string) mapi.Code {
			req := &wire.NotifySubscribeMultiRequest{NotifySubscribeArray: []wire.NotifySubscribe{}}
			for i, key := range keys {
				req.NotifySubscribeArray = append(req.NotifySubscribeArray, wire.NotifySubscribe{
					Connection: uint32(i + 1), Key: []byte(key), EventMask: mapi.EventCreated,
				})
			}
			return mapi.CodeOf(f.hub.NotifySubscribeMulti(c, req, nil))
		}
		if code := subscribe("\x05", "unknown"); code != mapi.NotFound {
			t.Errorf("an unknown key: %v", code)
		}
		f.hub.Apply(created(5, 2))
		if code := subscribe("\x06", "\x01"); code != mapi.OK {
			t.Errorf("good keys: %v", code)
		}
		f.hub.Apply(created(6, 2))
		list, err := f.poll(s)
		if err != nil || !slices.Equal(connections(list), []uint32{1, 2}) {
			t.Errorf("%v %v, want the events of the second call only", connections(list), err)
		}
		unsubscribe := &wire.NotifyUnSubscribeMultiRequest{ConnectionArray: []uint32{1, 99}}
		if err := f.hub.NotifyUnSubscribeMulti(c, unsubscribe, nil); err != nil {
			t.Errorf("an unknown number: %v", err)
		}
		f.hub.Apply(created(6, 2))
		if list, err := f.poll(s); err != nil || !slices.Equal(connections(list), []uint32{2}) {
			t.Errorf("after unsubscribing: %v %v", connections(list), err)
		}
		if err := f.hub.NotifySubscribeMulti(c, &wire.NotifySubscribeMultiRequest{}, nil); mapi.CodeOf(err) != mapi.InvalidParameter {
			t.Errorf("no list: %v", err)
		}
	})
}

// TestNotifyTakesNewMailOnly: clients announce nothing but mail that they delivered.
func TestNotifyTakesNewMailOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, 100)
		s := f.session(7)
		c := &session.Call{Context: t.Context(), Session: s}
		if err := f.subscribe(s, 1, 2, mapi.EventNewMail); err != nil {
			t.Fatal(err)
		}
		mail := &wire.NotificationNewMail{EntryID: []byte{5}, ParentID: []byte{2}, MessageClass: wire.Text("IPM.Note"), MessageFlags: 1}
		for _, tt := range []struct {
			n    wire.Notification
			want mapi.Code
		}{
			{wire.Notification{EventType: mapi.EventCreated, NewMail: mail}, mapi.NoAccess},
			{wire.Notification{EventType: mapi.EventNewMail}, mapi.NoAccess},
			{wire.Notification{EventType: mapi.EventNewMail, NewMail: &wire.NotificationNewMail{ParentID: []byte("unknown")}}, mapi.NotFound},
			{wire.Notification{EventType: mapi.EventNewMail, NewMail: mail}, mapi.OK},
		} {
			if err := f.hub.Notify(c, &wire.NotifyRequest{Notification: tt.n}, nil); mapi.CodeOf(err) != tt.want {
				t.Errorf("%+v: %v, want %v", tt.n, err, tt.want)
			}
		}
		list, err := f.poll(s)
		if err != nil || len(list) != 1 || list[0].NewMail == nil || list[0].NewMail.MessageClass.String != "IPM.Note" {
			t.Errorf("%+v %v", list, err)
		}
	})
}
