package mysql_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/storage/mysql"
	"zarafa/storage/mysql/mysqltest"
)

// mustBeRefused tries to open a database that another server has, and returns the sentence.
func mustBeRefused(t *testing.T, cfg mysql.Config) string {
	t.Helper()
	second, err := mysql.Open(t.Context(), cfg, mysql.Options{})
	if err == nil {
		second.Close()
		t.Fatal("two servers have one database")
	}
	if mapi.CodeOf(err) != mapi.DatabaseError || !strings.Contains(err.Error(), "in use by another server") {
		t.Fatalf("the second server is refused for another reason: %v", err)
	}
	return err.Error()
}

// putSetting is a small update.
func putSetting(t *testing.T, s storage.Store, name string) error {
	return s.Update(t.Context(), 1, func(ctx context.Context, tx storage.Tx) error { return tx.SetSetting(ctx, name, []byte{1}) }, nil)
}

// killConnections ends the connections to a database, except those that have one of the locks given.
func killConnections(t *testing.T, db *sql.DB, cfg mysql.Config, except ...string) {
	t.Helper()
	kept := map[int64]bool{}
	for _, name := range except {
		var id sql.NullInt64
		if err := db.QueryRow("SELECT IS_USED_LOCK(?)", name).Scan(&id); err != nil {
			t.Fatal(err)
		}
		kept[id.Int64] = true
	}
	rows, err := db.Query("SELECT id FROM information_schema.processlist WHERE db=?", cfg.Database)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		if !kept[id] {
			db.Exec(fmt.Sprintf("KILL %d", id)) // it may be gone
		}
	}
}

func TestSecondServer(t *testing.T) {
	t.Parallel()
	cfg, other := newDatabase(t), newDatabase(t)
	first := open(t, cfg, mysql.Options{})
	beside := open(t, other, mysql.Options{})
	defer beside.Close()
	message := mustBeRefused(t, cfg)
	for _, part := range []string{"setting mysql_database", cfg.Database, fmt.Sprintf("process %d on ", os.Getpid()), "connection ", "stop that one"} {
		if !strings.Contains(message, part) {
			t.Errorf("no %q in: %s", part, message)
		}
	}
	for name, s := range map[string]storage.Store{"first": first, "one with a database of its own": beside} {
		if err := putSetting(t, s, "a"); err != nil {
			t.Errorf("the server %s: %v", name, err)
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, cfg, mysql.Options{})
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}

// TestSecondServerWhileWriting ends all connections of the first server but the one that has a transaction open. Nobody
// may start before that has ended.
func TestSecondServerWhileWriting(t *testing.T) {
	t.Parallel()
	cfg := newDatabase(t)
	s := open(t, cfg, mysql.Options{Lanes: 1, Readers: 2})
	defer s.Close()
	db := root(t)
	defer db.Close()
	runs := 0
	err := s.Update(t.Context(), 1, func(ctx context.Context, tx storage.Tx) error {
		if runs++; runs > 1 {
			return errors.New("the connection of the update was ended")
		}
		if err := tx.SetSetting(ctx, "a", []byte{1}); err != nil {
			return err
		}
		killConnections(t, db, cfg, "zarafa:"+cfg.Database+":0")
		mustBeRefused(t, cfg)
		return nil
	}, nil)
	if err != nil {
		t.Errorf("the update: %v", err)
	}
	for range 3 {
		killConnections(t, db, cfg)
		if err := putSetting(t, s, "b"); err != nil {
			t.Errorf("the locks are not taken again: %v", err)
		}
		if err := s.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	}
	mustBeRefused(t, cfg)
}

// newProxy leads a configuration through a proxy.
func newProxy(t *testing.T, cfg mysql.Config) (*mysqltest.Proxy, mysql.Config) {
	t.Helper()
	if cfg.Socket == "" {
		t.Skip("the database is not reached through a Unix socket")
	}
	dir, err := os.MkdirTemp("", "zl") // short, for the socket's path
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	through := cfg
	through.Socket = filepath.Join(dir, "s")
	return mysqltest.New(t, through.Socket, cfg.Socket), through
}

// TestTakenOver: a server that lost its connections, and the database to another one, never writes again, not even when the other is gone.
func TestTakenOver(t *testing.T) {
	t.Parallel()
	cfg := newDatabase(t)
	var log bytes.Buffer
	var mu sync.Mutex
	cable, through := newProxy(t, cfg)
	first := open(t, through, mysql.Options{Log: slog.New(slog.NewTextHandler(lockedWriter{&mu, &log}, nil))})
	if err := putSetting(t, first, "a"); err != nil {
		t.Fatal(err)
	}
	cable.Close()
	second := open(t, cfg, mysql.Options{})
	cable.Open()
	for range 3 {
		if err := putSetting(t, first, "lost"); mapi.CodeOf(err) != mapi.DatabaseError || !strings.Contains(err.Error(), "taken over by another server, process ") {
			t.Errorf("the first server writes on: %v", err)
		}
	}
	if err := first.Ping(t.Context()); err == nil {
		t.Error("the first server takes itself for healthy")
	}
	if err := putSetting(t, second, "b"); err != nil {
		t.Errorf("the second server: %v", err)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	if err := putSetting(t, first, "lost"); err == nil {
		t.Error("the first server writes again, with numbers of before")
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if n := strings.Count(log.String(), "no longer alone"); n != 1 {
		t.Errorf("the operator is told %d times:\n%s", n, log.String())
	}
	last := open(t, cfg, mysql.Options{})
	defer last.Close()
	if _, ok, err := last.Setting(t.Context(), "lost"); ok || err != nil {
		t.Errorf("something was written by the server that was refused: %v", err)
	}
}

// TestTakenOverUnderLoad: a server writes without a pause in all lanes while its connections are cut, and another starts.
// No number is given twice, and what the first one acknowledged is there.
func TestTakenOverUnderLoad(t *testing.T) {
	t.Parallel()
	cfg := newDatabase(t)
	cable, through := newProxy(t, cfg)
	first := open(t, through, mysql.Options{})
	numbers := make([][]uint32, 4)
	busy := make(chan struct{}, 100)
	var writers sync.WaitGroup
	for lane := range numbers {
		writers.Go(func() {
			for {
				id, err := takeNumber(t, first, uint32(lane))
				if err == nil {
					numbers[lane] = append(numbers[lane], id)
					select {
					case busy <- struct{}{}:
					default:
					}
				} else if strings.Contains(err.Error(), "taken over") {
					return
				}
			}
		})
	}
	for len(busy) < cap(busy) { // all lanes write
		runtime.Gosched()
	}
	cable.Close()
	second := open(t, cfg, mysql.Options{})
	defer second.Close()
	cable.Open()
	seen := map[uint32]bool{}
	for range 50 {
		id, err := takeNumber(t, second, 7)
		if err != nil {
			t.Fatal(err)
		}
		seen[id] = true
	}
	writers.Wait()
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	for _, lane := range numbers {
		for _, id := range lane {
			if seen[id] {
				t.Errorf("number %d was given by both", id)
			}
			if _, ok, err := second.Setting(t.Context(), fmt.Sprint("n", id)); !ok || err != nil {
				t.Errorf("number %d is lost: %v", id, err)
			}
		}
	}
}

// takeNumber takes an object id and writes it down.
func takeNumber(t *testing.T, s storage.Store, lane uint32) (id uint32, err error) {
	err = s.Update(t.Context(), lane, func(ctx context.Context, tx storage.Tx) error {
		if id, err = tx.NewObjectID(ctx); err != nil {
			return err
		}
		return tx.SetSetting(ctx, fmt.Sprint("n", id), []byte{1})
	}, nil)
	return id, err
}

// lockedWriter writes under a mutex.
type lockedWriter struct {
	mu  *sync.Mutex
	out *bytes.Buffer
}

// Write implements io.Writer.
func (w lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out.Write(p)
}
