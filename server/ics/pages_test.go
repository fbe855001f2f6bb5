package ics_test

import (
	"fmt"
	"log/slog"
	"testing"

	"zarafa/mapi"
	"zarafa/server/ics"
	"zarafa/storage"
	"zarafa/storage/storagetest"
	"zarafa/wire"
)

// TestSyncReadsPages: whatever a client synchronises of a folder, a page of its rows is in memory at a time.
func TestSyncReadsPages(t *testing.T) {
	const messages = storage.PageSize + 10
	b := newBench(t)
	largest := &storagetest.Largest{Store: b.Store}
	b.svc = ics.New(largest, b.Objects, b.Rights, b.Users, b.Locales, slog.New(slog.DiscardHandler))
	all, some := b.newSync(b.folder, 1, normal), b.newSync(b.folder, 1, normal)
	export := &wire.ExportMessageChangesAsStreamRequest{PropTags: []mapi.PropTag{mapi.PrSubject}}
	list := make([]storage.Ref, messages)
	for i := range list {
		list[i] = b.NewMessage(b.alice.User, b.folder, []string{"red", "blue"}[i%2])
		export.SourceKeyPairs = append(export.SourceKeyPairs, wire.SourceKeyPair{ObjectKey: list[i].SourceKey})
	}
	sync := func(c *client, r *mapi.Restriction) func() int {
		return func() int {
			resp := c.ask(r)
			c.state = resp.MaxChangeID
			return len(resp.ChangesArray)
		}
	}
	for _, tc := range []struct {
		name string
		do   func() int
		want int // messages in the answer
		most int // rows at a time
	}{
		{"the first sync", sync(all, nil), messages, storage.PageSize},
		{"the first sync with a restriction", sync(some, red()), messages / 2, storage.PageSize},
		{"the same without", sync(some, nil), messages / 2, storage.PageSize},
		{"many changes", func() int {
			for _, m := range list {
				b.Change(b.alice.User, m, mapi.String(mapi.PrSubject, "green"))
			}
			return sync(all, nil)()
		}, messages, storage.PageSize},
		{"an export", func() int {
			var resp wire.ExportMessageChangesAsStreamResponse
			b.OK(b.svc.ExportMessageChangesAsStream(b.As(b.alice.User), export, &resp))
			return len(resp.MsgStreams)
		}, messages, storage.PageSize},
	} {
		largest.Take()
		n, most := tc.do(), largest.Take()
		if got, want := fmt.Sprint(n, most), fmt.Sprint(tc.want, tc.most); got != want {
			t.Errorf("%s: messages and rows at a time %s, want %s", tc.name, got, want)
		}
	}
}
