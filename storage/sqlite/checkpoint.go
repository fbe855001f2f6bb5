package sqlite

import (
	"errors"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"
)

// Lengths of the write-ahead log in pages of 8 KiB. The longer it may get the less is copied, since pages that change all the
// time are copied once; and the longer a start after a crash takes, which reads it.
const (
	copyLog = 8000     // then it is copied beside the writer
	mostLog = 32 << 10 // then the writer waits for the copy
)

// checkpointer copies the write-ahead log into the database file beside the writer. SQLite would do it within a commit, which
// takes tens of milliseconds then, on a rotating disk seconds.
//
// The log begins anew only if all of it is in the file, but while it is copied it gets longer. So the copy has two parts:
// a connection of its own copies what is there and sends it to the disk, and then the writer itself, after its next commit,
// copies the rest, which is small. Readers of old pages can hold that up; then the log grows, and it is tried again.
//
// committed belongs to the connection that writes; run to the checkpointer's goroutine.
type checkpointer struct {
	copyLog, mostLog int
	conn             *sqlite3.Conn
	file             *os.File // the database's
	reserve          *reserve
	log              *slog.Logger

	wanted chan struct{} // holds one token when the log is to be copied
	copied atomic.Bool   // and the writer has not done its part
	ended  sync.WaitGroup

	// The writer's:
	length int // of the log after the last commit
	tried  int // its length when the last copy began
}

// startCheckpointer begins to copy the log of a database file; dsn names it.
func startCheckpointer(path, dsn string, reserve *reserve, log *slog.Logger) (*checkpointer, error) {
	c := &checkpointer{copyLog: copyLog, mostLog: mostLog, wanted: make(chan struct{}, 1), reserve: reserve, log: log}
	var err error
	if c.conn, err = sqlite3.Open(dsn); err != nil {
		return nil, err
	}
	if c.file, err = os.OpenFile(path, os.O_RDWR, 0); err != nil {
		return nil, errors.Join(err, c.conn.Close())
	}
	c.ended.Go(c.run)
	return c, nil
}

// watch takes the place of the checkpoints that SQLite does by itself in commits of a connection.
func (c *checkpointer) watch(conn *sqlite3.Conn) error {
	conn.WALHook(func(conn *sqlite3.Conn, _ string, pages int) error {
		c.committed(conn, pages)
		return nil
	})
	return nil
}

// committed is called after each commit, with the length of the log.
func (c *checkpointer) committed(conn *sqlite3.Conn, pages int) {
	if pages < c.length {
		c.tried = 0 // the log has begun anew
	}
	c.length = pages
	if c.reserve.gone.Load() { // the log must not grow: the room it takes is not there
		c.checkpoint(conn)
		c.reserve.committed(conn)
		return
	}
	switch {
	case c.copied.CompareAndSwap(true, false) || pages >= max(c.mostLog, c.tried+c.copyLog):
		c.tried = pages
		c.checkpoint(conn)
	case pages >= c.tried+c.copyLog:
		select {
		case c.wanted <- struct{}{}:
			c.tried = pages
		default: // it is busy with the last one
		}
	}
}

// run copies what the log has when it is wanted.
func (c *checkpointer) run() {
	for range c.wanted {
		if !c.checkpoint(c.conn) {
			continue
		}
		if err := c.file.Sync(); err != nil {
			c.complain(err)
			continue
		}
		c.copied.Store(true)
	}
}

// checkpoint copies what no reader needs as it was, and waits for nobody.
func (c *checkpointer) checkpoint(conn *sqlite3.Conn) bool {
	_, _, err := conn.WALCheckpoint("main", sqlite3.CHECKPOINT_PASSIVE)
	if err != nil && !errors.Is(err, sqlite3.BUSY) {
		c.complain(err)
	}
	return err == nil
}

// complain tells an operator; nothing is lost, and the next commits try again.
func (c *checkpointer) complain(err error) {
	if c.log != nil {
		c.log.Error("the write-ahead log of SQLite could not be copied into the file of setting sqlite_path; it grows until that succeeds. Is the disk full?", "error", err)
	}
}

// close ends the goroutine; the connection that writes is closed already.
func (c *checkpointer) close() error {
	close(c.wanted)
	c.ended.Wait()
	return errors.Join(c.conn.Close(), c.file.Close())
}
