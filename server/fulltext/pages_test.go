package fulltext

import (
	"log/slog"
	"path/filepath"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/storage/storagetest"
)

// TestCatchUpReadsPages: to make a store complete, and to find what is gone, the index reads a page of a folder at a time.
func TestCatchUpReadsPages(t *testing.T) {
	const messages = storage.PageSize + 10
	b := newBench(t)
	list := make([]storage.Ref, messages)
	for i := range list {
		list[i] = b.save("red", "")
	}
	b.svc.Close()
	largest := &storagetest.Largest{Store: b.Store}
	folder := filepath.Join(t.TempDir(), "other")
	open := func() {
		b.svc = New(Options{Store: largest, Path: folder, Settings: b.settings, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
		t.Cleanup(b.svc.Close)
		b.svc.Start()
		b.svc.want(b.inbox.Store)
	}
	check := func(want ...storage.Ref) {
		t.Helper()
		largest.Take()
		open()
		b.finds("red", want...)
		if n := largest.Take(); n != storage.PageSize {
			t.Errorf("%d rows at a time, want a page of %d", n, storage.PageSize)
		}
		b.svc.Close()
	}
	check(list...)
	b.Delete(b.alice.User, mapi.DelHard, list[7])
	check(append(list[:7:7], list[8:]...)...)
}
