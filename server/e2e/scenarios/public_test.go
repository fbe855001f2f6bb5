package scenarios_test

import (
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// TestPublicFolders: everybody may make folders and messages there, and change and delete their own.
func TestPublicFolders(t *testing.T) { onEngines(t, testPublicFolders) }

func testPublicFolders(t *testing.T, i *servertest.Instance) {
	ctx := t.Context()
	bob, admin := newMailbox(t, i, "bob", 0)
	carol, _ := newMailbox(t, i, "carol", 0)
	public, err := admin.CreatePublicStore(ctx)
	wantCode(t, err, mapi.OK)
	o, err := bob.session.LoadObject(ctx, public.EntryID)
	wantCode(t, err, mapi.OK)
	subtree := mapi.EntryID(o.Props.Bytes(mapi.PrIPMSubtreeEntryID))
	note := &client.Message{Props: mapi.Props{mapi.String(mapi.PrSubject, "x"), mapi.String(mapi.PrMessageClass, "IPM.Post")}}
	folder, err := bob.session.CreateFolder(ctx, subtree, client.NewFolder{Name: "Board"})
	wantCode(t, err, mapi.OK)
	bobs, err := bob.session.CreateMessage(ctx, folder, note)
	wantCode(t, err, mapi.OK)
	carols, err := carol.session.CreateMessage(ctx, folder, note)
	wantCode(t, err, mapi.OK)

	change := func(m mailbox, id mapi.EntryID) error {
		return m.session.SetProps(ctx, id, mapi.String(mapi.PrSubject, "y"))
	}
	_, err = carol.session.LoadObject(ctx, bobs)
	wantCode(t, err, mapi.OK)
	wantCode(t, change(carol, bobs), mapi.NoAccess)
	wantCode(t, carol.session.DeleteMessages(ctx, false, bobs), mapi.NoAccess)
	wantCode(t, carol.session.DeleteFolder(ctx, folder, mapi.DelFolders|mapi.DelMessages), mapi.NoAccess)
	wantCode(t, change(carol, folder), mapi.NoAccess)
	wantCode(t, carol.session.Grant(ctx, folder, client.Grant{UserID: carol.user.ID, EntryID: carol.user.EntryID, Rights: mapi.RightsAll}), mapi.NoAccess)
	wantCode(t, change(carol, carols), mapi.OK)
	wantCode(t, change(bob, folder), mapi.OK)
	wantCode(t, change(bob, carols), mapi.NoAccess)
	wantCode(t, bob.session.Grant(ctx, folder, client.Grant{UserID: carol.user.ID, EntryID: carol.user.EntryID, Rights: 0x463}), mapi.OK)
	wantCode(t, change(carol, bobs), mapi.OK)
	wantCode(t, carol.session.DeleteMessages(ctx, false, bobs), mapi.OK)
	wantCode(t, bob.session.DeleteMessages(ctx, true, bobs), mapi.OK)
	wantCode(t, carol.session.DeleteMessages(ctx, true, carols), mapi.OK)
	wantCode(t, bob.session.DeleteFolder(ctx, folder, 0), mapi.OK)
	if o, err = bob.session.LoadObject(ctx, public.EntryID); err != nil || o.Props.Has(mapi.PrMailboxOwnerName.ID()) {
		t.Errorf("the public store is nobody's: %v", err)
	}
}

// TestArchive: its owner reads it and changes nothing.
func TestArchive(t *testing.T) { onEngines(t, testArchive) }

func testArchive(t *testing.T, i *servertest.Instance) {
	ctx := t.Context()
	alice, admin := newMailbox(t, i, "alice", 0)
	guid := mapi.NewGUID()
	store, root := mapi.NewEntryID(guid, mapi.TypeStore), mapi.NewEntryID(guid, mapi.TypeFolder)
	wantCode(t, admin.Do(ctx, func(session uint64) wire.Request {
		return &wire.CreateStoreRequest{SessionID: session, StoreType: mapi.StoreArchive, SUserID: alice.user.EntryID, StoreID: store, RootID: root}
	}, new(wire.CreateStoreResponse), nil), mapi.OK)
	folder, err := admin.CreateFolder(ctx, root, client.NewFolder{Name: "2007"})
	wantCode(t, err, mapi.OK)
	note := &client.Message{Props: mapi.Props{mapi.String(mapi.PrSubject, "x")}}
	id, err := admin.CreateMessage(ctx, folder, note)
	wantCode(t, err, mapi.OK)
	_, err = alice.session.LoadObject(ctx, id)
	wantCode(t, err, mapi.OK)
	_, err = alice.session.CreateMessage(ctx, folder, note)
	wantCode(t, err, mapi.NoAccess)
	_, err = alice.session.CreateFolder(ctx, root, client.NewFolder{Name: "2008"})
	wantCode(t, err, mapi.NoAccess)
	wantCode(t, alice.session.SetProps(ctx, id, mapi.String(mapi.PrSubject, "y")), mapi.NoAccess)
	wantCode(t, alice.session.DeleteMessages(ctx, true, id), mapi.NoAccess)
	wantCode(t, alice.session.SetProps(ctx, folder, mapi.String(mapi.PrComment, "y")), mapi.NoAccess)
	list, err := admin.Stores(ctx)
	wantCode(t, err, mapi.OK)
	found := 0
	for _, s := range list {
		if s.UserName == "alice" {
			found++
		}
	}
	if found != 2 {
		t.Errorf("%d rows of alice in the list of stores, want her store and her archive", found)
	}
}
