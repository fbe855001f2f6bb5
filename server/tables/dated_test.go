package tables_test

import (
	"fmt"
	"testing"

	"zarafa/mapi"
)

// dated fills the inbox with n messages whose dates are in another order than their ids; some have none, some share one.
func (w *world) dated(n int) {
	for i := range n {
		if i%17 == 3 {
			w.message(inboxID, fmt.Sprint("undated ", i))
			continue
		}
		w.message(inboxID, fmt.Sprint("m", i), mapi.Time(mapi.PrMessageDeliveryTime, mapi.FileTime(1+i*7919%n/3)))
	}
}

// TestDatedOrder: a view that was made of dates alone has the rows that one made of whole rows has, and goes on having them.
func TestDatedOrder(t *testing.T) {
	for _, n := range []int{0, 63, 64, 65, 300} {
		for _, order := range [][]mapi.SortOrder{nil, {desc(mapi.PrMessageDeliveryTime)}, {asc(mapi.PrMessageDeliveryTime)}} {
			t.Run(fmt.Sprint(n, order), func(t *testing.T) {
				w := newWorld(t, large)
				w.dated(n)
				by := func() (dates, whole string) {
					x := w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrECHierarchyID)
					y := w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrECHierarchyID)
					x.sort(0, 0, order...)
					y.sort(0, 0, order...)
					y.restrict(&mapi.Restriction{Type: mapi.ResExist, Tag: mapi.PrSubject}) // looks at every row
					return x.whole(), y.whole()
				}
				dates, whole := by()
				if dates != whole {
					t.Errorf("by dates\n%s\nby rows\n%s", dates, whole)
				}
				fresh := newWorld(t, large) // whose first look is at whole rows
				fresh.dated(n)
				y := fresh.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrECHierarchyID)
				y.sort(0, 0, order...)
				y.restrict(&mapi.Restriction{Type: mapi.ResExist, Tag: mapi.PrSubject})
				if got := y.whole(); got != dates {
					t.Errorf("by dates\n%s\nby rows of a fresh server\n%s", dates, got)
				}
				if n == 0 {
					return
				}
				w.change(firstID, mapi.Time(mapi.PrMessageDeliveryTime, 1<<40))
				w.delete(firstID + uint32(n) - 1)
				w.deliver(inboxID, "late", mapi.Time(mapi.PrMessageDeliveryTime, 5))
				if dates, whole = by(); dates != whole {
					t.Errorf("after changes, by dates\n%s\nby rows\n%s", dates, whole)
				}
			})
		}
	}
}

// TestDatedStatements says what a folder costs that is opened by date: no scan of its rows, until somebody reads one page after the other.
func TestDatedStatements(t *testing.T) {
	w := newWorld(t, large)
	const n = 2000
	w.dated(n)
	open := func() *tab {
		x := w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrSubject, mapi.PrMessageFlags)
		x.sort(0, 0, desc(mapi.PrMessageDeliveryTime))
		return x
	}
	w.costs("cold: the store's locale, the first rows, the dates, a page", 4, func() { open().query(50, 0) })
	w.costs("warm", 0, func() { open().query(50, 0) })
	x := open()
	pages := 0
	read := w.statements(func() {
		for pages*50 < n {
			x.query(50, 0)
			pages++
		}
	})
	if read != 4 { // three more, and all of the folder with the last
		t.Errorf("%d pages cost %d statements", pages, read)
	}
	w.costs("all of it again", 0, func() { open().query(n, 0) })
	w.costs("another order", 0, func() { x := open(); x.sort(0, 0, asc(mapi.PrSubject)); x.query(50, 0) })
}

// TestDatedStatementsWithoutRoom: where the cell cache has no room for a folder, pages are read one by one and nothing else is.
func TestDatedStatementsWithoutRoom(t *testing.T) {
	w := newWorld(t, budgets{1 << 24, 1 << 14})
	w.dated(2000)
	x := w.open(inboxID, mapi.TypeMessage, 0).columns(mapi.PrSubject)
	x.sort(0, 0, desc(mapi.PrMessageDeliveryTime))
	x.query(1, 0)
	read := w.statements(func() {
		for range 20 {
			x.query(50, 0)
		}
	})
	if read != 20 {
		t.Errorf("20 pages cost %d statements", read)
	}
}

// TestDeepRowsWithoutCache: the rows of all folders below one lie in several folders, and are found when the cell cache keeps nothing.
func TestDeepRowsWithoutCache(t *testing.T) {
	w := newWorld(t, budgets{})
	w.add(w.next, inboxID, mapi.TypeFolder, mapi.FolderGeneric, mapi.String(mapi.PrDisplayName, "Below"))
	w.next++
	x := w.open(rootID, mapi.TypeFolder, mapi.OpenConvenientDepth).columns(mapi.PrDisplayName, mapi.PrDepth)
	x.sort(0, 0, asc(mapi.PrDisplayName))
	x.want("folders", x.whole(), "Below:2 Found:1 Inbox:1")
}
