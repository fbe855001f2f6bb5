package objects

import (
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// share gives a user rights on a folder of alice's.
func (b *bench) share(folder mapi.EntryID, user uint32, rights mapi.Rights) {
	b.t.Helper()
	b.ok(b.right.SetRights(b.as(alice), &wire.SetRightsRequest{EntryID: folder, RightsArray: []wire.Rights{
		{UlUserID: user, Type: mapi.ACEGrant, Rights: uint32(rights), State: mapi.ACEStateNew | mapi.ACEStateAutoUpdateDenied},
	}}, nil))
}

// TestDeletingNeedsTheRightOnEverything: one object below that may not be deleted stops the whole call.
func TestDeletingNeedsTheRightOnEverything(t *testing.T) {
	b := newBench(t)
	top := b.folder(alice, b.root[alice], "Top")
	sub := b.folder(alice, top, "Sub")
	b.message(alice, sub, "x", 0)
	b.share(top, bob, mapi.RightsAll)
	b.share(sub, bob, mapi.RightReadAny|mapi.RightFolderVisible)
	del := func() error {
		return b.svc.DeleteFolder(b.as(bob), &wire.DeleteFolderRequest{EntryID: top, Flags: mapi.DelFolders | mapi.DelMessages}, nil)
	}
	b.fails(del(), mapi.NoAccess)
	b.fails(b.svc.EmptyFolder(b.as(bob), &wire.EmptyFolderRequest{EntryID: top}, nil), mapi.NoAccess)
	b.share(sub, bob, mapi.RightsAll)
	b.ok(del())
	if !b.ref(top).Deleted() {
		t.Error("not deleted")
	}
	b.consistent(alice)
}

func TestRightsOfAFolder(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	get := func(aceType int32) []wire.Rights {
		var resp wire.RightsResponse
		b.ok(b.right.GetRights(b.as(bob), &wire.GetRightsRequest{EntryID: inbox, Type: aceType}, &resp))
		return resp.RightsArray
	}
	if list := get(2); list == nil || len(list) != 0 {
		t.Errorf("a new folder has an empty list, got %v", list)
	}
	set := func(caller uint32, rows ...wire.Rights) error {
		return b.right.SetRights(b.as(caller), &wire.SetRightsRequest{EntryID: inbox, RightsArray: rows}, nil)
	}
	row := wire.Rights{UlUserID: bob, Type: mapi.ACEGrant, Rights: 0x401, State: mapi.ACEStateNew | mapi.ACEStateAutoUpdateDenied}
	b.fails(set(bob, row), mapi.NoAccess)
	nobody := wire.Rights{UlUserID: 77, Type: mapi.ACEGrant, State: mapi.ACEStateNew}
	b.fails(set(alice, nobody), mapi.InvalidParameter)
	b.fails(set(alice, row, nobody), mapi.PartialCompletion)
	if list := get(2); len(list) != 1 || list[0].UlUserID != bob || list[0].Rights != 0x401 || list[0].State != 0 || len(list[0].SUserID) == 0 {
		t.Errorf("list %+v", list)
	}
	if list := get(1); len(list) != 1 || list[0].Rights != 0x15FB^0x401 {
		t.Errorf("denied %+v", list)
	}
	if o := b.load(bob, inbox); value(o, mapi.PrRights).Uint32() != 0x401 {
		t.Error("bob does not see what he was granted")
	}
	row.State = mapi.ACEStateDeleted | mapi.ACEStateAutoUpdateDenied
	b.ok(set(alice, row))
	if len(get(3)) != 0 {
		t.Errorf("list %+v", get(3))
	}
	b.fails(b.svc.LoadObject(b.as(bob), &wire.LoadObjectRequest{EntryID: inbox}, &wire.LoadObjectResponse{}), mapi.NoAccess)
	var owner wire.GetOwnerResponse
	b.ok(b.right.GetOwner(b.as(bob), &wire.GetOwnerRequest{EntryID: inbox}, &owner))
	if owner.UlOwner != alice {
		t.Errorf("owner %d", owner.UlOwner)
	}
}
