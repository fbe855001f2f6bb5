//go:build !race

package server

import (
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// TestOperationAllocations: pages and messages that have been sent before cost the same few allocations, however much is in
// them. The bounds are what they cost today; lower them when they cost less.
func TestOperationAllocations(t *testing.T) {
	o := newOperations(t)
	o.fill(100)
	table := o.openTable(mapi.PrMessageDeliveryTime, mapi.SortDescend)
	load := encode(&wire.LoadObjectRequest{SessionID: o.session, EntryID: o.messages[7]})
	query := func(rows uint32) []byte {
		return encode(&wire.TableQueryRowsRequest{SessionID: o.session, TableID: table, RowCount: rows, Flags: 1})
	}
	for _, tc := range []struct {
		name    string
		request []byte
		most    float64
	}{
		{"one row", query(1), 8},
		{"50 rows", query(50), 8},
		{"a message", load, 9},
	} {
		o.send(tc.request) // fills the cache and makes the buffers
		o.send(tc.request)
		if got := testing.AllocsPerRun(100, func() { o.send(tc.request) }); got > tc.most {
			t.Errorf("%s: %v allocations, at most %v were allowed", tc.name, got, tc.most)
		}
	}
}
