package storagetest

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
)

func testReopen(t *testing.T, f *fixture) {
	m := f.mailbox()
	long := strings.Repeat("reopened ", 5000)
	want := f.message(m, func(o *storage.Object) { o.Props.Set(mapi.String(mapi.PrDisplayCc, long[:2000])) })
	large := f.message(m, func(o *storage.Object) { o.Props.Set(mapi.String(mapi.PrBody, long)) })
	guid := f.s.ServerGUID()
	var orphan uint32
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
		ref, err := tx.PutLob(ctx, mapi.PrBody, blobOf([]byte("orphan")))
		orphan = ref.Instance
		return err
	})
	f.reopen()
	if f.s.ServerGUID() != guid {
		t.Error("the server GUID changed")
	}
	got, err := f.s.Object(f.ctx, want.ID)
	f.must(err)
	f.sameObject(got, want)
	got, err = f.s.Object(f.ctx, large.ID)
	f.must(err)
	if len(got.Lobs) != 1 || string(f.readLob(got.Lobs[0].Instance)) != long {
		t.Error("large value is lost")
	}
	_, err = f.s.Lob(f.ctx, orphan)
	f.wantCode(mapi.NotFound, err)
	more := f.message(m, nil)
	if more.ID <= large.ID {
		t.Errorf("object id %d after %d", more.ID, large.ID)
	}
	if c, err := f.s.Counters(f.ctx, m.inbox); err != nil || c.Content != 3 {
		t.Errorf("counters %+v %v", c, err)
	}
}

// testRandom does random things to a store and to a model in memory, and compares.
func testRandom(t *testing.T, f *fixture) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	m := f.mailbox()
	model := map[uint32]*storage.Object{}
	pick := func() *storage.Object {
		ids := slices.Sorted(maps.Keys(model))
		return model[ids[r.IntN(len(ids))]]
	}
	for step := range 300 {
		switch op := r.IntN(6); {
		case op < 2 || len(model) == 0:
			o := f.message(m, func(o *storage.Object) { o.Props.Set(randomText(r)) })
			model[o.ID] = o
		case op == 2:
			o := pick()
			delete(model, o.ID)
			f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
				if err := tx.Delete(ctx, []uint32{o.ID}); err != nil {
					return err
				}
				return tx.AddCounters(ctx, m.store, m.inbox, storage.Counters{Content: -1, Unread: -1})
			})
		case op == 3:
			o, v := pick(), randomText(r)
			o.Props.Set(v)
			o.Props.Set(mapi.Long(mapi.PrImportance, uint32(step)))
			f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
				have, err := tx.Object(ctx, o.ID)
				if err != nil {
					return err
				}
				have.Lobs = slices.DeleteFunc(have.Lobs, func(l storage.LobRef) bool { return l.Tag == v.Tag })
				have.Props.Set(v)
				have.Props.Set(mapi.Long(mapi.PrImportance, uint32(step)))
				return tx.PutObject(ctx, have)
			})
		case op == 4:
			o := pick()
			o.Props.Set(mapi.Long(mapi.PrMsgStatus, uint32(step)))
			f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
				var row *storage.Row
				err := tx.Rows(ctx, storage.RowQuery{IDs: []uint32{o.ID}}, func(r *storage.Row) error { row = r; return nil })
				if err != nil {
					return err
				}
				row.Props.Set(mapi.Long(mapi.PrMsgStatus, uint32(step)))
				return tx.PutRows(ctx, row)
			})
		case op == 5 && step%10 == 0:
			f.reopen()
		}
	}
	for id, want := range model {
		got, err := f.s.Object(f.ctx, id)
		f.must(err)
		for _, l := range got.Lobs { // large values come back as references
			got.Props.Set(mapi.PropValue{Tag: l.Tag, Data: f.readLob(l.Instance)})
		}
		got.Lobs = nil
		f.sameObject(got, want)
	}
	refs, err := f.s.Refs(f.ctx, storage.RowQuery{Parent: m.inbox, Type: mapi.TypeMessage})
	f.must(err)
	if len(refs) != len(model) {
		t.Errorf("%d messages, want %d", len(refs), len(model))
	}
	if c, ok := f.s.(storage.Checker); ok {
		f.must(c.CheckCounters(f.ctx))
	}
}

// randomText is a property whose value may be short, long or large.
func randomText(r *rand.Rand) mapi.PropValue {
	tags := []mapi.PropTag{mapi.PrBody, mapi.PrSubject, mapi.PrDisplayCc, mapi.MakeTag(0x1013, mapi.PtBinary)}
	n := []int{3, 300, 40000, 500000}[r.IntN(4)]
	tag := tags[r.IntN(len(tags))]
	if n == 500000 && r.IntN(4) > 0 {
		n = 10
	}
	return mapi.String(tag, strings.Repeat(fmt.Sprint(r.IntN(3), "€"), n/4))
}
