//go:build !race

package tables_test

import (
	"fmt"
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// TestWarmPageAllocations: a page of a warm table allocates its answer and little else, however many rows it has.
func TestWarmPageAllocations(t *testing.T) {
	w := newWorld(t, large)
	for i := range 500 {
		w.message(inboxID, fmt.Sprintf("subject %d", i), flags(1))
	}
	x := w.open(inboxID, mapi.TypeMessage, 0)
	x.columns(mapi.PrEntryID, mapi.PrInstanceKey, mapi.PrSubject, mapi.PrMessageFlags, mapi.PrAccess, mapi.PrNormalizedSubject).sort(0, 0, asc(mapi.PrSubject))
	x.query(500, 0)
	var resp wire.TableQueryRowsResponse
	read := func(rows uint32) float64 {
		return testing.AllocsPerRun(50, func() {
			resp.RowSet.Raw, resp.RowSet.RawCount = resp.RowSet.Raw[:0], 0
			req := wire.TableQueryRowsRequest{TableID: x.id, RowCount: rows, Flags: 1}
			if err := w.svc.TableQueryRows(x.c, &req, &resp); err != nil {
				t.Fatal(err)
			}
		})
	}
	x.seek(0, 0)
	read(400) // the buffers have their size now
	if one, many := read(1), read(400); many > one || one > 12 {
		t.Errorf("%v allocations for one row, %v for 400", one, many)
	}
}
