package storagetest

import (
	"bytes"
	"context"
	"io"
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
)

// testLobPieces: a reader of a large value costs a statement for each piece, leaves the database free in between, and finds the value gone or
// whole: whoever writes meanwhile never makes him read a mixture.
func testLobPieces(t *testing.T, f *fixture) {
	m := f.mailbox()
	data := bytes.Repeat([]byte("0123456789abcdef"), 3*storage.LobPiece/16)
	o := f.message(m, func(o *storage.Object) { o.Props.Set(mapi.Binary(mapi.PrECIMAPEmail, data)) })
	got, err := f.s.Object(f.ctx, o.ID)
	f.must(err)
	if len(got.Lobs) != 1 {
		t.Fatalf("%d large values", len(got.Lobs))
	}
	instance := got.Lobs[0].Instance
	before := f.s.Statements()
	f.readLob(instance)
	if n := f.s.Statements() - before; n != 4 {
		t.Errorf("%d statements for a value of three pieces, want 4", n)
	}
	r, err := f.s.OpenLob(f.ctx, instance)
	f.must(err)
	defer r.Close()
	first := make([]byte, 1)
	_, err = io.ReadFull(r, first)
	f.must(err)
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error { return tx.Delete(ctx, []uint32{o.ID}) })
	rest, err := io.ReadAll(r)
	f.wantCode(mapi.NotFound, err)
	if read := slices.Concat(first, rest); len(read) != storage.LobPiece || !bytes.Equal(read, data[:len(read)]) {
		t.Errorf("%d bytes were read of a value that was removed, want those of a piece", len(read))
	}
}

// testPages: pages give each object once and are no longer than asked for, also while what was given is deleted.
func testPages(t *testing.T, f *fixture) {
	m := f.mailbox()
	var want []uint32
	for range 10 {
		want = append(want, f.message(m, func(*storage.Object) {}).ID)
	}
	for _, limit := range []int{0, 1, 3, 5, 10, 11} {
		q := storage.RowQuery{Parent: m.inbox, Type: mapi.TypeMessage, Limit: limit}
		if limit == 0 {
			limit = storage.PageSize
		}
		var rows, refs []uint32
		f.must(storage.RowPages(f.ctx, f.s, q, func(page []*storage.Row) error {
			if len(page) > limit {
				t.Errorf("a page of %d, the limit is %d", len(page), limit)
			}
			for _, r := range page {
				rows = append(rows, r.ID)
			}
			clear(page)
			return nil
		}))
		f.must(storage.RefPages(f.ctx, f.s, q, func(page []storage.Ref) error {
			if len(page) > limit {
				t.Errorf("a page of %d, the limit is %d", len(page), limit)
			}
			for _, r := range page {
				refs = append(refs, r.ID)
			}
			clear(page)
			return nil
		}))
		if !slices.Equal(rows, want) || !slices.Equal(refs, want) {
			t.Errorf("pages of %d: rows %v, references %v, want %v", limit, rows, refs, want)
		}
	}
	var deleted []uint32
	q := storage.RowQuery{Parent: m.inbox, Type: mapi.TypeMessage, Limit: 3}
	f.must(storage.RefPages(f.ctx, f.s, q, func(page []storage.Ref) error {
		for _, r := range page {
			deleted = append(deleted, r.ID)
		}
		f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
			return tx.Delete(ctx, deleted[len(deleted)-len(page):])
		})
		return nil
	}))
	if !slices.Equal(deleted, want) {
		t.Errorf("deleted %v, want %v", deleted, want)
	}
}
