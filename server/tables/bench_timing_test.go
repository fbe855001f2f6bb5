package tables_test

import (
	"fmt"
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// BenchmarkWarmOpen opens a warm folder sorted by subject and reads a page of 50 rows, as a client that shows a folder does.
func BenchmarkWarmOpen(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		b.Run(fmt.Sprintf("messages=%d", n), func(b *testing.B) {
			w := newWorld(b, large)
			for i := range n {
				w.message(inboxID, fmt.Sprintf("subject %d of a message", i*7919%n), flags(1))
			}
			page := func() {
				req := wire.TableMultiRequest{Request: wire.TableMultiParams{
					Open: &wire.TableOpenParams{EntryID: w.ref(inboxID).EntryID, TableType: mapi.TableMS, Type: 5},
					SetColumns: []mapi.PropTag{
						mapi.PrEntryID, mapi.PrInstanceKey, mapi.PrSubject, mapi.PrMessageFlags, mapi.PrParentEntryID,
					},
					Sort:      &wire.TableSortParams{SortOrder: []mapi.SortOrder{asc(mapi.PrSubject)}},
					QueryRows: &wire.TableQueryRowsParams{Count: 50},
				}}
				var resp wire.TableMultiResponse
				if err := w.svc.TableMulti(w.call, &req, &resp); err != nil {
					b.Fatal(err)
				}
				w.svc.TableClose(w.call, &wire.TableCloseRequest{TableID: resp.TableID}, nil)
			}
			page()
			b.ReportAllocs()
			for b.Loop() {
				page()
			}
		})
	}
}
