package fulltext

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/ext/fts5"

	"zarafa/storage/sqlite"
)

// format is the version of what the file holds and of how texts become words. Files of other versions are made anew.
const format = 1

// The words are kept without their places and without the texts: the least that can say which messages have a word. The row
// of a message has the store's id in its upper half.
const schema = `
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stores (store INTEGER PRIMARY KEY, position INTEGER NOT NULL, complete INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS messages (id INTEGER PRIMARY KEY);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(word, content='', contentless_delete=1, detail=none, tokenize='ascii');
CREATE VIRTUAL TABLE IF NOT EXISTS vocabulary USING fts5vocab(words, 'row');
`

// An Index is the file that knows which messages have which words. One goroutine writes at a time, any number read.
type Index struct {
	writer, readers *sql.DB
}

// Entry is a message and its words.
type Entry struct {
	Message uint32
	Words   Document
}

// maxReaders bounds the connections that read: each has a page cache of its own (server/memlimit counts them).
const maxReaders = 4

// OpenIndex opens or makes the file. What is told of the messages it is about must be the same every time.
func OpenIndex(ctx context.Context, path, about string) (*Index, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := sqlite.CreatePrivate(abs); err != nil { // it has the words of all mail
		return nil, err
	}
	x := new(Index)
	if x.writer, err = driver.Open(dsn(abs, "cache_size(-8192)"), fts5.Register); err != nil {
		return nil, err
	}
	x.writer.SetMaxOpenConns(1)
	if err := x.prepare(ctx, about); err != nil {
		return nil, errors.Join(err, x.writer.Close())
	}
	if x.readers, err = driver.Open(dsn(abs, "cache_size(-4096)", "query_only(1)"), fts5.Register); err != nil {
		return nil, errors.Join(err, x.writer.Close())
	}
	x.readers.SetMaxOpenConns(min(runtime.GOMAXPROCS(0), maxReaders))
	return x, nil
}

func dsn(path string, more ...string) string {
	pragmas := append([]string{"busy_timeout(10000)", "page_size(8192)", "journal_mode(WAL)", "synchronous(NORMAL)"}, more...)
	return sqlite.DSN(path, pragmas...)
}

// errStrange marks a file that is about other messages, or of another version.
var errStrange = errors.New("made for another database, with other settings or by another version")

// damaged reports whether a file is not to be used any more.
func damaged(err error) bool {
	return errors.Is(err, errStrange) || errors.Is(err, sqlite3.CORRUPT) || errors.Is(err, sqlite3.NOTADB)
}

func (x *Index) prepare(ctx context.Context, about string) error {
	if _, err := x.writer.ExecContext(ctx, schema); err != nil {
		return err
	}
	want := fmt.Sprintf("%d %s", format, about)
	var have string
	err := x.writer.QueryRowContext(ctx, "SELECT value FROM meta WHERE name='made for'").Scan(&have)
	if errors.Is(err, sql.ErrNoRows) {
		_, err = x.writer.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES ('made for', ?)", want)
		return err
	}
	if err == nil && have != want {
		return errStrange
	}
	return err
}

// Close closes the file.
func (x *Index) Close() error { return errors.Join(x.readers.Close(), x.writer.Close()) }

func rowID(store, message uint32) int64 { return int64(store)<<32 | int64(message) }

// Put brings messages of a store up to date and notes how far the store's changes have been followed.
func (x *Index) Put(ctx context.Context, store uint32, entries []Entry, gone []uint32, p Place) error {
	tx, err := x.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	err = x.write(ctx, tx, store, entries, gone, p)
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// Place is how far the changes of a store have been followed. A store is complete once all its old messages have been read.
type Place struct {
	Position uint32 // the number of the last change
	Complete bool
}

func (x *Index) write(ctx context.Context, tx *sql.Tx, store uint32, entries []Entry, gone []uint32, p Place) error {
	for _, id := range gone {
		if err := remove(ctx, tx, rowID(store, id)); err != nil {
			return err
		}
	}
	for _, e := range entries {
		row := rowID(store, e.Message)
		if err := remove(ctx, tx, row); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO messages (id) VALUES (?)", row); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO words (rowid, word) VALUES (?, ?)", row, strings.Join(e.Words, " ")); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO stores (store, position, complete) VALUES (?, ?, ?)"+
		" ON CONFLICT(store) DO UPDATE SET position=excluded.position, complete=excluded.complete", store, p.Position, p.Complete)
	return err
}

func remove(ctx context.Context, tx *sql.Tx, row int64) error {
	done, err := tx.ExecContext(ctx, "DELETE FROM messages WHERE id=?", row)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM words WHERE rowid=?", row)
	return err
}

// Find lists the messages of a store that have all of what is looked for, ascending.
func (x *Index) Find(ctx context.Context, store uint32, finds []Find) ([]uint32, error) {
	var b strings.Builder
	for i, f := range finds {
		if i > 0 {
			b.WriteString(" AND ")
		}
		f.expression(&b)
	}
	rows, err := x.readers.QueryContext(ctx, "SELECT rowid FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid",
		b.String(), rowID(store, 0), rowID(store, ^uint32(0)))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []uint32
	for rows.Next() {
		var row int64
		if err := rows.Scan(&row); err != nil {
			return nil, err
		}
		out = append(out, uint32(row))
	}
	return out, rows.Err()
}
