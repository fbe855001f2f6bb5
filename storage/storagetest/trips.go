package storagetest

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
)

// RoundTrips checks how often a delivery waits for a database that is reached through a socket, and how many statements
// several deliveries of one transaction take; trips counts.
func RoundTrips(t *testing.T, s storage.Store, trips func() uint64) {
	f := &fixture{T: t, ctx: t.Context(), s: s}
	m := f.mailbox()
	insert := func(ctx context.Context, tx storage.Tx, content []byte) error {
		o, err := newMessage(ctx, tx, m, m.inbox)
		if err != nil {
			return err
		}
		if content != nil {
			ref, err := tx.PutLob(ctx, mapi.PrAttachDataBin, blobOf(content))
			if err != nil {
				return err
			}
			attachment := o.Children[2]
			attachment.Props.Delete(mapi.PrAttachDataBin.ID())
			attachment.Lobs = append(attachment.Lobs, ref)
		}
		return insertIntoInbox(ctx, tx, m, o)
	}
	deliver := func(contents ...[]byte) {
		t.Helper()
		f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
			for _, content := range contents {
				if err := insert(ctx, tx, content); err != nil {
					return err
				}
			}
			return nil
		})
	}
	report := bytes.Repeat([]byte("report"), 5000)
	deliver([]byte("reserves numbers"))
	for _, tc := range []struct {
		name              string
		contents          [][]byte
		trips, statements uint64
	}{
		{"parts", [][]byte{nil}, 2, 4},
		{"an attachment nobody has", [][]byte{report}, 3, 8},
		{"an attachment that is stored", [][]byte{report}, 3, 6},
		{"parts, five times", slices.Repeat([][]byte{nil}, 5), 2, 4},
		{"an attachment that is stored, five times", slices.Repeat([][]byte{report}, 5), 3, 6},
	} {
		beforeTrips, before := trips(), s.Statements()
		deliver(tc.contents...)
		if got := trips() - beforeTrips; got != tc.trips {
			t.Errorf("a delivery with %s: %d round trips, want %d", tc.name, got, tc.trips)
		}
		if got := s.Statements() - before; got != tc.statements {
			t.Errorf("a delivery with %s: %d statements, want %d", tc.name, got, tc.statements)
		}
	}
}
