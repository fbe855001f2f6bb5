package objects

import (
	"slices"
	"testing"
	"time"

	"zarafa/mapi"
	"zarafa/wire"
)

func tags(n *wire.SaveObject) []mapi.PropTag { return n.DelProps }

// TestNewStoreAsClientsSeeIt compares the properties of a new store and its root with what was recorded.
func TestNewStoreAsClientsSeeIt(t *testing.T) {
	b := newBench(t)
	store := b.load(mapi.UserSystem, b.box[alice])
	want := []mapi.PropTag{
		mapi.PrMessageSizeExtended, mapi.PrCreationTime, mapi.PrLastModificationTime, mapi.PrUserName, mapi.PrUserEntryID,
		mapi.PrQuotaWarningThreshold, mapi.PrQuotaSendThreshold, mapi.PrQuotaReceiveThreshold, mapi.PrMailboxOwnerName,
		mapi.PrMailboxOwnerEntryID, mapi.PrDisplayName, mapi.PrMappingSignature, mapi.PrSortLocaleID, mapi.PrRecordKey, mapi.PrAccessLevel,
	}
	if !slices.Equal(tags(store), want) {
		t.Errorf("store %v", tags(store))
	}
	if got := value(store, mapi.PrDisplayName).Str(); got != "Inbox - Alice Example" {
		t.Errorf("name %q", got)
	}
	root := b.load(mapi.UserSystem, b.root[alice])
	want = []mapi.PropTag{
		mapi.PrCreationTime, mapi.PrLastModificationTime, mapi.PrFolderType, mapi.PrSourceKey, mapi.PrRecordKey,
		mapi.PrParentEntryID, mapi.PrRights, mapi.PrAccess, mapi.PrAccessLevel,
	}
	if !slices.Equal(tags(root), want) || !slices.Equal(value(root, mapi.PrParentEntryID).Data, b.root[alice]) {
		t.Errorf("root %v", tags(root))
	}
	folder := b.load(alice, b.folder(alice, b.root[alice], "Inbox"))
	want = []mapi.PropTag{
		mapi.PrDisplayName, mapi.PrComment, mapi.PrCreationTime, mapi.PrLastModificationTime, mapi.PrFolderType, mapi.PrContentCount,
		mapi.PrContentUnread, mapi.PrSubfolders, mapi.PrAssocContentCount, mapi.PrChangeKey, mapi.PrPredecessorChangeList,
		mapi.PrFolderChildCount, mapi.PrDeletedMsgCount, mapi.PrDeletedFolderCount, mapi.PrDeletedAssocMsgCount,
		mapi.PrParentSourceKey, mapi.PrSourceKey, mapi.PrRecordKey, mapi.PrParentEntryID, mapi.PrRights, mapi.PrAccess, mapi.PrAccessLevel,
	}
	if !slices.Equal(tags(folder), want) {
		t.Errorf("folder %v", tags(folder))
	}
	admin := b.load(mapi.UserSystem, mapi.MakeEntryIDV0(adminGUID, mapi.TypeStore, adminStore))
	want = []mapi.PropTag{
		mapi.PrDisplayName, mapi.PrUserName, mapi.PrUserEntryID, mapi.PrMailboxOwnerName, mapi.PrMailboxOwnerEntryID, mapi.PrDisplayName,
		mapi.PrMappingSignature, mapi.PrSortLocaleID, mapi.PrRecordKey, mapi.PrAccessLevel,
	}
	if !slices.Equal(tags(admin), want) {
		t.Errorf("admin store %v", tags(admin))
	}
}

func TestCreateStoreRefuses(t *testing.T) {
	b := newBench(t)
	make := func(caller, user, storeType uint32, store, root mapi.EntryID) error {
		return b.svc.CreateStore(b.as(caller), &wire.CreateStoreRequest{StoreType: storeType, UlUserID: user, StoreID: store, RootID: root}, nil)
	}
	guid := mapi.NewGUID()
	store, root := mapi.NewEntryID(guid, mapi.TypeStore), mapi.NewEntryID(guid, mapi.TypeFolder)
	b.fails(make(alice, alice, mapi.StoreArchive, store, root), mapi.NoAccess)
	b.fails(make(mapi.UserSystem, alice, mapi.StorePrivate, store, root), mapi.Collision)
	b.fails(make(mapi.UserSystem, root2, mapi.StorePrivate, b.box[alice], b.root[alice]), mapi.Collision)
	b.fails(make(mapi.UserSystem, root2, mapi.StorePrivate, root, store), mapi.InvalidParameter)
	b.fails(make(mapi.UserSystem, root2, mapi.StorePrivate, store, b.root[alice]), mapi.InvalidParameter)
	b.fails(make(mapi.UserSystem, root2, 9, store, root), mapi.InvalidParameter)
	b.fails(make(mapi.UserSystem, 77, 0, store, root), mapi.NotFound)
	b.ok(make(mapi.UserSystem, root2, mapi.StorePrivate, store, root))
}

func TestPublicStore(t *testing.T) {
	b := newBench(t)
	var none wire.GetStoreResponse
	b.fails(b.svc.GetPublicStore(b.as(alice), &wire.GetPublicStoreRequest{}, &none), mapi.NotFound)
	if none.ServerPath.Valid {
		t.Error("no store, no path")
	}
	b.makeStore(mapi.UserEveryone, mapi.StorePublic)
	var got wire.GetStoreResponse
	b.ok(b.svc.GetPublicStore(b.as(alice), &wire.GetPublicStoreRequest{}, &got))
	if !slices.Equal(got.StoreID, b.box[mapi.UserEveryone]) || got.ServerPath.String != "pseudo://Unknown" {
		t.Errorf("got %+v", got)
	}
	store := b.load(mapi.UserSystem, got.StoreID)
	if hasTag(store, mapi.PrMailboxOwnerName) || value(store, mapi.PrDisplayName).Str() != "Public Folders" {
		t.Errorf("public store %v", tags(store))
	}
	folder := b.folder(mapi.UserSystem, got.RootID, "IPM_SUBTREE")
	if o := b.load(alice, folder); value(o, mapi.PrRights).Uint32() != 0x401 || value(o, mapi.PrAccessLevel).Num != 0 {
		t.Errorf("everybody sees and reads, no more: %v", o.ModProps)
	}
	b.fails(b.svc.SubmitMessage(b.as(mapi.UserSystem), &wire.SubmitMessageRequest{EntryID: b.message(mapi.UserSystem, folder, "x", 9)}, nil), mapi.NoAccess)
}

func TestOrphans(t *testing.T) {
	b := newBench(t)
	aliceID, rootID := b.dir.EntryID(b.dir.objects[alice], 0), b.dir.EntryID(b.dir.objects[root2], 0)
	guid := b.guid[alice]
	b.fails(b.svc.UnhookStore(b.as(bob), &wire.UnhookStoreRequest{UserID: aliceID}, nil), mapi.NoAccess)
	b.fails(b.svc.RemoveStore(b.as(mapi.UserSystem), &wire.RemoveStoreRequest{StoreGUID: guid[:]}, nil), mapi.Collision)
	b.ok(b.svc.UnhookStore(b.as(root2), &wire.UnhookStoreRequest{UserID: aliceID}, nil))
	b.fails(b.svc.GetStore(b.as(alice), &wire.GetStoreRequest{}, &wire.GetStoreResponse{}), mapi.NotFound)
	b.fails(b.svc.LoadObject(b.as(bob), &wire.LoadObjectRequest{EntryID: b.folder(mapi.UserSystem, b.root[alice], "x")}, &wire.LoadObjectResponse{}), mapi.NoAccess)
	var found wire.ResolveUserStoreResponse
	b.fails(b.svc.ResolveStore(b.as(alice), &wire.ResolveStoreRequest{StoreGUID: guid[:]}, &found), mapi.NoAccess)
	b.ok(b.svc.ResolveStore(b.as(root2), &wire.ResolveStoreRequest{StoreGUID: guid[:]}, &found))
	if !mapi.EntryID(found.StoreID).Override() {
		t.Error("resolveStore sets the override bit")
	}
	hook := func(user []byte, storeType uint32) error {
		return b.svc.HookStore(b.as(root2), &wire.HookStoreRequest{UserID: user, StoreGUID: guid[:], StoreType: storeType}, nil)
	}
	b.fails(hook(rootID, mapi.StoreArchive), mapi.InvalidType)
	b.ok(hook(rootID, mapi.StorePrivate))
	b.fails(hook(aliceID, mapi.StorePrivate), mapi.Collision)
	var mine wire.GetStoreResponse
	b.ok(b.svc.GetStore(b.as(root2), &wire.GetStoreRequest{}, &mine))
	if !slices.Equal(mine.StoreID, b.box[alice]) || b.ref(b.box[alice]).Owner != root2 {
		t.Error("the store is root2's now")
	}
	b.ok(b.svc.UnhookStore(b.as(root2), &wire.UnhookStoreRequest{UserID: rootID}, nil))
	b.ok(b.svc.RemoveStore(b.as(root2), &wire.RemoveStoreRequest{StoreGUID: guid[:]}, nil))
	b.fails(b.svc.GetStoreName(b.as(root2), &wire.GetStoreNameRequest{EntryID: b.box[alice]}, &wire.GetStoreNameResponse{}), mapi.NotFound)
	b.ok(b.svc.PurgeSoftDelete(b.as(root2), &wire.PurgeSoftDeleteRequest{Days: 30}, nil))
	for _, id := range []mapi.EntryID{b.box[alice], b.root[alice]} {
		if _, err := b.store.RefByEntryID(t.Context(), id); mapi.CodeOf(err) != mapi.NotFound {
			t.Errorf("still there: %v", err)
		}
	}
}

func TestReceiveFolders(t *testing.T) {
	b := newBench(t)
	inbox, reports := b.folder(alice, b.root[alice], "Inbox"), b.folder(alice, b.root[alice], "Reports")
	set := func(user uint32, folder []byte, class string) error {
		return b.svc.SetReceiveFolder(b.as(user), &wire.SetReceiveFolderRequest{StoreID: b.box[alice], EntryID: folder, MessageClass: wire.Text(class)}, nil)
	}
	get := func(class string) (mapi.EntryID, string, error) {
		var resp wire.ReceiveFolderResponse
		err := b.svc.GetReceiveFolder(b.as(bob), &wire.GetReceiveFolderRequest{StoreID: b.box[alice], MessageClass: wire.Text(class)}, &resp)
		return resp.ReceiveFolder.EntryID, resp.ReceiveFolder.ExplicitClass.String, err
	}
	_, _, err := get("IPM.Note")
	b.fails(err, mapi.NotFound)
	b.fails(set(alice, nil, "IPM"), mapi.NotFound)
	b.ok(set(alice, inbox, ""))
	b.ok(set(alice, reports, "REPORT.IPM"))
	b.fails(set(bob, inbox, "IPM"), mapi.NoAccess)
	b.fails(set(alice, b.root[bob], "IPM"), mapi.InvalidParameter)
	for _, tc := range []struct {
		class  string
		folder mapi.EntryID
		found  string
	}{{"IPM.Note", inbox, ""}, {"report.ipm.note.ndr", reports, "REPORT.IPM"}, {"REPORT.IPMX", inbox, ""}, {"", inbox, ""}} {
		folder, found, err := get(tc.class)
		b.ok(err)
		if !slices.Equal(folder, tc.folder) || found != tc.found {
			t.Errorf("%q goes to %x by %q", tc.class, folder, found)
		}
	}
	b.ok(set(alice, nil, "report.ipm"))
	if folder, _, _ := get("REPORT.IPM"); !slices.Equal(folder, inbox) {
		t.Error("without a folder the class gets the default one")
	}
	var table wire.ReceiveFolderTableResponse
	b.ok(b.svc.GetReceiveFolderTable(b.as(alice), &wire.GetReceiveFolderTableRequest{StoreID: b.box[alice]}, &table))
	if len(table.FolderArray) != 2 {
		t.Errorf("table %+v", table.FolderArray)
	}
	b.ok(set(alice, reports, "REPORT.IPM"))
	if folder, _, _ := get("REPORT.IPM"); !slices.Equal(folder, reports) {
		t.Error("a class does not get another folder")
	}
	b.ok(b.svc.DeleteFolder(b.as(alice), &wire.DeleteFolderRequest{EntryID: reports, Flags: mapi.DelHard}, &wire.DeleteFolderResponse{}))
	folder, found, err := get("REPORT.IPM")
	if b.ok(err); !slices.Equal(folder, inbox) || found != "" {
		t.Errorf("after the folder is deleted its class goes to %x by %q", folder, found)
	}
}

// TestLogonTimes: they show on the store, and nobody is told.
func TestLogonTimes(t *testing.T) {
	b := newBench(t)
	on := b.now.Add(-time.Hour)
	b.feed.batches = nil
	b.ok(b.svc.RecordLogon(t.Context(), alice, LogonTimes{On: on}))
	b.ok(b.svc.RecordLogon(t.Context(), alice, LogonTimes{Off: b.now}))
	b.ok(b.svc.RecordLogon(t.Context(), root2, LogonTimes{On: on})) // who has no store
	o := b.load(alice, b.box[alice])
	if got := value(o, mapi.PrLastLogonTime).Time(); got != mapi.FileTimeOf(on.Truncate(time.Second)) {
		t.Errorf("logged on %v", got)
	}
	if got := value(o, mapi.PrLastLogoffTime).Time(); got != mapi.FileTimeOf(b.now.Truncate(time.Second)) {
		t.Errorf("logged off %v", got)
	}
	if kinds := b.feed.events(); len(kinds) != 0 {
		t.Errorf("events %v", kinds)
	}
}
