package tables_test

import (
	"fmt"
	"testing"

	"zarafa/mapi"
)

// statements is how many statements f costs.
func (w *world) statements(f func()) int {
	before := w.store.counted()
	f()
	return w.store.counted() - before
}

func (w *world) costs(what string, want int, f func()) {
	w.t.Helper()
	if got := w.statements(f); got != want {
		w.t.Errorf("%s costs %d statements, want %d", what, got, want)
	}
}

// TestStatements says what tables cost, cold and warm.
func TestStatements(t *testing.T) {
	w := newWorld(t, large)
	const n = 1000
	for i := range n {
		w.message(inboxID, fmt.Sprintf("subject %d", i*7919%n), flags(uint32(i%2)))
	}
	page := func(order ...mapi.SortOrder) func() {
		return func() {
			x := w.open(inboxID, mapi.TypeMessage, 0)
			x.columns(mapi.PrEntryID, mapi.PrSubject, mapi.PrMessageFlags, mapi.PrParentEntryID, mapi.PrStoreEntryID, mapi.PrInstanceKey)
			x.sort(0, 0, order...)
			x.query(50, 0)
			x.seek(0, n/2)
			x.query(50, 0)
			x.count()
		}
	}
	w.costs("cold", 2, page(asc(mapi.PrSubject))) // the store's locale, and one scan
	w.costs("warm", 0, page(asc(mapi.PrSubject)))
	w.costs("warm, another order", 0, page(desc(mapi.PrSubject), asc(mapi.PrMessageFlags)))
	w.costs("restricted", 0, func() { w.open(inboxID, mapi.TypeMessage, 0).restrict(subjectHas("99")).query(50, 0) })
	w.costs("grouped", 0, func() { w.open(inboxID, mapi.TypeMessage, 0).sort(1, 1, asc(mapi.PrMessageFlags)).query(50, 0) })
	w.costs("folders, cold", 1, func() { w.open(rootID, mapi.TypeFolder, 0).query(50, 0) })
	w.costs("folders, warm", 0, func() { w.open(rootID, mapi.TypeFolder, 0).query(50, 0) })
	id := w.message(inboxID, "late")
	w.costs("a change that comes with its row", 0, func() { w.change(id, flags(1)) })
	w.costs("a change without its row", 1, func() { w.deliver(inboxID, "later") })
	w.costs("page after a change", 0, page(asc(mapi.PrSubject)))
}

// TestStatementsWithoutCache: a page costs one statement when the cell cache keeps nothing.
func TestStatementsWithoutCache(t *testing.T) {
	w := newWorld(t, budgets{})
	for i := range 100 {
		w.message(inboxID, fmt.Sprintf("subject %d", i))
	}
	x := w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrSubject)
	w.costs("the first rows, the keys and a page", 3, func() { x.query(20, 0) })
	w.costs("page", 1, func() { x.query(20, 0) })
	w.costs("count and seek", 0, func() { x.count(); x.seek(0, 50) })
}
