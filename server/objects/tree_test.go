package objects

import (
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/wire"
)

func deleteReq(flags uint32, ids ...mapi.EntryID) *wire.DeleteObjectsRequest {
	return &wire.DeleteObjectsRequest{Flags: flags, Messages: list(ids...)}
}

func list(ids ...mapi.EntryID) [][]byte {
	out := [][]byte{}
	for _, id := range ids {
		out = append(out, id)
	}
	return out
}

func TestSoftDeleteAndRestore(t *testing.T) {
	b := newBench(t)
	inbox, other := b.folder(alice, b.root[alice], "Inbox"), b.folder(alice, b.root[alice], "Other")
	id := b.message(alice, inbox, "one", 0)
	before := b.ref(id)
	b.feed.events()
	b.ok(b.svc.DeleteObjects(b.as(alice), deleteReq(0, id, mapi.NewEntryID(b.guid[alice], mapi.TypeMessage)), nil))
	if got := b.feed.events(); !slices.Equal(got, []feed.Kind{feed.Deleted}) {
		t.Errorf("events %v", got)
	}
	b.consistent(alice)
	folder := b.load(alice, inbox)
	if value(folder, mapi.PrContentCount).Num != 0 || value(folder, mapi.PrDeletedMsgCount).Num != 1 || value(folder, mapi.PrContentUnread).Num != 0 {
		t.Errorf("counters after a soft delete: %+v", folder.ModProps)
	}
	b.fails(b.svc.LoadObject(b.as(alice), &wire.LoadObjectRequest{EntryID: id}, &wire.LoadObjectResponse{}), mapi.NotFound)
	if o := b.loadAs(alice, id, mapi.FlagDeleted); !hasTag(o, mapi.PrDeletedOn) {
		t.Error("no PR_DELETED_ON")
	}
	b.fails(b.svc.SaveObject(b.as(alice), &wire.SaveObjectRequest{ParentEntryID: inbox, EntryID: id, SaveObj: &wire.SaveObject{
		ServerID: before.ID, ObjType: uint32(mapi.TypeMessage)}}, &wire.LoadObjectResponse{}), mapi.ObjectDeleted)

	b.ok(b.svc.CopyObjects(b.as(alice), &wire.CopyObjectsRequest{Messages: list(id), DestFolderID: other, Flags: mapi.CopyMove}, nil))
	b.consistent(alice)
	after, err := b.store.Ref(t.Context(), before.ID)
	b.ok(err)
	if after.Deleted() || slices.Equal(after.EntryID, before.EntryID) || slices.Equal(after.SourceKey, before.SourceKey) {
		t.Errorf("restored %+v from %+v", after, before)
	}
	if o := b.load(alice, after.EntryID); hasTag(o, mapi.PrDeletedOn) {
		t.Error("PR_DELETED_ON stayed")
	}
	b.fails(b.svc.CheckExistObject(b.as(alice), &wire.CheckExistObjectRequest{EntryID: id}, nil), mapi.NotFound)
}

func TestHardDeleteCopyAndMove(t *testing.T) {
	b := newBench(t)
	inbox, other := b.folder(alice, b.root[alice], "Inbox"), b.folder(alice, b.root[alice], "Other")
	one, two := b.message(alice, inbox, "one", 0), b.message(alice, inbox, "two", 1)
	b.feed.events()
	b.ok(b.svc.CopyObjects(b.as(alice), &wire.CopyObjectsRequest{Messages: list(one, two), DestFolderID: other}, nil))
	if got := b.feed.events(); !slices.Equal(got, []feed.Kind{feed.Copied, feed.Copied}) {
		t.Errorf("events of a copy %v", got)
	}
	b.consistent(alice)
	b.ok(b.svc.CopyObjects(b.as(alice), &wire.CopyObjectsRequest{Messages: list(one), DestFolderID: other, Flags: mapi.CopyMove}, nil))
	if got := b.feed.events(); !slices.Equal(got, []feed.Kind{feed.Moved}) {
		t.Errorf("events of a move %v", got)
	}
	b.consistent(alice)
	if o := b.load(alice, other); value(o, mapi.PrContentCount).Num != 3 || value(o, mapi.PrContentUnread).Num != 2 {
		t.Errorf("counters of the target: %+v", o.ModProps)
	}
	b.ok(b.svc.DeleteObjects(b.as(alice), deleteReq(mapi.DelHard, two), nil))
	b.consistent(alice)
	b.fails(b.svc.CheckExistObject(b.as(alice), &wire.CheckExistObjectRequest{EntryID: two}, nil), mapi.NotFound)
	b.fails(b.svc.CopyObjects(b.as(alice), &wire.CopyObjectsRequest{Messages: list(two), DestFolderID: other}, nil), mapi.PartialCompletion)
}

func TestFolders(t *testing.T) {
	b := newBench(t)
	top := b.folder(alice, b.root[alice], "Top")
	sub := b.folder(alice, top, "Sub")
	b.message(alice, sub, "in sub", 0)
	dest := b.folder(alice, b.root[alice], "Dest")
	b.fails(b.svc.CreateFolder(b.as(alice), &wire.CreateFolderRequest{ParentID: b.root[alice], Type: 1, Name: wire.Text("TOP")}, &wire.CreateFolderResponse{}), mapi.Collision)
	var opened wire.CreateFolderResponse
	b.ok(b.svc.CreateFolder(b.as(alice), &wire.CreateFolderRequest{ParentID: b.root[alice], Type: 1, Name: wire.Text("top"), OpenIfExists: true}, &opened))
	if !slices.Equal(opened.EntryID, top) {
		t.Error("OpenIfExists made another folder")
	}

	move := func(src, dst mapi.EntryID, flags uint32, name string) error {
		return b.svc.CopyFolder(b.as(alice), &wire.CopyFolderRequest{EntryID: src, DestFolderID: dst, Flags: flags, NewFolderName: wire.Text(name)}, nil)
	}
	b.fails(move(top, sub, mapi.CopyMove, ""), mapi.FolderCycle)
	b.fails(move(top, b.root[bob], mapi.CopyMove, ""), mapi.NoAccess)
	b.ok(move(top, dest, mapi.CopyMove, "Moved"))
	b.consistent(alice)
	b.ok(move(top, b.root[alice], mapi.CopySubfolders, "Copied"))
	b.consistent(alice)

	del := func(id mapi.EntryID, flags uint32) error {
		return b.svc.DeleteFolder(b.as(alice), &wire.DeleteFolderRequest{EntryID: id, Flags: flags}, nil)
	}
	b.fails(del(dest, mapi.DelMessages), mapi.HasFolders)
	b.fails(del(dest, mapi.DelFolders), mapi.HasMessages)
	b.ok(del(dest, mapi.DelFolders|mapi.DelMessages))
	b.consistent(alice)
	if o := b.load(alice, b.root[alice]); o == nil || !b.ref(dest).Deleted() || b.ref(top).Deleted() {
		t.Error("only the folder itself is marked")
	}
	b.fails(b.svc.SaveObject(b.as(alice), &wire.SaveObjectRequest{ParentEntryID: sub, SaveObj: &wire.SaveObject{ObjType: 5}}, &wire.LoadObjectResponse{}), mapi.NotFound)
	b.ok(move(dest, b.root[alice], mapi.CopyMove, ""))
	b.consistent(alice)
	b.ok(del(dest, mapi.DelFolders|mapi.DelMessages))
	b.ok(b.svc.PurgeSoftDelete(b.as(mapi.UserSystem), &wire.PurgeSoftDeleteRequest{}, nil))
	b.consistent(alice)
	for _, id := range []mapi.EntryID{dest, top, sub} {
		b.fails(b.svc.CheckExistObject(b.as(alice), &wire.CheckExistObjectRequest{EntryID: id, Flags: mapi.FlagDeleted}, nil), mapi.NotFound)
	}
	b.fails(del(b.root[alice], 5), mapi.NoAccess)
}

func TestEmptyFolder(t *testing.T) {
	b := newBench(t)
	top := b.folder(alice, b.root[alice], "Top")
	sub := b.folder(alice, top, "Sub")
	b.message(alice, top, "one", 0)
	b.message(alice, sub, "two", 0)
	fai := mapi.NewEntryID(b.guid[alice], mapi.TypeMessage)
	b.ok(b.svc.SaveObject(b.as(alice), &wire.SaveObjectRequest{ParentEntryID: top, EntryID: fai, Flags: mapi.FlagAssociated,
		SaveObj: &wire.SaveObject{ObjType: 5}}, &wire.LoadObjectResponse{}))
	b.consistent(alice)
	b.ok(b.svc.EmptyFolder(b.as(alice), &wire.EmptyFolderRequest{EntryID: top}, nil))
	b.consistent(alice)
	if b.ref(fai).Deleted() || !b.ref(sub).Deleted() {
		t.Error("associated messages stay, folders go")
	}
	b.ok(b.svc.EmptyFolder(b.as(alice), &wire.EmptyFolderRequest{EntryID: top, Flags: mapi.DelHard | mapi.DelAssociated}, nil))
	b.consistent(alice)
	b.fails(b.svc.CheckExistObject(b.as(alice), &wire.CheckExistObjectRequest{EntryID: fai}, nil), mapi.NotFound)
}

func TestReadFlagsOfAWholeFolder(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	for range 20 {
		b.message(alice, inbox, "x", mapi.MsgRNPending)
	}
	b.feed.batches = nil
	b.ok(b.svc.SetReadFlags(b.as(alice), &wire.SetReadFlagsRequest{EntryID: inbox, Flags: 0x20}, nil))
	if len(b.feed.batches) != 1 || !b.feed.batches[0].Bulk || len(b.feed.batches[0].Changes) != 20 {
		t.Errorf("batches %d", len(b.feed.batches))
	}
	if o := b.load(alice, inbox); value(o, mapi.PrContentUnread).Num != 0 {
		t.Error("CLEAR_RN_PENDING alone marks read, too")
	}
	b.consistent(alice)
	b.ok(b.svc.SetReadFlags(b.as(alice), &wire.SetReadFlagsRequest{EntryID: inbox, Flags: 4}, nil))
	b.consistent(alice)
	b.feed.batches = nil
	b.ok(b.svc.SetReadFlags(b.as(alice), &wire.SetReadFlagsRequest{EntryID: inbox, Flags: 4}, nil))
	b.ok(b.svc.SetReadFlags(b.as(alice), &wire.SetReadFlagsRequest{EntryID: inbox, Flags: 0x10}, nil))
	if len(b.feed.batches) != 0 {
		t.Error("nothing changed, yet something was announced")
	}
}

func TestSubmit(t *testing.T) {
	b := newBench(t)
	outbox := b.folder(alice, b.root[alice], "Outbox")
	id := b.message(alice, outbox, "offer", 9)
	submit := func(user uint32, flags uint32) error {
		return b.svc.SubmitMessage(b.as(user), &wire.SubmitMessageRequest{EntryID: id, Flags: flags}, nil)
	}
	b.fails(submit(bob, 3), mapi.NoAccess)
	b.ok(submit(alice, 3))
	b.ok(submit(alice, 3))
	queue, err := b.store.Queue(t.Context(), 0)
	b.ok(err)
	if len(queue) != 1 || queue[0].Flags != 3 {
		t.Fatalf("queue %+v", queue)
	}
	b.ok(b.svc.FinishedMessage(b.as(mapi.UserSystem), &wire.FinishedMessageRequest{EntryID: id, Flags: 1}, nil))
	if o := b.load(alice, id); value(o, mapi.PrMessageFlags).Uint32() != mapi.MsgRead {
		t.Errorf("flags %X", value(o, mapi.PrMessageFlags).Uint32())
	}
	b.fails(b.svc.AbortSubmit(b.as(alice), &wire.AbortSubmitRequest{EntryID: id}, nil), mapi.NotInQueue)
	b.ok(submit(alice, 0))
	if o := b.load(alice, id); value(o, mapi.PrMessageFlags).Uint32() != mapi.MsgRead|mapi.MsgSubmit|mapi.MsgUnsent {
		t.Errorf("flags %X", value(o, mapi.PrMessageFlags).Uint32())
	}
	b.ok(b.svc.AbortSubmit(b.as(alice), &wire.AbortSubmitRequest{EntryID: id}, nil))
	b.ok(submit(alice, 3))
	b.ok(b.svc.DeleteObjects(b.as(alice), deleteReq(0, id), nil))
	if queue, _ := b.store.Queue(t.Context(), 0); len(queue) != 0 {
		t.Error("a deleted message stayed in the queue")
	}
	b.consistent(alice)
}

func TestLocksBelongToSessions(t *testing.T) {
	b := newBench(t)
	id := b.message(alice, b.folder(alice, b.root[alice], "Outbox"), "x", 9)
	first, second := b.as(alice), b.as(alice)
	req := &wire.SetLockStateRequest{EntryID: id, Locked: true}
	b.ok(b.svc.SetLockState(first, req, nil))
	b.ok(b.svc.SetLockState(first, req, nil))
	b.fails(b.svc.SetLockState(second, req, nil), mapi.Submitted)
	b.fails(b.svc.LoadObject(second, &wire.LoadObjectRequest{EntryID: id}, &wire.LoadObjectResponse{}), mapi.NoAccess)
	b.ok(b.svc.LoadObject(first, &wire.LoadObjectRequest{EntryID: id}, &wire.LoadObjectResponse{}))
	b.svc.locks.release(first.Session.ID)
	b.ok(b.svc.SetLockState(second, req, nil))
}
