package objects

import (
	"fmt"
	"sync"
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// TestConcurrentWriters has several clients work on the same folders; the counters must come out right.
func TestConcurrentWriters(t *testing.T) {
	b := newBench(t)
	inbox, other := b.folder(alice, b.root[alice], "Inbox"), b.folder(alice, b.root[alice], "Other")
	const clients, rounds = 6, 8
	calls := make([]func() error, clients)
	for i := range calls {
		call := b.as(alice)
		calls[i] = func() error {
			for round := range rounds {
				id := mapi.NewEntryID(b.guid[alice], mapi.TypeMessage)
				n := &wire.SaveObject{ObjType: 5, ModProps: []mapi.PropValue{mapi.String(mapi.PrSubject, fmt.Sprint(i, round))}}
				if err := b.svc.SaveObject(call, &wire.SaveObjectRequest{ParentEntryID: inbox, EntryID: id, SaveObj: n}, &wire.LoadObjectResponse{}); err != nil {
					return err
				}
				var err error
				switch (i + round) % 4 {
				case 0:
					err = b.svc.CopyObjects(call, &wire.CopyObjectsRequest{Messages: list(id), DestFolderID: other, Flags: mapi.CopyMove}, nil)
				case 1:
					err = b.svc.DeleteObjects(call, deleteReq(0, id), nil)
				case 2:
					err = b.svc.SetReadFlags(call, &wire.SetReadFlagsRequest{EntryID: inbox}, nil)
				default:
					err = b.svc.CopyObjects(call, &wire.CopyObjectsRequest{Messages: list(id), DestFolderID: other}, nil)
				}
				if err != nil {
					return err
				}
			}
			return nil
		}
	}
	errs := make([]error, clients)
	var wg sync.WaitGroup
	for i, call := range calls {
		wg.Go(func() { errs[i] = call() })
	}
	wg.Wait()
	for _, err := range errs {
		b.ok(err)
	}
	b.consistent(alice)
}
