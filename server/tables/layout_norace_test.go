//go:build !race

package tables_test

import (
	"fmt"
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// TestKeptRowAllocations: a page of kept rows allocates nothing for each row or cell.
func TestKeptRowAllocations(t *testing.T) {
	w := newWorld(t, large)
	for i := range 500 {
		w.message(inboxID, fmt.Sprintf("subject %d", i), flags(1))
	}
	x := w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrEntryID, mapi.PrSubject, mapi.PrMessageFlags, mapi.PrParentEntryID)
	x.allocates("rows without gaps")
	x.columns(mapi.PrEntryID, mapi.PrSubject, mapi.PrAccess, mapi.PrRights)
	x.allocates("rows with gaps")
}

// reader reads rows from the cursor into the same memory each time.
func (x *tab) reader() func(rows uint32) {
	var resp wire.TableQueryRowsResponse
	return func(rows uint32) {
		resp.RowSet.Raw, resp.RowSet.RawCount = nil, 0
		x.must(x.svc.TableQueryRows(x.c, &wire.TableQueryRowsRequest{TableID: x.id, RowCount: rows, Flags: 1}, &resp))
	}
}

// allocates checks that many rows allocate no more than one.
func (x *tab) allocates(what string) {
	x.t.Helper()
	x.seek(0, 0)
	read := x.reader()
	read(500)
	one := testing.AllocsPerRun(50, func() { read(1) })
	many := testing.AllocsPerRun(50, func() { read(500) })
	if many > one {
		x.t.Errorf("%s: %v allocations for one, %v for 500", what, one, many)
	}
}
