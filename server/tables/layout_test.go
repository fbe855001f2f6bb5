package tables_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"zarafa/mapi"
)

// TestKeptRows: rows that are kept in encoded form show what rows made of their cells show, whatever their columns, whoever
// asks and whatever has changed. Tables without caps keep no rows.
func TestKeptRows(t *testing.T) {
	const seed = 4711
	rng := rand.New(rand.NewPCG(seed, 1))
	w := newWorld(t, large)
	w.rights.read[inboxID] = true
	var ids []uint32
	for i := range 60 {
		ids = append(ids, w.message(inboxID, fmt.Sprintf("a <subject> & %d", i), mapi.Long(mapi.PrMessageFlags, uint32(i))))
	}
	all := []mapi.PropTag{
		mapi.PrEntryID, mapi.PrInstanceKey, mapi.PrSubject, mapi.PrMessageFlags, mapi.PrParentEntryID, mapi.PrStoreEntryID,
		mapi.PrUserName, mapi.PrAccess, mapi.PrParentDisplay, mapi.PrDisplayTo, mapi.PrObjectType, mapi.PrRowType,
		mapi.PrMailboxOwnerName, mapi.PrSubject.WithType(mapi.PtString8), mapi.PrNormalizedSubject, mapi.PrSubmitFlags,
	}
	calls := []struct{ kept, made *tab }{}
	for _, user := range []uint32{alice, bob} {
		c, entry := w.newCall(user), w.ref(inboxID).EntryID
		calls = append(calls, struct{ kept, made *tab }{
			w.openAs(c, mapi.TableMS, entry, mapi.TypeMessage, 0), w.openAs(c, mapi.TableMS, entry, mapi.TypeMessage, mapi.OpenNoCap),
		})
	}
	var sets [][]mapi.PropTag
	for range 20 { // more than the cell cache has kinds
		set := make([]mapi.PropTag, 1+rng.IntN(len(all)))
		for i := range set {
			set[i] = all[rng.IntN(len(all))]
		}
		sets = append(sets, set)
	}
	for step := range 300 {
		set, tabs := sets[rng.IntN(len(sets))], calls[rng.IntN(len(calls))]
		if step%3 == 0 {
			set = sets[step%2] // often enough to be found kept
		}
		from := rng.Int32N(50)
		tabs.kept.columns(set...).seek(0, from)
		tabs.made.columns(set...).seek(0, from)
		got, want := text(tabs.kept.query(10, 0)), text(tabs.made.query(10, 0))
		if got != want {
			t.Fatalf("seed %d, step %d, columns %v:\n%s\nmade of cells:\n%s", seed, step, set, got, want)
		}
		switch id := ids[rng.IntN(len(ids))]; step % 7 {
		case 0:
			w.change(id, mapi.String(mapi.PrSubject, fmt.Sprintf("changed in step %d", step)))
		case 3:
			ids = append(ids, w.deliver(inboxID, fmt.Sprintf("new in step %d", step)))
		}
	}
}
