package storagetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
)

func testDateKeys(t *testing.T, f *fixture) {
	m := f.mailbox()
	var all []*storage.Object
	for i := range 6 {
		all = append(all, f.message(m, func(o *storage.Object) {
			switch i {
			case 1:
				o.Props.Delete(mapi.PrMessageDeliveryTime.ID())
			case 2:
				o.Props.Set(mapi.Time(mapi.PrMessageDeliveryTime, 0))
			case 3:
				o.Flags = mapi.FlagDeleted
			case 4:
				o.Flags = mapi.FlagAssociated
			}
		}))
	}
	live := storage.RowQuery{Parent: m.inbox, Type: mapi.TypeMessage, FlagsMask: mapi.FlagDeleted | mapi.FlagAssociated}
	check := func(q storage.RowQuery, which ...int) {
		t.Helper()
		var got, want []storage.DateKey
		f.must(f.s.DateKeys(f.ctx, q, func(k storage.DateKey) error { got = append(got, k); return nil }))
		for _, w := range which {
			v, ok := all[w].Props.Get(mapi.PrMessageDeliveryTime)
			want = append(want, storage.DateKey{ID: all[w].ID, Delivery: mapi.FileTime(v.Num), Dated: ok})
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	check(live, 0, 1, 2, 5)
	page := live
	page.After, page.Limit = all[0].ID, 2
	check(page, 1, 2)
	deleted := live
	deleted.Flags = mapi.FlagDeleted
	check(deleted, 3)
	check(storage.RowQuery{Parent: m.root, Type: mapi.TypeMessage})
	stop := errors.New("stop")
	if err := f.s.DateKeys(f.ctx, live, func(storage.DateKey) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("stopped: %v", err)
	}
	f.wantCode(mapi.InvalidParameter, f.s.DateKeys(f.ctx, storage.RowQuery{Type: mapi.TypeStore}, nil))
	f.wantCode(mapi.InvalidParameter, f.s.DateKeys(f.ctx, storage.RowQuery{Parent: m.inbox, IDs: []uint32{all[0].ID}}, nil))

	// The index follows every way in which a row changes.
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
		o, err := tx.Object(ctx, all[1].ID)
		if err != nil {
			return err
		}
		o.Props.Set(mapi.Time(mapi.PrMessageDeliveryTime, 77))
		return tx.PutObject(ctx, o)
	})
	all[1].Props.Set(mapi.Time(mapi.PrMessageDeliveryTime, 77))
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error { return tx.Delete(ctx, []uint32{all[0].ID}) })
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
		return tx.Move(ctx, all[5].Ref, m.root)
	})
	check(live, 1, 2)
	check(storage.RowQuery{Parent: m.root, Type: mapi.TypeMessage}, 5)
}
