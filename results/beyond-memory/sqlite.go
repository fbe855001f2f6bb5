package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
	"golang.org/x/sys/unix"

	"zarafa/storage"
	"zarafa/storage/sqlite"
)

// vfsName is the file system of SQLite that counts.
const vfsName = "counting"

// sqliteEngine runs in this process.
type sqliteEngine struct {
	path  string
	files countingVFS
}

func newSQLite(dir string) *sqliteEngine {
	e := &sqliteEngine{path: filepath.Join(dir, "zarafa.db"), files: countingVFS{VFS: vfs.Find("os"), reads: &readCount{}}}
	vfs.Register(vfsName, e.files)
	return e
}

func (e *sqliteEngine) open(ctx context.Context, filling bool) (storage.Store, error) {
	opts := sqlite.Options{VFS: vfsName}
	e.files.reads.filling.Store(filling)
	if filling {
		opts.CacheKiB = 128 << 10 // SQLite may have 256 MiB in all
	}
	return sqlite.Open(ctx, e.path, opts)
}

func (e *sqliteEngine) stop() error   { return nil }
func (e *sqliteEngine) settle() error { return nil } // closing the store copies the log
func (e *sqliteEngine) know() error   { return nil }

func (e *sqliteEngine) counts() (c counts, err error) {
	e.files.reads.mu.Lock()
	c.reads, c.serial = e.files.reads.pages, e.files.reads.serial
	c.detail = map[string]int64{"of the log": e.files.reads.ofLog}
	e.files.reads.mu.Unlock()
	c.device, c.written, err = processIO("self")
	return c, err
}

// cool drops the file's pages from the page cache.
func (e *sqliteEngine) cool() error {
	for _, path := range []string{e.path, e.path + "-wal"} {
		f, err := os.Open(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		err = errors.Join(unix.Fsync(int(f.Fd())), unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED), f.Close())
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *sqliteEngine) bytes() (n int64, err error) {
	info, err := os.Stat(e.path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// readCount counts reads of pages. Those of all connections are counted together: what is measured uses one at a time.
type readCount struct {
	filling              atomic.Bool
	mu                   sync.Mutex
	pages, serial, ofLog int64
	last                 int64 // end of the last read
}

func (r *readCount) add(off int64, size int, log bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if log {
		r.ofLog++
		return
	}
	if size < 4096 { // the header
		return
	}
	if r.pages++; off == r.last {
		r.serial++
	}
	r.last = off + int64(size)
}

// countingVFS is the system's file system with counts of the reads of the database and its log.
type countingVFS struct {
	vfs.VFS
	reads *readCount
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
	if f == nil || flags&(vfs.OPEN_MAIN_DB|vfs.OPEN_WAL) == 0 {
		return f
	}
	return countingFile{File: f, reads: v.reads, log: flags&vfs.OPEN_WAL != 0}
}

type countingFile struct {
	vfs.File
	reads *readCount
	log   bool
}

// Sync does nothing while the database is filled: that need not survive the power.
func (f countingFile) Sync(flags vfs.SyncFlag) error {
	if f.reads.filling.Load() {
		return nil
	}
	return f.File.Sync(flags)
}

func (f countingFile) ReadAt(p []byte, off int64) (int, error) {
	f.reads.add(off, len(p), f.log)
	return f.File.ReadAt(p, off)
}

// What SQLite asks a file for besides.

func (f countingFile) SharedMemory() vfs.SharedMemory { return vfsutil.WrapSharedMemory(f.File) }
func (f countingFile) LockState() vfs.LockLevel       { return vfsutil.WrapLockState(f.File) }
func (f countingFile) PersistWAL() bool               { return vfsutil.WrapPersistWAL(f.File) }
func (f countingFile) SetPersistWAL(keep bool)        { vfsutil.WrapSetPersistWAL(f.File, keep) }
func (f countingFile) PowersafeOverwrite() bool       { return vfsutil.WrapPowersafeOverwrite(f.File) }
func (f countingFile) SetPowersafeOverwrite(on bool)  { vfsutil.WrapSetPowersafeOverwrite(f.File, on) }
func (f countingFile) SizeHint(size int64) error      { return vfsutil.WrapSizeHint(f.File, size) }
func (f countingFile) HasMoved() (bool, error)        { return vfsutil.WrapHasMoved(f.File) }
