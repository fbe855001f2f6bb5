package scenarios_test

import (
	"slices"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// wantCode ends the test unless an operation ended with a code.
func wantCode(t *testing.T, err error, want mapi.Code) {
	t.Helper()
	if got := mapi.CodeOf(err); got != want {
		t.Fatalf("%v (%v), want %v", got, err, want)
	}
}

// TestStoreOfADeletedUser: it stays as an orphan, can be given to somebody else and be removed.
func TestStoreOfADeletedUser(t *testing.T) { onEngines(t, testStoreOfADeletedUser) }

func testStoreOfADeletedUser(t *testing.T, i *servertest.Instance) {
	ctx := t.Context()
	alice, admin := newMailbox(t, i, "alice", 0)
	bob, _ := newMailbox(t, i, "bob", 0)
	inbox, err := alice.session.ReceiveFolder(ctx, alice.EntryID, "IPM.Note")
	wantCode(t, err, mapi.OK)
	_, err = alice.session.CreateMessage(ctx, inbox, &client.Message{Props: mapi.Props{mapi.String(mapi.PrSubject, "kept")}})
	wantCode(t, err, mapi.OK)

	wantCode(t, admin.RemoveStore(ctx, alice.GUID), mapi.Collision)
	wantCode(t, admin.DeleteUser(ctx, alice.user), mapi.OK)
	_, err = alice.session.LoadObject(ctx, alice.EntryID)
	if err == nil {
		t.Error("the session of a deleted user goes on")
	}
	orphan := func() bool {
		list, err := admin.Stores(ctx)
		wantCode(t, err, mapi.OK)
		at := slices.IndexFunc(list, func(s client.StoreInfo) bool { return s.GUID == alice.GUID })
		return at >= 0 && list[at].UserName == ""
	}
	if !orphan() {
		t.Error("the store is not listed without a user")
	}
	name, err := admin.StoreName(ctx, alice.EntryID)
	wantCode(t, err, mapi.OK)
	if name != "Inbox for a removed user" {
		t.Errorf("its name is %q", name)
	}
	_, err = bob.session.StoreByGUID(ctx, alice.GUID)
	wantCode(t, err, mapi.NoAccess)

	// Bob gets it and loses his own, which is an orphan then.
	wantCode(t, admin.HookStore(ctx, mapi.StorePrivate, bob.user.EntryID, alice.GUID), mapi.OK)
	st, err := bob.session.Store(ctx)
	wantCode(t, err, mapi.OK)
	if st.GUID != alice.GUID {
		t.Error("bob's store is still the old one")
	}
	o, err := bob.session.LoadObject(ctx, inbox)
	wantCode(t, err, mapi.OK)
	if o.Props.Uint32(mapi.PrRights) != uint32(mapi.RightsAll) || o.Props.Uint32(mapi.PrContentCount) != 1 {
		t.Errorf("rights %#x, %d messages", o.Props.Uint32(mapi.PrRights), o.Props.Uint32(mapi.PrContentCount))
	}
	wantCode(t, admin.HookStore(ctx, mapi.StorePrivate, bob.user.EntryID, alice.GUID), mapi.Collision)
	wantCode(t, admin.UnhookStore(ctx, mapi.StorePrivate, bob.user.EntryID), mapi.OK)
	_, err = bob.session.Store(ctx)
	wantCode(t, err, mapi.NotFound)
	wantCode(t, admin.UnhookStore(ctx, mapi.StorePrivate, bob.user.EntryID), mapi.NotFound)
	wantCode(t, bob.session.RemoveStore(ctx, alice.GUID), mapi.NoAccess)
	wantCode(t, admin.RemoveStore(ctx, alice.GUID), mapi.OK)
	wantCode(t, admin.RemoveStore(ctx, alice.GUID), mapi.NotFound)
	wantCode(t, admin.HookStore(ctx, mapi.StorePrivate, bob.user.EntryID, alice.GUID), mapi.NotFound)
	wantCode(t, admin.HookStore(ctx, mapi.StoreArchive, bob.user.EntryID, bob.GUID), mapi.InvalidType)
	wantCode(t, admin.HookStore(ctx, mapi.StorePrivate, bob.user.EntryID, bob.GUID), mapi.OK)
	wantCode(t, admin.PurgeSoftDelete(ctx, 365), mapi.OK)
	_, err = admin.LoadObject(ctx, inbox)
	wantCode(t, err, mapi.NotFound)
}

// TestSecondStores: one private store a user, an archive beside it, and one public store.
func TestSecondStores(t *testing.T) { onEngines(t, testSecondStores) }

func testSecondStores(t *testing.T, i *servertest.Instance) {
	ctx := t.Context()
	alice, admin := newMailbox(t, i, "alice", 0)
	bob, _ := newMailbox(t, i, "bob", 0)
	create := func(s *client.Session, storeType uint32, owner []byte) (mapi.EntryID, error) {
		guid := mapi.NewGUID()
		id := mapi.NewEntryID(guid, mapi.TypeStore)
		return id, s.Do(ctx, func(session uint64) wire.Request {
			return &wire.CreateStoreRequest{SessionID: session, StoreType: storeType, SUserID: owner, StoreID: id, RootID: mapi.NewEntryID(guid, mapi.TypeFolder)}
		}, new(wire.CreateStoreResponse), nil)
	}
	_, err := create(admin, mapi.StorePrivate, alice.user.EntryID)
	wantCode(t, err, mapi.Collision)
	_, err = create(alice.session, mapi.StoreArchive, alice.user.EntryID)
	wantCode(t, err, mapi.NoAccess)
	archive, err := create(admin, mapi.StoreArchive, alice.user.EntryID)
	wantCode(t, err, mapi.OK)
	for _, tt := range []struct {
		storeType uint32
		want      mapi.EntryID
		code      mapi.Code
	}{{mapi.StorePrivate, alice.EntryID, mapi.OK}, {mapi.StoreArchive, archive, mapi.OK}, {mapi.StorePublic, nil, mapi.NotFound}} {
		st, err := bob.session.UserStore(ctx, "ALICE", tt.storeType)
		wantCode(t, err, tt.code)
		if err == nil && !slices.Equal(st.EntryID, tt.want) {
			t.Errorf("type %d: another store", tt.storeType)
		}
	}
	name, err := admin.StoreName(ctx, archive)
	wantCode(t, err, mapi.OK)
	if name != "Archive - alice Example" {
		t.Errorf("name of the archive %q", name)
	}
	_, err = bob.session.PublicStore(ctx)
	wantCode(t, err, mapi.NotFound)
	_, err = admin.CreatePublicStore(ctx)
	wantCode(t, err, mapi.OK)
	_, err = admin.CreatePublicStore(ctx)
	wantCode(t, err, mapi.Collision)
	public, err := bob.session.PublicStore(ctx)
	wantCode(t, err, mapi.OK)
	everyone := client.Everyone().EntryID
	wantCode(t, admin.UnhookStore(ctx, mapi.StorePublic, everyone), mapi.OK)
	_, err = bob.session.PublicStore(ctx)
	wantCode(t, err, mapi.NotFound)
	wantCode(t, admin.HookStore(ctx, mapi.StorePublic, everyone, public.GUID), mapi.OK)
	_, err = bob.session.UserStore(ctx, "nobody", mapi.StorePrivate)
	wantCode(t, err, mapi.NotFound)
}
