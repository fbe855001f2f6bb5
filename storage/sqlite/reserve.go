package sqlite

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/ncruces/go-sqlite3"
)

// reserve is a file beside the database that takes up room. When the disk is full it is removed, so that mail can be deleted: that
// needs room in the write-ahead log first. Until it is back only what makes room is written, or what fits into the pages of the
// database that deleting has freed; otherwise the next deliveries would use the room up.
type reserve struct {
	path string
	size int64
	log  *slog.Logger

	mu    sync.Mutex
	gone  atomic.Bool  // the file is not there
	pages atomic.Int64 // free pages in the database, as of the last commit while the file is not there
}

// Reserve is what a server keeps: the write-ahead log, which is copied every 64 MiB, and as much again. Before the log can begin anew
// all that is in it needs a place in the file.
const Reserve = 128 << 20

// openReserve lays the file up; a size of 0 is no reserve. On a full disk the server starts without.
func openReserve(database string, size int64, log *slog.Logger) *reserve {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	r := &reserve{path: database + "-reserve", size: size, log: log}
	if size > 0 {
		if err := r.lay(); err != nil {
			r.gone.Store(true)
			log.Error("there is no room for the reserve of the database; only what makes room is written, until some is made on the disk of setting sqlite_path", "file", r.path, "bytes", size, "error", err)
		}
	}
	return r
}

// lay makes the file and has the disk give it all its blocks.
func (r *reserve) lay() error {
	f, err := os.OpenFile(r.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	err = allocate(f, r.size)
	if err = errors.Join(err, f.Close()); err != nil {
		err = errors.Join(err, r.remove())
	}
	return err
}

// allocate gives a file blocks, which file systems that cannot do so get by being written to.
func allocate(f *os.File, size int64) error {
	err := syscall.Fallocate(int(f.Fd()), 0, 0, size)
	if !errors.Is(err, syscall.EOPNOTSUPP) && !errors.Is(err, syscall.ENOSYS) {
		return err
	}
	zeros := make([]byte, 1<<20)
	for at := int64(0); at < size; at += int64(len(zeros)) {
		if _, err := f.WriteAt(zeros[:min(int64(len(zeros)), size-at)], at); err != nil {
			return err
		}
	}
	return nil
}

func (r *reserve) remove() error {
	if err := os.Remove(r.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// room is how many bytes the disk has for us.
func (r *reserve) room() int64 {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(r.path), &disk); err != nil {
		return 0
	}
	return int64(disk.Bavail) * int64(disk.Bsize)
}

// Free implements sqlstore.Reserve.
func (r *reserve) Free() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.size == 0 || r.gone.Load() || r.room() >= r.size {
		return false
	}
	if err := r.remove(); err != nil {
		r.log.Error("the disk is full, and the reserve of the database cannot be removed", "file", r.path, "error", err)
		return false
	}
	r.pages.Store(0)
	r.gone.Store(true)
	r.log.Error("the disk with the file of setting sqlite_path is full; only what makes room is written from now on: delete mail, or make room on the disk")
	return true
}

// Tight implements sqlstore.Reserve.
func (r *reserve) Tight() bool { return r.gone.Load() && r.pages.Load()*pageSize < r.size/16 }

// Refill implements sqlstore.Reserve: the file is laid up again when the disk has room for it and as much again.
func (r *reserve) Refill() {
	if !r.gone.Load() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.room() < 2*r.size {
		return
	}
	if err := r.lay(); err != nil {
		return // somebody else took the room
	}
	r.gone.Store(false)
	r.log.Info("the disk with the file of setting sqlite_path has room again", "reserve", r.size)
}

// committed counts the free pages after a commit, while there is no reserve.
func (r *reserve) committed(conn *sqlite3.Conn) {
	r.Refill()
	if !r.gone.Load() {
		return
	}
	s, _, err := conn.Prepare("PRAGMA freelist_count")
	if err != nil {
		return // it is counted after the next commit
	}
	defer s.Close()
	if s.Step() {
		r.pages.Store(s.ColumnInt64(0))
	}
}
