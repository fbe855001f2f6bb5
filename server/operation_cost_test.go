package server

import (
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// statements is how many SQL statements f costs.
func (o *operations) statements(f func()) uint64 {
	before := o.server.store.Statements()
	f()
	return o.server.store.Statements() - before
}

// deliver saves a message, encoded beforehand.
func (o *operations) deliver(n int) {
	req, id := o.saveRequest(n)
	o.send(encode(req))
	o.expect("<er>0</er>", 1)
	o.messages = append(o.messages, id)
}

// TestOperationStatements: what operations of clients cost in SQL statements. The numbers are exact: one more is a change that
// someone should have meant.
func TestOperationStatements(t *testing.T) {
	o := newOperations(t)
	o.fill(200)
	open := encode(o.openRequest(mapi.PrMessageDeliveryTime, mapi.SortDescend, pageRows))
	sorted := encode(o.openRequest(mapi.PrSubject, mapi.SortAscend, pageRows))
	load := encode(&wire.LoadObjectRequest{SessionID: o.session, EntryID: o.messages[7]})
	for _, tc := range []struct {
		name string
		want uint64
		do   func()
	}{
		{"opening a folder for the first time: the store's locale, the first rows and the dates", 3, func() { o.send(open) }},
		{"opening it again", 0, func() { o.send(open) }},
		{"opening it in another order", 0, func() { o.send(sorted) }},
		{"loading a message for the first time", 1, func() { o.send(load) }},
		{"loading it again", 0, func() { o.send(load) }},
		{"a delivery with three recipients and an attachment", 6, func() { o.deliver(1000) }},
		{"opening the folder after a delivery", 0, func() { o.send(open) }},
	} {
		if got := o.statements(tc.do); got != tc.want {
			t.Errorf("%s: %d statements, want %d", tc.name, got, tc.want)
		}
	}
}
