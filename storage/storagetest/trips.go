package storagetest

import (
	"bytes"
	"context"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
)

// RoundTrips checks how often a delivery waits for a database that is reached through a socket; trips counts.
func RoundTrips(t *testing.T, s storage.Store, trips func() uint64) {
	f := &fixture{T: t, ctx: t.Context(), s: s}
	m := f.mailbox()
	deliver := func(content []byte) {
		t.Helper()
		f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
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
			change, err := tx.NewChangeID(ctx)
			if err != nil {
				return err
			}
			if err := tx.Insert(ctx, o); err != nil {
				return err
			}
			if err := tx.AddCounters(ctx, m.store, m.inbox, storage.Counters{Content: 1, Unread: 1}); err != nil {
				return err
			}
			return tx.PutChange(ctx, storage.Change{ID: change, Parent: []byte("inbox"), SourceKey: o.SourceKey, Type: 0x1001})
		})
	}
	report := bytes.Repeat([]byte("report"), 5000)
	deliver([]byte("reserves numbers"))
	for _, tc := range []struct {
		name    string
		content []byte
		want    uint64
	}{
		{"parts", nil, 2},
		{"an attachment nobody has", report, 3},
		{"an attachment that is stored", report, 3},
	} {
		before := trips()
		deliver(tc.content)
		if got := trips() - before; got != tc.want {
			t.Errorf("a delivery with %s: %d round trips, want %d", tc.name, got, tc.want)
		}
	}
}
