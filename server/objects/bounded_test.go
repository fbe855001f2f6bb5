package objects

import (
	"context"
	"fmt"
	"testing"
	"time"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/storage"
	"zarafa/wire"
)

// Messages of the folder that the test fills, and of the one in it: more than a page of either kind.
const (
	inFull  = storage.PageSize + 9
	inBelow = 21
	aBatch  = 100
)

// changesEach are how many changes each transaction since the last call has recorded, those with none left out.
func (r *recorder) changesEach() (list []int) {
	for _, b := range r.batches {
		if n := len(b.Changes); n > 0 {
			list = append(list, n)
		}
	}
	r.batches = nil
	return list
}

// fill makes a folder with messages and another folder in it.
func (b *bench) fill(parent mapi.EntryID, name string) mapi.EntryID {
	b.t.Helper()
	folder := b.folder(alice, parent, name)
	below := b.folder(alice, folder, "Below")
	for range inFull {
		b.message(alice, folder, "x", 0)
	}
	for range inBelow {
		b.message(alice, below, "x", 0)
	}
	return folder
}

// messagesOf lists the messages of a folder.
func (b *bench) messagesOf(folder mapi.EntryID) (list [][]byte) {
	b.t.Helper()
	refs, err := b.store.Refs(b.t.Context(), storage.RowQuery{Parent: b.ref(folder).ID, Type: mapi.TypeMessage})
	b.ok(err)
	for _, ref := range refs {
		list = append(list, ref.EntryID)
	}
	return list
}

// TestNothingHoldsAWholeFolder: whatever reaches all messages of a folder or store, or as many as a client lists, reads a page of them at a time, and
// changes a batch of them in one transaction.
func TestNothingHoldsAWholeFolder(t *testing.T) {
	b := newBench(t)
	b.svc.settings.DeleteBatch = aBatch
	folder := b.fill(b.root[alice], "Full")
	other := b.folder(alice, b.root[alice], "Other")
	var listed [][]byte
	list := func(id mapi.EntryID) func() {
		return func() { listed = b.messagesOf(id) }
	}
	const everything = mapi.DelMessages | mapi.DelFolders
	remove := func(user uint32, flags, sync uint32) error {
		return b.svc.DeleteFolder(b.as(user), &wire.DeleteFolderRequest{EntryID: folder, Flags: flags, SyncID: sync}, &wire.DeleteFolderResponse{})
	}
	move := func(to mapi.EntryID, flags uint32) error {
		return b.svc.CopyObjects(b.as(alice), &wire.CopyObjectsRequest{Messages: listed, DestFolderID: to, Flags: flags}, nil)
	}
	most := 0
	again := func() { folder = b.fill(b.root[alice], "Again") }
	for _, c := range []struct {
		name   string
		before func() // what is not counted
		do     func() error
		want   string // changes by transaction
	}{
		{"mark all as read", nil, func() error {
			return b.svc.SetReadFlags(b.as(alice), &wire.SetReadFlagsRequest{EntryID: folder}, nil)
		}, "[100 100 65]"},
		{"mark a list as unread", list(folder), func() error {
			return b.svc.SetReadFlags(b.as(alice), &wire.SetReadFlagsRequest{Messages: listed, Flags: mapi.ClearReadFlag}, nil)
		}, "[100 100 65]"},
		{"copy a list", list(folder), func() error { return move(other, 0) }, "[100 100 65]"},
		{"move a list", list(other), func() error { return move(b.root[alice], mapi.CopyMove) }, "[200 200 130]"},
		{"delete a list", list(b.root[alice]), func() error {
			return b.svc.DeleteObjects(b.as(alice), &wire.DeleteObjectsRequest{Messages: listed}, nil)
		}, "[100 100 65]"},
		{"purge messages", nil, func() error { return b.svc.purge(t.Context(), b.now, 0) }, "[100 100 65]"},
		{"copy a folder", nil, func() error { return b.copyFolder(folder, other, mapi.CopySubfolders) }, "[102 100 65 21]"},
		{"empty it softly", nil, func() error {
			return b.svc.EmptyFolder(b.as(alice), &wire.EmptyFolderRequest{EntryID: other}, nil)
		}, "[1 100 100 87]"},
		{"delete softly", nil, func() error { return remove(alice, everything, 0) }, "[1 100 100 87]"},
		{"bring back", nil, func() error { return b.copyFolder(folder, b.root[alice], mapi.CopyMove) }, "[1]"},
		{"delete softly by somebody with some rights", func() {
			b.ok(b.right.SetRights(b.as(alice), &wire.SetRightsRequest{EntryID: folder, RightsArray: []wire.Rights{
				{UlUserID: bob, Type: mapi.ACEGrant, Rights: 0x4FB | uint32(mapi.RightFolderAccess), State: mapi.ACEStateNew}}}, &wire.SetRightsResponse{}))
		}, func() error { return remove(bob, everything, 0) }, "[1 100 100 87]"},
		{"purge folders", nil, func() error { return b.svc.purge(t.Context(), b.now, 0) }, "[100 100 65 21 2 100 100 65 21 2]"},
		{"delete hard with a sync id", again, func() error { return remove(alice, everything|mapi.DelHard, 7) }, "[100 100 65 21 2]"},
		{"delete hard if there are no folders", again, func() error {
			b.fails(remove(alice, mapi.DelMessages|mapi.DelHard, 0), mapi.HasFolders)
			return nil
		}, "[]"},
		{"purge a store", func() {
			b.ok(b.svc.UnhookStore(b.as(mapi.UserSystem), &wire.UnhookStoreRequest{StoreType: mapi.StorePrivate, UserID: b.dir.EntryID(b.dir.objects[alice], 0)}, nil))
			guid := b.guid[alice]
			b.ok(b.svc.RemoveStore(b.as(mapi.UserSystem), &wire.RemoveStoreRequest{StoreGUID: guid[:]}, nil))
		}, func() error { return b.svc.purge(t.Context(), b.now.Add(time.Hour), 0) }, "[]"},
	} {
		if c.before != nil {
			c.before()
		}
		b.feed.changesEach()
		b.largest.Take()
		if err := c.do(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		n := b.largest.Take()
		if most = max(most, n); n > storage.PageSize {
			t.Errorf("%s: %d rows at a time", c.name, n)
		}
		if got := fmt.Sprint(b.feed.changesEach()); got != c.want {
			t.Errorf("%s: changes by transaction %s, want %s", c.name, got, c.want)
		}
		if c.name != "purge a store" {
			b.consistent(alice)
		}
	}
	if most != storage.PageSize {
		t.Errorf("at most %d rows were read at a time, want a page", most)
	}
}

// dyingStore fails every update after some.
type dyingStore struct {
	storage.Store
	left int
}

func (d *dyingStore) Update(ctx context.Context, lane uint32, fn func(context.Context, storage.Tx) error, committed func()) error {
	if d.left--; d.left < 0 {
		return mapi.Errorf(mapi.DatabaseError, "test", "the server dies")
	}
	return d.Store.Update(ctx, lane, fn, committed)
}

// TestDeathBetweenBatches: wherever a deletion ends, counters and sizes are right, and the same again brings it to its end.
func TestDeathBetweenBatches(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(b *bench, folder mapi.EntryID) error
		do      func(b *bench, folder mapi.EntryID) error
	}{
		"hard deletion":  {nil, func(b *bench, id mapi.EntryID) error { return b.deleteFolder(id, mapi.DelHard) }},
		"soft deletion":  {nil, func(b *bench, id mapi.EntryID) error { return b.deleteFolder(id, 0) }},
		"purge":          {func(b *bench, id mapi.EntryID) error { return b.deleteFolder(id, 0) }, (*bench).purgeAll},
		"purge messages": {emptySoftly, (*bench).purgeAll},
		"emptying":       {nil, emptySoftly},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.svc.settings.DeleteBatch = 3
			folder := b.folder(alice, b.root[alice], "Full")
			below := b.folder(alice, folder, "Below")
			for i := range 10 {
				b.message(alice, []mapi.EntryID{folder, below}[i%2], "x", 0)
			}
			if c.prepare != nil {
				b.ok(c.prepare(b, folder))
			}
			store := b.largest.Store
			deaths := 0
			for allowed := 1; ; allowed++ {
				b.largest.Store = &dyingStore{store, allowed}
				err := c.do(b, folder)
				b.largest.Store = store
				b.consistent(alice)
				if err == nil {
					break
				}
				b.fails(err, mapi.DatabaseError)
				deaths++
			}
			if deaths == 0 {
				t.Error("it was one transaction")
			}
			b.ok(b.purgeAll(folder))
			b.consistent(alice)
			if n, err := b.store.Refs(t.Context(), storage.RowQuery{Parent: b.ref(b.root[alice]).ID, Type: mapi.TypeFolder}); err != nil || len(n) > 1 {
				t.Errorf("%d folders, %v", len(n), err)
			}
		})
	}
}

func (b *bench) purgeAll(mapi.EntryID) error { return b.svc.purge(b.t.Context(), b.now, 0) }

func emptySoftly(b *bench, folder mapi.EntryID) error { return emptyWith(0)(b, folder) }

// busyStore has something happen each time the folders in one are listed outside of a transaction.
type busyStore struct {
	storage.Store
	folder uint32
	happen func()
}

func (s *busyStore) Refs(ctx context.Context, q storage.RowQuery) ([]storage.Ref, error) {
	list, err := s.Store.Refs(ctx, q)
	if q.Parent == s.folder && q.Type == mapi.TypeFolder {
		s.happen()
	}
	return list, err
}

// TestTreeChangesWhileItIsMeasured: the store's size is right whatever comes to a folder while it is deleted or brought back, once or all the time.
// Only who needs to be asked for his right to each message is told to come again.
func TestTreeChangesWhileItIsMeasured(t *testing.T) {
	for _, times := range []int{1, 100} {
		b := newBench(t)
		folder := b.folder(alice, b.root[alice], "Full")
		below := b.folder(alice, folder, "Below")
		b.message(alice, below, "x", 0)
		b.ok(b.right.SetRights(b.as(alice), &wire.SetRightsRequest{EntryID: folder, RightsArray: []wire.Rights{
			{UlUserID: bob, Type: mapi.ACEGrant, Rights: 0x4FB | uint32(mapi.RightFolderAccess), State: mapi.ACEStateNew}}}, &wire.SetRightsResponse{}))
		happened := 0
		b.svc.store = &busyStore{b.store, b.ref(below).ID, func() {
			if happened < times {
				happened++
				ref := b.ref(below)
				err := b.svc.writer.Do(t.Context(), ref.Store, author(b.as(alice), 0), func(ctx context.Context, ch *change.Change) error {
					_, err := copyMessage(ctx, ch, b.ref(b.messagesOf(below)[0]), ref, b.guid[alice])
					return err
				})
				if mapi.CodeOf(err) != mapi.NotFound { // it is deleted by now
					b.ok(err)
				}
			}
		}}
		remove := func(user uint32) error {
			happened = 0
			return b.svc.DeleteFolder(b.as(user), &wire.DeleteFolderRequest{EntryID: folder, Flags: mapi.DelMessages | mapi.DelFolders}, &wire.DeleteFolderResponse{})
		}
		if times > 1 {
			b.fails(remove(bob), mapi.Busy)
			b.consistent(alice)
		}
		b.ok(remove(alice))
		b.consistent(alice)
		happened = times // nothing comes to a deleted folder
		b.ok(b.copyFolder(folder, b.root[alice], mapi.CopyMove))
		b.consistent(alice)
		b.ok(b.deleteFolder(folder, 0))
		b.consistent(alice)
	}
}
