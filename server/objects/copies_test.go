package objects

import (
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// copyTold copies or moves messages as a gateway.
func (b *bench) copyTold(user uint32, dest mapi.EntryID, flags uint32, ids ...mapi.EntryID) ([]wire.CopiedMessage, error) {
	b.t.Helper()
	c := b.as(user)
	c.Session.Capabilities |= mapi.CapGateway
	var resp wire.CopyObjectsResponse
	err := b.svc.CopyObjects(c, &wire.CopyObjectsRequest{Messages: list(ids...), DestFolderID: dest, Flags: flags | mapi.CopyTellCopies}, &resp)
	return resp.Copies, err
}

// All copies are made or none: whatever stands in the way, and in whichever batch, the destination has nothing then that it had not before.
func TestCopiesAllOrNone(t *testing.T) {
	b := newBench(t)
	inbox, other := b.folder(alice, b.root[alice], "Inbox"), b.folder(alice, b.root[alice], "Other")
	ids := []mapi.EntryID{}
	for range 7 {
		ids = append(ids, b.message(alice, inbox, "x", 0))
	}
	size, err := b.store.Counters(t.Context(), b.ref(b.box[alice]).ID)
	b.ok(err)
	b.svc.settings.DeleteBatch = 2
	holds := func(what string, folder mapi.EntryID, want int) {
		t.Helper()
		if got := len(b.messagesOf(folder)); got != want {
			t.Errorf("%s: the folder has %d messages, want %d", what, got, want)
		}
		b.consistent(alice)
	}
	b.dir.quota.Hard = size.Size + size.Size/3 // room for some of the batches
	_, err = b.copyTold(alice, other, 0, ids...)
	b.fails(err, mapi.StoreFull)
	holds("a full store", other, 0)
	b.dir.quota.Hard = 0
	b.share(inbox, bob, mapi.RightReadAny|mapi.RightFolderVisible|mapi.RightCreate)
	hidden := b.folder(alice, b.root[alice], "Hidden")
	secret := b.message(alice, hidden, "x", 0)
	_, err = b.copyTold(bob, inbox, 0, append(ids[:3:3], secret)...)
	b.fails(err, mapi.NoAccess)
	_, err = b.copyTold(bob, inbox, mapi.CopyMove, ids...)
	b.fails(err, mapi.NoAccess)
	holds("without a right", inbox, 7)
	done, err := b.copyTold(alice, other, 0, ids...)
	b.ok(err)
	holds("copied", other, 7)
	for i := range done {
		if i > 0 && done[i].ImapID <= done[i-1].ImapID {
			t.Errorf("copy %d has IMAP id %d behind %d", i, done[i].ImapID, done[i-1].ImapID)
		}
	}
	_, err = b.copyTold(alice, b.folder(bob, b.root[bob], "Bob's"), mapi.CopyMove, ids...)
	b.fails(err, mapi.NoAccess)
	b.ok(b.svc.DeleteFolder(b.as(alice), &wire.DeleteFolderRequest{EntryID: other, Flags: mapi.DelFolders | mapi.DelMessages}, nil))
	for _, flags := range []uint32{0, mapi.CopyMove} {
		_, err = b.copyTold(alice, other, flags, ids...)
		b.fails(err, mapi.NotFound)
	}
	holds("into a deleted folder", inbox, 7)
}
