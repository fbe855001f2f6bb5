package tables_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/server/session"
	"zarafa/wire"
)

// TestConcurrentUse has several sessions read, sort and restrict tables of a folder while messages come and go, and
// compares the rows when all is quiet.
func TestConcurrentUse(t *testing.T) {
	w := newWorld(t, budgets{1 << 20, 1 << 16})
	for i := range 200 {
		w.message(inboxID, fmt.Sprintf("m%d", i))
	}
	var readers, writers sync.WaitGroup
	stop := make(chan struct{})
	for n := range 4 {
		c := w.newCall(alice)
		readers.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(n), 7))
			for {
				select {
				case <-stop:
					return
				default:
					useTable(t, w, c, rng)
				}
			}
		})
	}
	writers.Go(func() { deliverAndDelete(w) })
	writers.Wait()
	close(stop)
	readers.Wait()
	x := w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrECHierarchyID)
	got := x.whole()
	var want string
	for id := w.next - 1; id >= firstID; id-- {
		if _, there := w.store.rows[id]; there {
			want += fmt.Sprintf(" %d", id)
		}
	}
	x.want("rows", " "+got, want)
}

func deliverAndDelete(w *world) {
	rng := rand.New(rand.NewPCG(3, 3))
	for i := range 300 {
		id := w.deliver(inboxID, fmt.Sprintf("new%d", i))
		if rng.IntN(2) == 0 {
			w.delete(id)
		} else {
			w.change(id, mapi.String(mapi.PrSubject, fmt.Sprintf("changed%d", i)))
		}
		if i%50 == 0 {
			w.svc.Apply(&feed.Batch{Store: storeID, Bulk: true, Events: []feed.Event{{Kind: feed.Modified, Object: w.ref(inboxID)}}})
		}
	}
}

// useTable opens a table, does something with it and closes it.
func useTable(t *testing.T, w *world, c *session.Call, rng *rand.Rand) {
	var open wire.TableOpenResponse
	err := w.svc.TableOpen(c, &wire.TableOpenRequest{EntryID: w.ref(inboxID).EntryID, TableType: mapi.TableMS, Type: 5}, &open)
	if err != nil {
		t.Error(err)
		return
	}
	multi := wire.TableMultiRequest{Request: wire.TableMultiParams{
		TableID: open.TableID, SetColumns: []mapi.PropTag{mapi.PrSubject, mapi.PrInstanceKey},
		QueryRows: &wire.TableQueryRowsParams{Count: 20},
	}}
	if rng.IntN(2) == 0 {
		multi.Request.Sort = &wire.TableSortParams{SortOrder: []mapi.SortOrder{desc(mapi.PrSubject)}, Categories: rng.Uint32N(2), Expanded: 1}
	}
	if rng.IntN(2) == 0 {
		multi.Request.Restrict = subjectHas("1")
	}
	if err := w.svc.TableMulti(c, &multi, &wire.TableMultiResponse{}); err != nil {
		t.Error(err)
	}
	if rng.IntN(2) == 0 {
		if err := w.svc.SubscribeTable(c, open.TableID, rng.Uint32()); err != nil {
			t.Error(err)
		}
		w.svc.TableQueryRows(c, &wire.TableQueryRowsRequest{TableID: open.TableID, RowCount: 5}, &wire.TableQueryRowsResponse{})
	}
	if err := w.svc.TableClose(c, &wire.TableCloseRequest{TableID: open.TableID}, nil); err != nil {
		t.Error(err)
	}
}
