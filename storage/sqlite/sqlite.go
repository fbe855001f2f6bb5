// Package sqlite keeps everything in one SQLite file: the database of a server that needs no
// set-up. It owns the settings of the connections and the meaning of SQLite's error numbers;
// the rest is in storage/internal/sqlstore.
//
// One connection writes, so updates of all lanes run one after the other and share commits; readers
// run beside it (write-ahead log). A commit is on disk when it returns (synchronous=FULL). A goroutine with a connection of its
// own copies the log into the file: see checkpointer.
// The package refuses a second server on the same file: see fileLock. Programs that only read may open it beside the server.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/storage/internal/sqlstore"
)

// Options tune an open store; the zero value is good.
type Options struct {
	// Readers is the number of connections that read; 0: two for each processor, at least 4 and at most 16.
	Readers int
	// MaxBatch is how many updates may share a commit; 0: 256.
	MaxBatch int
	// CacheKiB is the page cache of a connection in KiB; 0: its part of 64 MiB.
	CacheKiB int
	// Reserve is how much room is kept on the disk for deleting when it is full, in bytes; 0: none.
	Reserve int64
	// VFS is the name of a registered vfs.VFS through which the database's files are used; empty: the system's files. Measurements count with it.
	VFS string
	// Log gets what an operator should know; nil: nothing.
	Log *slog.Logger
}

func defaultReaders(processors int) int { return min(max(4, 2*processors), 16) }

// Connections is how many connections a store opens by default, on a machine with the given number of processors: the readers and
// one that writes. Each has a page cache of its own; that of the [checkpointer]'s connection stays empty.
func Connections(processors int) int { return defaultReaders(processors) + 1 }

// pageCaches is what the page caches of all connections hold together. They lie outside of the Go heap and nobody counts
// them as caches, so that they may not grow with the number of processors; what falls out of them is in the kernel's.
const pageCaches = 64 << 20

// PageCache is the page cache of each connection by default, if there are that many, in bytes.
func PageCache(connections int) int64 { return pageCaches / int64(max(connections, 1)) }

// Open opens or creates the file at path.
func Open(ctx context.Context, path string, opts Options) (storage.Store, error) {
	if opts.Readers == 0 {
		opts.Readers = defaultReaders(runtime.GOMAXPROCS(0))
	}
	if opts.MaxBatch == 0 {
		opts.MaxBatch = 256
	}
	if opts.CacheKiB == 0 {
		opts.CacheKiB = int(PageCache(opts.Readers+1) >> 10)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, openError(path, err)
	}
	if err := CreatePrivate(abs); err != nil {
		return nil, openError(path, err)
	}
	lock, err := lockFile(abs)
	if err != nil {
		return nil, openError(path, err)
	}
	reserve := openReserve(abs, opts.Reserve, opts.Log)
	checkpoints, err := startCheckpointer(abs, dsn(abs, opts), reserve, opts.Log)
	if err != nil {
		return nil, openError(path, errors.Join(err, lock.Close()))
	}
	guard := &guard{lock, checkpoints}
	writers, readers, err := openPools(ctx, abs, opts, checkpoints.watch)
	if err != nil {
		return nil, openError(path, errors.Join(err, guard.Close()))
	}
	s, err := sqlstore.Open(ctx, sqlstore.Config{
		Dialect: dialect(), Readers: readers, Writers: writers, Shards: 1, MaxBatch: opts.MaxBatch,
		Guard: guard, Reserve: reserve, Log: opts.Log,
	})
	if err != nil {
		return nil, openError(path, err)
	}
	return s, nil
}

// guard is what is closed last.
type guard struct {
	*fileLock
	checkpoints *checkpointer
}

// Close implements sqlstore.Guard.
func (g *guard) Close() error { return errors.Join(g.checkpoints.close(), g.fileLock.Close()) }

// openPools gives the one connection that writes, which watch is called with, and those that read.
func openPools(ctx context.Context, path string, opts Options, watch func(*sqlite3.Conn) error) (writers, readers *sql.DB, err error) {
	if writers, err = driver.Open(dsn(path, opts), watch); err != nil {
		return nil, nil, err
	}
	writers.SetMaxOpenConns(1)
	if err := writers.PingContext(ctx); err != nil {
		return nil, nil, errors.Join(err, writers.Close())
	}
	if readers, err = driver.Open(dsn(path, opts, "query_only(1)")); err != nil {
		return nil, nil, errors.Join(err, writers.Close())
	}
	readers.SetMaxOpenConns(opts.Readers)
	readers.SetMaxIdleConns(opts.Readers)
	return writers, readers, nil
}

// CreatePrivate makes the file of a database and those that SQLite keeps beside it, if there are none, for their owner alone:
// SQLite itself would let everybody read them. Connections want a name from [DSN].
func CreatePrivate(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		f, err := os.OpenFile(path+suffix, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

// openError says what an operator can do, unless the error does.
func openError(path string, err error) error {
	if errors.Is(err, errInUse) {
		return err
	}
	return mapi.Errorf(mapi.DatabaseError, "sqlite", "opening %s (setting sqlite_path; the folder must exist and be writable): %w", path, err)
}

const pageSize = 8192

// dsn sets up each connection. The page size must come before the first write: 8 KiB keeps the rows of
// most messages inside of a page of a WITHOUT ROWID table, which allows a quarter of one.
func dsn(path string, opts Options, more ...string) string {
	pragmas := append([]string{
		"busy_timeout(10000)", fmt.Sprintf("page_size(%d)", pageSize), "journal_mode(WAL)", "synchronous(FULL)",
		fmt.Sprintf("cache_size(-%d)", opts.CacheKiB),
	}, more...)
	name := DSN(path, pragmas...)
	if opts.VFS != "" {
		name += "&vfs=" + url.QueryEscape(opts.VFS)
	}
	return name
}

// DSN is the data source name of a file that [CreatePrivate] has made, with pragmas for each connection.
func DSN(path string, pragmas ...string) string {
	q := url.Values{"_pragma": pragmas, "modeof": {path}} // a log that SQLite makes anew gets the mode of the file
	query := strings.ReplaceAll(q.Encode(), "+", "%20")   // SQLite takes a plus as it is
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + query
}

// storeIDs does by recursion what SQLite's DISTINCT does not do by itself: one look-up a store.
const storeIDs = "WITH RECURSIVE s (id) AS (SELECT MIN(store) FROM hierarchy UNION ALL" +
	" SELECT (SELECT MIN(n.store) FROM hierarchy n WHERE n.store>s.id) FROM s WHERE s.id IS NOT NULL) SELECT id FROM s"

func dialect() *sqlstore.Dialect {
	return &sqlstore.Dialect{
		Name:    "sqlite",
		Setting: "sqlite_path",
		Columns: "SELECT m.name,c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type IN ('table','view')",
		Begin:   "BEGIN IMMEDIATE",
		Setup:   []string{"PRAGMA temp_store=MEMORY"}, // copies of pages that a statement changes need no file
		Fault:   fault,
		Upsert: func(keys, assignments string) string {
			return " ON CONFLICT(" + keys + ") DO UPDATE SET " + assignments
		},
		// Without OR FAIL each page is copied before a statement of several rows changes it.
		InsertRows: "INSERT OR FAIL",
		New:        func(column string) string { return "excluded." + column },
		StoreIDs:   storeIDs,
		Clustered:  " INDEXED BY sqlite_autoindex_hierarchy_1", // SQLite's name of the primary key of a table WITHOUT ROWID
		ByDate:     " INDEXED BY hierarchy_view",
		Now:        "unixepoch()",
		Greatest:   "max",
	}
}

// fault sorts SQLite's extended result codes. An error of COMMIT has nothing but its code.
func fault(err error) sqlstore.Fault {
	code, ok := errors.AsType[sqlite3.ExtendedErrorCode](err)
	if !ok {
		return sqlstore.FaultOther
	}
	switch code {
	case sqlite3.CONSTRAINT_UNIQUE, sqlite3.CONSTRAINT_PRIMARYKEY, sqlite3.CONSTRAINT_ROWID:
		return sqlstore.FaultDuplicate
	case sqlite3.IOERR_WRITE, sqlite3.IOERR_SHMSIZE: // whether the disk is full, the reserve looks
		return sqlstore.FaultFull
	}
	switch {
	case errors.Is(code, sqlite3.BUSY), errors.Is(code, sqlite3.LOCKED):
		return sqlstore.FaultRetry
	case errors.Is(code, sqlite3.FULL):
		return sqlstore.FaultFull
	case errors.Is(code, sqlite3.TOOBIG):
		return sqlstore.FaultTooBig
	}
	return sqlstore.FaultOther
}
