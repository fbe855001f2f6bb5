package ics_test

import (
	"slices"
	"testing"
	"time"

	"zarafa/mapi"
	"zarafa/server/notify"
	"zarafa/server/objects"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// Everybody may subscribe to a store. What arrives follows the rights on the folder at the time of the change, for subscriptions to the
// store, to the folder and to its synchronisation, whatever they were when the subscription was made.
func TestEventsOfOthers(t *testing.T) {
	b := newBench(t)
	bob := b.NewMailbox("bob")
	sessions := session.NewManager(session.Limits{}, time.Now)
	defer sessions.Close()
	hub := notify.New(notify.Settings{PollTimeout: time.Hour, QueueLimit: 100}, b.Store, objects.Finder{Tree: b.Tree, Rights: b.Rights}, sessions)
	b.Bus.Add(hub)
	sync := b.newSync(b.folder, 1, normal)
	store, err := b.Tree.Ref(t.Context(), b.folder.Store)
	b.OK(err)
	own := b.NewFolder(bob.User, bob.Root, "Own", mapi.FolderGeneric)

	s, err := sessions.Create(bob.User, 7, mapi.CapLargeSessionID, session.Client{})
	b.OK(err)
	c := &session.Call{Context: t.Context(), Session: s}
	const all = mapi.EventCreated | mapi.EventDeleted | mapi.EventMessagesOnly
	const ofStore, ofFolder, ofSync, last = 1, 2, 3, 4
	b.OK(hub.Subscribe(c, &wire.NotifySubscribe{Connection: ofStore, Key: store.EntryID, EventMask: all}))
	b.Fails(hub.Subscribe(c, &wire.NotifySubscribe{Connection: ofFolder, Key: b.folder.EntryID, EventMask: all}), mapi.NoAccess)
	b.OK(hub.Subscribe(c, &wire.NotifySubscribe{Connection: last, Key: own.EntryID, EventMask: all}))
	heard := func(when string, want ...uint32) {
		t.Helper()
		message := b.NewMessage(b.alice.User, b.folder, "x")
		b.Delete(b.alice.User, 0, message)
		b.NewMessage(bob.User, own, "the last event, so that nobody has to wait")
		var resp wire.NotifyResponse
		b.OK(hub.NotifyGetItems(c, &wire.NotifyGetItemsRequest{}, &resp))
		var got []uint32
		for _, n := range resp.NotificationArray {
			got = append(got, n.Connection)
		}
		slices.Sort(got)
		if got, want := slices.Compact(got), append(want, last); !slices.Equal(got, want) {
			t.Errorf("%s: events of %v, want %v", when, got, want)
		}
	}
	heard("without rights")
	b.grant(b.folder.EntryID, bob.User, mapi.RightFolderVisible|mapi.RightReadAny)
	b.OK(hub.Subscribe(c, &wire.NotifySubscribe{Connection: ofFolder, Key: b.folder.EntryID, EventMask: all}))
	state := wire.NotifySyncState{SyncID: sync.id, ChangeID: b.newest(b.folder)}
	b.OK(hub.Subscribe(c, &wire.NotifySubscribe{Connection: ofSync, EventMask: mapi.EventICSChange, SyncState: state}))
	heard("with rights", ofStore, ofFolder, ofSync)
	b.grant(b.folder.EntryID, bob.User, 0)
	heard("after they were taken away")
}

// newest is the newest change of a folder.
func (b *bench) newest(folder storage.Ref) uint32 {
	id, err := b.Store.MaxChange(b.Context(), folder.SourceKey)
	b.OK(err)
	return id
}
