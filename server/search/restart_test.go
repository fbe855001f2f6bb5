package search

import (
	"context"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/wire"
)

// crashed has something happen that no search hears of, as when a server dies before it has looked at it, and starts anew.
func (b *bench) crashed(t *testing.T, change func()) {
	t.Helper()
	whole := b.Bench
	b.Bench = b.Beside()
	change()
	b.Bench = whole
	b.open(t)
	b.settle()
}

func TestCrash(t *testing.T) {
	for name, r := range map[string]*mapi.Restriction{"by value": red(), "by words": contains(mapi.PrSubject, "RED")} {
		t.Run(name, func(t *testing.T) {
			b := textBench(t)
			m1, m2, m3 := b.message(b.inbox, "red"), b.message(b.inbox, "red"), b.message(b.inbox, "red")
			m4 := b.message(b.inbox, "blue")
			other := b.NewFolder(b.alice.User, b.alice.Root, "Other", mapi.FolderGeneric)
			b.OK(b.trySet(0, r, b.inbox))
			b.shows(m1, m2, m3)
			b.crashed(t, func() {
				b.paint(m1, "blue")
				b.Delete(b.alice.User, 0x10, m2)
				b.move(1, other, m3)
				b.paint(m4, "red")
			})
			b.contains(m4)
			m5 := b.message(b.inbox, "red")
			b.shows(m4, m5)
			b.crashed(t, func() {
				b.OK(b.Objects.SetReadFlags(b.As(b.alice.User), &wire.SetReadFlagsRequest{Messages: [][]byte{m4.EntryID}}, &wire.SetReadFlagsResponse{}))
			})
			b.contains(m4, m5)
			if list := b.results(); len(list) != 2 || !list[0].Read {
				t.Errorf("results %v", list)
			}
		})
	}
}

// A server that was stopped finds its search folders as it left them, and looks at no message again.
func TestCleanStart(t *testing.T) {
	b := newBench(t)
	m := b.message(b.inbox, "red")
	b.set(0, b.inbox)
	b.svc.Close()
	b.OK(b.Store.Update(t.Context(), b.inbox.Store, func(ctx context.Context, tx storage.Tx) error { // a mark that a search would undo
		return tx.DeleteSearchResults(ctx, b.search.ID, nil)
	}, nil))
	b.open(t)
	b.settle()
	if list := b.results(); len(list) != 0 {
		t.Errorf("searched again: %v", list)
	}
	b.svc.Close()
	b.anew = true
	b.open(t)
	b.contains(m)
	b.hears("rebuilt", said("+", m), "complete")
}
