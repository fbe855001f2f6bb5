package sqlite_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/storage/sqlite"
)

// countingVFS counts the pages that are read of databases.
type countingVFS struct {
	vfs.VFS
	pages *atomic.Int64
}

func (v countingVFS) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := vfsutil.WrapOpen(v.VFS, name, flags)
	return v.wrap(f, flags), flags, err
}

func (v countingVFS) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := vfsutil.WrapOpenFilename(v.VFS, name, flags)
	return v.wrap(f, flags), flags, err
}

func (v countingVFS) wrap(f vfs.File, flags vfs.OpenFlag) vfs.File {
	if f == nil || flags&vfs.OPEN_MAIN_DB == 0 {
		return f
	}
	return countingFile{f, v.pages}
}

type countingFile struct {
	vfs.File
	pages *atomic.Int64
}

func (f countingFile) SharedMemory() vfs.SharedMemory { return vfsutil.WrapSharedMemory(f.File) }

func (f countingFile) ReadAt(p []byte, off int64) (int, error) {
	f.pages.Add(1)
	return f.File.ReadAt(p, off)
}

// TestPagesRead says how much of a database a folder of 3,000 messages takes to read from a cold cache, in pages of 8 KiB.
func TestPagesRead(t *testing.T) {
	counting := countingVFS{vfs.Find("os"), new(atomic.Int64)}
	vfs.Register("counting", counting)
	t.Cleanup(func() { vfs.Unregister("counting") })
	path := filepath.Join(t.TempDir(), "zarafa.db")
	reopen := func() storage.Store {
		s, err := sqlite.Open(t.Context(), path, sqlite.Options{Readers: 1, VFS: "counting"})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	const n = 3000
	s := reopen()
	var ids []uint32
	err := s.Update(t.Context(), 1, func(ctx context.Context, tx storage.Tx) error {
		if err := tx.Insert(ctx, &storage.Object{Ref: storage.Ref{ID: 1, Store: 1, Type: mapi.TypeFolder}}); err != nil {
			return err
		}
		for i := range uint32(n) {
			ids = append(ids, 100+i*7)
			o := &storage.Object{Ref: storage.Ref{ID: 100 + i*7, Store: 1, Parent: 1, Type: mapi.TypeMessage, EntryID: mapi.NewEntryID(mapi.GUID{1}, mapi.TypeMessage)}}
			o.Props = mapi.Props{mapi.Time(mapi.PrMessageDeliveryTime, mapi.FileTime(i)), mapi.String(mapi.PrDisplayTo, strings.Repeat("x", 200)),
				mapi.Binary(mapi.PrSearchKey, make([]byte, 500))}
			if err := tx.Insert(ctx, o); err != nil {
				return err
			}
		}
		return nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	q := storage.RowQuery{Parent: 1, Type: mapi.TypeMessage}
	row := func(*storage.Row) error { return nil }
	for _, tc := range []struct {
		what     string
		min, max int64
		read     func(s storage.Store) error
	}{
		{"all rows", 300, 700, func(s storage.Store) error { return s.Rows(t.Context(), q, row) }},
		{"all dates", 5, 30, func(s storage.Store) error {
			return s.DateKeys(t.Context(), q, func(storage.DateKey) error { return nil })
		}},
		{"50 rows in their folder", 5, 20, func(s storage.Store) error {
			return s.Rows(t.Context(), storage.RowQuery{IDs: ids[n-50:], Within: 1}, row)
		}},
		{"deleting 500", 50, 250, func(s storage.Store) error {
			return s.Update(t.Context(), 1, func(ctx context.Context, tx storage.Tx) error { return tx.Delete(ctx, ids[n-500:]) }, nil)
		}},
	} {
		s := reopen()
		before := counting.pages.Load()
		if err := tc.read(s); err != nil {
			t.Fatal(err)
		}
		if got := counting.pages.Load() - before; got < tc.min || got > tc.max {
			t.Errorf("%s: %d pages read, want %d to %d", tc.what, got, tc.min, tc.max)
		} else {
			t.Logf("%s: %d pages", tc.what, got)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
