package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"zarafa/mapi"
)

// lockSuffix is what the name of the lock file has beyond the database's.
const lockSuffix = "-lock"

// errInUse says that another server has the database.
var errInUse = errors.New("in use by another server")

// fileLock is a server's claim to a database file: an advisory lock on a file beside it, which the kernel takes back when the
// process ends, however it ends. SQLite's own locks would not do: they last for a transaction, and held longer they would
// keep out those who only read. The file stays when the lock is given back; removing it would let two others lock
// two files of one name. It says who has the lock, for the message that the next one gets.
type fileLock struct{ file *os.File }

// lockFile locks the database file at a path, which must exist, without waiting. Links to a file lead to its lock.
func lockFile(path string) (*fileLock, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(real+lockSuffix, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = mapi.Errorf(mapi.DatabaseError, "sqlite", "%s (setting sqlite_path) is %w, %s; stop that one, or give this one a file of its own", path, errInUse, holder(f))
	} else if err != nil {
		err = fmt.Errorf("locking %s: %w; put the database on a file system that has locks", f.Name(), err)
	} else {
		err = signLock(f)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &fileLock{f}, nil
}

// signLock writes down who has the lock.
func signLock(f *os.File) error {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt(fmt.Appendf(nil, "process %d on %s\n", os.Getpid(), host), 0)
	return err
}

// holder reads who has the lock. Between locking and signing there is nobody to read of.
func holder(f *os.File) string {
	text := make([]byte, 300)
	n, _ := f.ReadAt(text, 0)
	line, _, _ := strings.Cut(string(text[:n]), "\n")
	if line == "" {
		return "which is just starting"
	}
	return strings.ToValidUTF8(line, "?")
}

// Begin implements sqlstore.Guard.
func (l *fileLock) Begin(context.Context) error { return nil }

// Claim implements sqlstore.Guard.
func (l *fileLock) Claim(context.Context, *sql.Conn) (func(), error) { return nil, nil }

// Check implements sqlstore.Guard: as long as the file is open the lock is there.
func (l *fileLock) Check() error { return nil }

// Close implements sqlstore.Guard.
func (l *fileLock) Close() error { return l.file.Close() }
