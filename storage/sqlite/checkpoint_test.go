package sqlite

import (
	"bytes"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/ncruces/go-sqlite3/driver"
)

// logBench is a database with a short log and its checkpointer.
type logBench struct {
	*testing.T
	path    string
	checks  *checkpointer
	writer  *sql.DB
	reader  *sql.DB
	errors  bytes.Buffer
	longest int64 // the log, in pages
}

const benchPage = 8192

func newLogBench(t *testing.T) *logBench {
	t.Helper()
	b := &logBench{T: t, path: filepath.Join(t.TempDir(), "zarafa.db")}
	b.must(CreatePrivate(b.path))
	name := dsn(b.path, Options{CacheKiB: 1024})
	checks, err := startCheckpointer(b.path, name, &reserve{}, slog.New(slog.NewTextHandler(&b.errors, nil)))
	b.must(err)
	checks.copyLog, checks.mostLog = 100, 400
	b.checks = checks
	b.writer, err = driver.Open(name, checks.watch)
	b.must(err)
	b.writer.SetMaxOpenConns(1)
	b.reader, err = driver.Open(name)
	b.must(err)
	b.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, x BLOB)")
	return b
}

func (b *logBench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *logBench) exec(text string, args ...any) {
	b.Helper()
	_, err := b.writer.Exec(text, args...)
	b.must(err)
}

// write makes a number of commits of a few pages each.
func (b *logBench) write(commits int) {
	b.Helper()
	for range commits {
		b.exec("INSERT INTO t (x) VALUES (randomblob(?))", 2*benchPage)
		info, err := os.Stat(b.path + "-wal")
		b.must(err)
		b.longest = max(b.longest, info.Size()/benchPage)
	}
}

// close ends everything and checks that nothing is lost.
func (b *logBench) close(rows int) {
	b.Helper()
	b.must(b.writer.Close())
	b.must(b.reader.Close())
	b.must(b.checks.close())
	if b.errors.Len() > 0 {
		b.Errorf("the log of the program says\n%s", b.errors.String())
	}
	if _, err := os.Stat(b.path + "-wal"); !os.IsNotExist(err) {
		b.Errorf("the write-ahead log is left: %v", err)
	}
	db, err := driver.Open("file:" + b.path)
	b.must(err)
	defer db.Close()
	var n int
	var verdict string
	b.must(db.QueryRow("SELECT count(*) FROM t").Scan(&n))
	b.must(db.QueryRow("PRAGMA integrity_check").Scan(&verdict))
	if n != rows || verdict != "ok" {
		b.Errorf("%d rows, want %d; integrity_check: %s", n, rows, verdict)
	}
}

// TestLogIsBounded: with a writer that never rests the log begins anew again and again.
func TestLogIsBounded(t *testing.T) {
	b := newLogBench(t)
	b.write(600)
	if most := int64(b.checks.mostLog) + 50; b.longest > most || b.longest < int64(b.checks.copyLog) {
		t.Errorf("the log had up to %d pages, want %d to %d", b.longest, b.checks.copyLog, most)
	}
	b.close(600)
}

// TestCopyBeside: the log is copied beside the writer, whose own part is small.
func TestCopyBeside(t *testing.T) {
	b := newLogBench(t)
	b.checks.mostLog = 1 << 30
	commits := 0
	for ; b.checks.tried == 0; commits++ {
		b.write(1)
	}
	for !b.checks.copied.Load() {
		runtime.Gosched()
	}
	b.write(5)
	if got := b.checks.length; got >= b.checks.copyLog {
		t.Errorf("the log has %d pages after it was copied", got)
	}
	b.close(commits + 5)
}

// TestReaderHoldsLog: while somebody reads old pages the log grows, and after that it begins anew.
func TestReaderHoldsLog(t *testing.T) {
	b := newLogBench(t)
	b.write(10)
	old, err := b.reader.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	b.must(err)
	count := func() (n int) {
		b.Helper()
		b.must(old.QueryRow("SELECT count(*) FROM t").Scan(&n))
		return n
	}
	if n := count(); n != 10 {
		t.Fatalf("%d rows, want 10", n)
	}
	b.write(300)
	if n := count(); n != 10 {
		t.Errorf("the reader sees %d rows, want the 10 of its beginning", n)
	}
	if b.checks.length < 900 {
		t.Errorf("the log has %d pages, which a reader needs some of", b.checks.length)
	}
	b.must(old.Rollback())
	b.write(200)
	if most := b.checks.mostLog + 50; b.checks.length > most {
		t.Errorf("the log has %d pages after the reader's end, want at most %d", b.checks.length, most)
	}
	b.close(510)
}
