package objects

import (
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/wire"
)

func TestLoadObjectWantsTheRightState(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	id := b.message(alice, inbox, "x", 0)
	gone := b.folder(alice, b.root[alice], "Gone")
	b.ok(b.svc.DeleteFolder(b.as(alice), &wire.DeleteFolderRequest{EntryID: gone}, nil))
	unknown := mapi.NewEntryID(mapi.NewGUID(), mapi.TypeStore)
	for _, tt := range []struct {
		name  string
		id    mapi.EntryID
		flags uint32
		want  mapi.Code
	}{
		{"live message", id, mapi.OpenUnicode, mapi.OK},
		{"live message as deleted", id, mapi.FlagDeleted, mapi.NotFound},
		{"with a foreign flag", id, 0x1, mapi.NotFound},
		{"flags in the entry id", id.WithFlags(0x10), 0, mapi.OK},
		{"deleted folder", gone, mapi.FlagDeleted, mapi.OK},
		{"deleted folder as live", gone, 0, mapi.NotFound},
		{"store", b.box[alice], 0, mapi.OK},
		{"store as deleted", b.box[alice], mapi.FlagDeleted, mapi.UnableToComplete},
		{"unknown store", unknown, 0, mapi.UnableToComplete},
		{"unknown store, insisting on this server", unknown.WithFlags(0x10), 0, mapi.NotFound},
		{"unknown message", mapi.NewEntryID(b.guid[alice], mapi.TypeMessage), 0, mapi.NotFound},
	} {
		err := b.svc.LoadObject(b.as(alice), &wire.LoadObjectRequest{EntryID: tt.id, Flags: tt.flags}, &wire.LoadObjectResponse{})
		if mapi.CodeOf(err) != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

// TestWhatIsStored: values that cannot be kept are dropped without a word.
func TestWhatIsStored(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	const named = 0x85F0001F
	id, saved := b.save(alice, inbox, &wire.SaveObject{ModProps: []mapi.PropValue{
		mapi.String(0x0037001E, "Zürich"), mapi.Strings(0x7001101F), mapi.Strings(0x7002101E, "a", "b"), {Tag: 0x0E07000A, Num: 5},
		mapi.String(named, "unnamed"), mapi.Bool(mapi.PrHasAttach, true), mapi.Long(mapi.PrContentCount, 7),
	}, Items: []wire.SaveObject{recipient("one"), {ObjType: 99, ModProps: []mapi.PropValue{mapi.String(mapi.PrDisplayName, "other")}}}})
	o := b.load(alice, id)
	if v := value(o, mapi.PrSubject); v.Str() != "Zürich" {
		t.Errorf("an 8-bit string comes back as %v", v)
	}
	if hasTag(o, 0x7001101F) || !hasTag(o, 0x7002101F) || hasTag(o, named) || value(o, mapi.PrHasAttach).Bool() || hasTag(o, mapi.PrContentCount) {
		t.Errorf("stored %v", o.DelProps)
	}
	if len(o.Items) != 2 || o.Items[1].ObjType != uint32(mapi.TypeMailUser) {
		t.Errorf("an unknown kind of child is a recipient: %+v", o.Items)
	}
	flipped := recipient("list")
	flipped.ServerID, flipped.ObjType = saved.Items[0].ServerID, uint32(mapi.TypeDistList)
	_, err := b.again(alice, inbox, id, 0, &wire.SaveObject{ServerID: saved.ServerID, ObjType: 5, Items: []wire.SaveObject{flipped}})
	b.ok(err)
	if o = b.load(alice, id); o.Items[0].ObjType != uint32(mapi.TypeDistList) {
		t.Errorf("the recipient did not become a list: %+v", o.Items[0])
	}
	b.consistent(alice)
}

// TestKeysThatExist: a source key that is taken is replaced by a fresh one, an entry id is refused.
func TestKeysThatExist(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	key := slices.Repeat([]byte{7}, 22)
	wanted := []mapi.PropValue{mapi.Binary(mapi.PrSourceKey, key)}
	first, _ := b.save(alice, inbox, &wire.SaveObject{ModProps: wanted})
	second, _ := b.save(alice, inbox, &wire.SaveObject{ModProps: wanted})
	short, _ := b.save(alice, inbox, &wire.SaveObject{ModProps: []mapi.PropValue{mapi.Binary(mapi.PrSourceKey, key[:16])}})
	if got := b.ref(first).SourceKey; !slices.Equal(got, key) {
		t.Errorf("source key %x", got)
	}
	for _, id := range []mapi.EntryID{second, short} {
		if got := b.ref(id).SourceKey; len(got) != 22 || slices.Equal(got, key) {
			t.Errorf("source key %x", got)
		}
	}
	err := b.svc.SaveObject(b.as(alice), &wire.SaveObjectRequest{ParentEntryID: inbox, EntryID: first, SaveObj: &wire.SaveObject{ObjType: 5}}, &wire.LoadObjectResponse{})
	b.fails(err, mapi.Collision)
	b.consistent(alice)
	find := func(folder, message []byte) error {
		return b.svc.GetEntryIDFromSourceKey(b.as(alice), &wire.GetEntryIDFromSourceKeyRequest{
			StoreID: b.box[alice], FolderSourceKey: folder, MessageSourceKey: message}, &wire.GetEntryIDFromSourceKeyResponse{})
	}
	b.ok(b.svc.DeleteObjects(b.as(alice), deleteReq(0, first), nil))
	b.ok(find(b.ref(inbox).SourceKey, key))
	b.ok(find(b.ref(inbox).SourceKey, nil))
	b.fails(find(b.ref(b.root[alice]).SourceKey, key), mapi.NotFound)
	b.fails(find(b.ref(b.root[bob]).SourceKey, nil), mapi.NotFound)
}

func TestMessageStatus(t *testing.T) {
	b := newBench(t)
	inbox := b.folder(alice, b.root[alice], "Inbox")
	id := b.message(alice, inbox, "x", 0)
	set := func(user, status, mask uint32) (uint32, error) {
		var resp wire.MessageStatus
		err := b.svc.SetMessageStatus(b.as(user), &wire.SetMessageStatusRequest{EntryID: id, NewStatus: status, NewStatusMask: mask}, &resp)
		return resp.MessageStatus, err
	}
	for _, tt := range []struct{ status, mask, old, now uint32 }{
		{0x9, 0xF, 0, 0x9}, {0x2, 0x3, 0x9, 0xA}, {0xFF, 0, 0xA, 0xA}, {0, 0xFFFFFFFF, 0xA, 0},
	} {
		old, err := set(alice, tt.status, tt.mask)
		b.ok(err)
		var now wire.MessageStatus
		b.ok(b.svc.GetMessageStatus(b.as(alice), &wire.GetMessageStatusRequest{EntryID: id}, &now))
		if old != tt.old || now.MessageStatus != tt.now {
			t.Errorf("set %#x of %#x: was %#x, is %#x; want %#x, %#x", tt.status, tt.mask, old, now.MessageStatus, tt.old, tt.now)
		}
	}
	b.share(inbox, bob, mapi.RightReadAny|mapi.RightFolderVisible)
	b.ok(b.svc.GetMessageStatus(b.as(bob), &wire.GetMessageStatusRequest{EntryID: id}, &wire.MessageStatus{}))
	_, err := set(bob, 1, 1)
	b.fails(err, mapi.NoAccess)
	// PR_MSG_STATUS of a message that is deleted softly loses the mark that an IMAP client set.
	_, err = set(alice, 0xC, 0xC)
	b.ok(err)
	b.ok(b.svc.DeleteObjects(b.as(alice), deleteReq(0, id), nil))
	if got := value(b.loadAs(alice, id, mapi.FlagDeleted), mapi.PrMsgStatus).Uint32(); got != 0x4 {
		t.Errorf("status of the deleted message %#x", got)
	}
}

func TestReadFlags(t *testing.T) {
	const pending = mapi.MsgRNPending | mapi.MsgNRNPending
	for _, tt := range []struct {
		name                 string
		before, flags, after uint32
	}{
		{"read", pending, 0, mapi.MsgRead | pending},
		{"read without receipts", pending, 0x1, mapi.MsgRead},
		{"unread", mapi.MsgRead | pending, 0x4, pending},
		{"receipt only", pending, 0x10, pending},
		{"the receipt is sent", pending, 0x20, mapi.MsgRead | mapi.MsgNRNPending},
		{"both are", pending, 0x60, mapi.MsgRead},
		{"unread and sent", mapi.MsgRead | pending, 0x64, 0},
	} {
		b := newBench(t)
		inbox := b.folder(alice, b.root[alice], "Inbox")
		id := b.message(alice, inbox, "x", tt.before)
		b.ok(b.svc.SetReadFlags(b.as(alice), &wire.SetReadFlagsRequest{Messages: list(id), Flags: tt.flags}, nil))
		if got := value(b.load(alice, id), mapi.PrMessageFlags).Uint32(); got != tt.after {
			t.Errorf("%s: %#x, want %#x", tt.name, got, tt.after)
		}
		b.consistent(alice)
	}
}

// TestBatchOfFoldersIsAllOrNothing: one name that is taken, and none of them is made.
func TestBatchOfFoldersIsAllOrNothing(t *testing.T) {
	b := newBench(t)
	taken := b.folder(alice, b.root[alice], "Taken")
	batch := func(folders ...wire.NewFolder) ([][]byte, error) {
		var resp wire.CreateFoldersResponse
		err := b.svc.CreateFolders(b.as(alice), &wire.CreateFoldersRequest{ParentEID: b.root[alice], Batch: folders}, &resp)
		return resp.EntryIDs, err
	}
	generic := func(name string) wire.NewFolder {
		return wire.NewFolder{Type: mapi.FolderGeneric, Name: wire.Text(name)}
	}
	_, err := batch(generic("One"), generic("taken"))
	b.fails(err, mapi.Collision)
	_, err = batch(generic("One"), generic("ONE"))
	b.fails(err, mapi.Collision)
	below, err := b.store.Refs(t.Context(), storage.RowQuery{Parent: b.ref(b.root[alice]).ID, Type: mapi.TypeFolder})
	b.ok(err)
	if len(below) != 1 {
		t.Errorf("%d folders, want the one that was there", len(below))
	}
	open := generic("TAKEN")
	open.OpenIfExists = true
	own := generic("Own")
	own.EntryID = mapi.NewEntryID(b.guid[alice], mapi.TypeFolder)
	ids, err := batch(generic("One"), open, own)
	b.ok(err)
	if !slices.Equal(ids[1], taken) || !slices.Equal(ids[2], own.EntryID) || len(ids) != 3 {
		t.Errorf("ids %x", ids)
	}
	_, err = batch(generic("Two"), wire.NewFolder{Type: 3, Name: wire.Text("x")})
	b.fails(err, mapi.InvalidType)
	b.consistent(alice)
}

func TestMovingFolders(t *testing.T) {
	b := newBench(t)
	top, dest := b.folder(alice, b.root[alice], "Top"), b.folder(alice, b.root[alice], "Dest")
	b.folder(alice, dest, "Taken")
	move := func(user uint32, src, dst mapi.EntryID, flags uint32, name string) error {
		return b.svc.CopyFolder(b.as(user), &wire.CopyFolderRequest{EntryID: src, DestFolderID: dst, Flags: flags, NewFolderName: wire.Text(name)}, nil)
	}
	b.fails(move(mapi.UserSystem, top, b.root[bob], mapi.CopyMove, ""), mapi.NoSupport)
	b.fails(move(mapi.UserSystem, top, b.root[bob], 0, ""), mapi.NoSupport)
	b.fails(move(alice, top, dest, mapi.CopyMove, "TAKEN"), mapi.Collision)
	b.fails(move(alice, top, dest, 0, "taken"), mapi.Collision)
	b.fails(move(alice, top, top, mapi.CopyMove, ""), mapi.FolderCycle)
	b.ok(move(alice, top, b.root[alice], mapi.CopyMove, "")) // it is there
	before := b.ref(top)
	b.ok(move(alice, top, dest, mapi.CopyMove, "New name"))
	if after := b.ref(top); after.ID != before.ID || !slices.Equal(after.SourceKey, before.SourceKey) {
		t.Errorf("a folder that moves keeps its keys: %+v, %+v", before, after)
	}
	if got := value(b.load(alice, top), mapi.PrDisplayName).Str(); got != "New name" {
		t.Errorf("name %q", got)
	}
	b.consistent(alice)
}

// TestMailboxOwnerNeedsTheCapability: clients that do not say so are not shown whose a store is.
func TestMailboxOwnerNeedsTheCapability(t *testing.T) {
	b := newBench(t)
	c := b.as(bob)
	for caps, want := range map[uint32]bool{c.Session.Capabilities: true, 0: false} {
		c.Session.Capabilities = caps
		var resp wire.LoadObjectResponse
		b.ok(b.svc.LoadObject(c, &wire.LoadObjectRequest{EntryID: b.box[alice]}, &resp))
		if hasTag(&resp.SaveObject, mapi.PrMailboxOwnerName) != want || hasTag(&resp.SaveObject, mapi.PrMailboxOwnerEntryID) != want {
			t.Errorf("capabilities %#x: %v", caps, resp.SaveObject.DelProps)
		}
	}
}
