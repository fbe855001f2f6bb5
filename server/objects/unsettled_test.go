package objects

import (
	"sync"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/wire"
)

// TestDeliveryIntoDeletedFolder: deliveries that share a transaction with the deletion of their folder, or come after it,
// are refused; none leaves a message without a folder.
func TestDeliveryIntoDeletedFolder(t *testing.T) {
	b := newBench(t)
	const rounds, deliveries = 30, 6
	for range rounds {
		folder := b.folder(alice, b.root[alice], "Short")
		ref := b.ref(folder)
		var running sync.WaitGroup
		for i := range deliveries {
			c := b.as(alice)
			running.Go(func() {
				if i == deliveries/2 {
					if err := b.svc.DeleteFolder(c, &wire.DeleteFolderRequest{
						EntryID: folder, Flags: mapi.DelFolders | mapi.DelMessages | mapi.DelHard,
					}, nil); err != nil {
						t.Error(err)
					}
					return
				}
				err := b.svc.SaveObject(c, &wire.SaveObjectRequest{
					ParentEntryID: folder, EntryID: mapi.NewEntryID(folder.StoreGUID(), mapi.TypeMessage),
					SaveObj: &wire.SaveObject{ObjType: uint32(mapi.TypeMessage), ModProps: []mapi.PropValue{mapi.String(mapi.PrSubject, "late")}},
				}, &wire.LoadObjectResponse{})
				if err != nil && mapi.CodeOf(err) != mapi.NotFound {
					t.Error(err)
				}
			})
		}
		running.Wait()
		left, err := b.store.Refs(t.Context(), storage.RowQuery{Parent: ref.ID, Type: mapi.TypeMessage})
		b.ok(err)
		if len(left) > 0 {
			t.Fatalf("%d messages are in a folder that is gone", len(left))
		}
	}
	b.consistent(alice)
}
