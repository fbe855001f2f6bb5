package search

import (
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
)

// What a change of a message costs inside the write transaction does not grow with the results of the search folder.
func TestCostOfAChange(t *testing.T) {
	b := newBench(t)
	var all []storage.Ref
	for range 2*batchSize + 10 {
		all = append(all, b.message(b.inbox, "red"))
	}
	b.set(0, b.inbox)
	b.contains(all...)
	b.fault.read.Store(0)
	b.paint(all[7], "red")
	b.paint(all[8], "blue")
	b.settle()
	b.Delete(b.alice.User, 0x10, all[9])
	b.shows(append(all[:8:8], all[10:]...)...)
	if n, lists := b.fault.read.Load(), b.fault.lists.Load(); n > 2 || lists != 0 {
		t.Errorf("%d results and %d whole lists were read in transactions, for 3 changes", n, lists)
	}
}

// A folder of any size is searched one batch after the other, and never held as a whole.
func TestMemoryOfASearch(t *testing.T) {
	b := newBench(t)
	var all []storage.Ref
	var wanted []string
	for range 2*batchSize + 10 {
		all = append(all, b.message(b.inbox, "red"))
		wanted = append([]string{said("+", all[len(all)-1])}, wanted...)
	}
	b.fault.most.Store(0)
	b.set(0, b.inbox)
	b.contains(all...)
	b.hears(append(append([]string{"rebuilt"}, wanted...), "complete")...) // the newest first
	if most := b.fault.most.Load(); most > batchSize {
		t.Errorf("%d messages were read at once, want %d at most", most, batchSize)
	}
}

// The searches of a store are found without looking at those of others, and nothing stays behind of those that ended.
func TestSearchesByStore(t *testing.T) {
	b := newBench(t)
	bob := b.NewMailbox("bob")
	other := b.NewFolder(bob.User, bob.Root, "Search", mapi.FolderSearch)
	b.set(0, b.inbox)
	b.svc.begin(b.svc.prepare(other, criteria{restrict: red()}), nil)
	for store, want := range map[uint32]uint32{b.search.Store: b.search.ID, other.Store: other.ID} {
		if list := b.svc.of(store); len(list) != 1 || list[0].folder.ID != want || len(b.svc.stores[store]) != 1 {
			t.Errorf("store %d: %v", store, b.svc.stores[store])
		}
	}
	b.svc.forget(other.ID)
	b.svc.end(b.search.ID)
	if len(b.svc.searches)+len(b.svc.stores) != 0 {
		t.Errorf("left: %v, %v", b.svc.searches, b.svc.stores)
	}
}
