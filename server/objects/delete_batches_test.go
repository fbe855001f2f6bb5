package objects

import (
	"fmt"
	"testing"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/wire"
)

// deletions are how many messages each batch of the feed has deleted since the last call.
func (r *recorder) deletions() (list []int) {
	for _, b := range r.batches {
		n := 0
		for _, e := range b.Events {
			if e.Kind == feed.Deleted && e.Object.Type == mapi.TypeMessage {
				n++
			}
		}
		if n > 0 {
			list = append(list, n)
		}
	}
	r.batches = nil
	return list
}

// TestDeleteInBatches: what a transaction deletes does not grow with the folder, nor with the tree below it.
func TestDeleteInBatches(t *testing.T) {
	const batch = 10
	for _, c := range []struct {
		name   string
		delete func(*bench, mapi.EntryID) error
		want   string
		left   int64 // messages of the folder, and of them associated ones
		assoc  int64
		gone   bool
	}{
		{"softly", emptyWith(0), "[7 10 8]", 0, 3, false},
		{"hard", emptyWith(mapi.DelHard), "[7 10 8 10 2]", 0, 3, false}, // three of the first ten are associated
		{"with associated", emptyWith(mapi.DelHard | mapi.DelAssociated), "[10 10 8 10 2]", 0, 0, false},
		{"the folder", func(b *bench, id mapi.EntryID) error {
			return b.svc.DeleteFolder(b.as(alice), &wire.DeleteFolderRequest{EntryID: id, Flags: mapi.DelHard | mapi.DelMessages | mapi.DelFolders}, &wire.DeleteFolderResponse{})
		}, "[10 10 8 10 2]", 0, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			b.svc.settings.DeleteBatch = batch
			folder := b.folder(alice, b.root[alice], "Full")
			below := b.folder(alice, b.folder(alice, folder, "Sub"), "Deep")
			for range 3 {
				id := mapi.NewEntryID(folder.StoreGUID(), mapi.TypeMessage)
				b.ok(b.svc.SaveObject(b.as(alice), &wire.SaveObjectRequest{
					ParentEntryID: folder, EntryID: id, Flags: mapi.FlagAssociated, SaveObj: &wire.SaveObject{ObjType: uint32(mapi.TypeMessage)},
				}, &wire.LoadObjectResponse{}))
			}
			for range 25 {
				b.message(alice, folder, "x", 0)
			}
			for range 12 {
				b.message(alice, below, "x", 0)
			}
			ref := b.ref(folder)
			b.feed.deletions()
			b.ok(c.delete(b, folder))
			if got := fmt.Sprint(b.feed.deletions()); got != c.want {
				t.Errorf("messages by transaction: %s, want %s", got, c.want)
			}
			if _, err := b.store.Ref(t.Context(), ref.ID); (mapi.CodeOf(err) == mapi.NotFound) != c.gone {
				t.Errorf("the folder: %v", err)
			}
			if !c.gone {
				counters, err := b.store.Counters(t.Context(), ref.ID)
				b.ok(err)
				if counters.Content != c.left || counters.Associated != c.assoc || counters.Subfolders != 0 {
					t.Errorf("%+v", counters)
				}
			}
			b.consistent(alice)
		})
	}
}

func emptyWith(flags uint32) func(*bench, mapi.EntryID) error {
	return func(b *bench, id mapi.EntryID) error {
		return b.svc.EmptyFolder(b.as(alice), &wire.EmptyFolderRequest{EntryID: id, Flags: flags}, &wire.EmptyFolderResponse{})
	}
}
