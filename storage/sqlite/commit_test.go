package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/storage/internal/sqlstore"
)

// TestFaultOfCommit: an update whose COMMIT fails has left nothing behind, neither its rows nor a doubt, and gives no number twice.
func TestFaultOfCommit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	if err := CreatePrivate(path); err != nil {
		t.Fatal(err)
	}
	lock, err := lockFile(path)
	if err != nil {
		t.Fatal(err)
	}
	failing := 0
	writers, readers, err := openPools(t.Context(), path, Options{Readers: 2}, func(conn *sqlite3.Conn) error {
		conn.CommitHook(func() bool {
			failing--
			return failing < 0 // false makes COMMIT fail
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := sqlstore.Open(t.Context(), sqlstore.Config{Dialect: dialect(), Readers: readers, Writers: writers, Shards: 1, MaxBatch: 8, Guard: lock})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.OnDoubt(func(lane uint32) { t.Errorf("lane %d is in doubt", lane) })
	given := map[uint32]bool{}
	for round := range 4 {
		failing = round % 2
		committed, name := false, fmt.Sprint("a", round)
		err := s.Update(t.Context(), 1, func(ctx context.Context, tx storage.Tx) error {
			if _, ok, err := tx.Setting(ctx, name); ok || err != nil {
				return errors.Join(err, errors.New("it is there"))
			}
			id, err := tx.NewObjectID(ctx)
			if err != nil {
				return err
			}
			if given[id] {
				t.Errorf("number %d is given twice", id)
			}
			given[id] = true
			return tx.SetSetting(ctx, name, []byte{1})
		}, func() { committed = true })
		fails := round%2 > 0
		if (err != nil) != fails || committed == fails || fails && mapi.CodeOf(err) != mapi.DatabaseError {
			t.Errorf("round %d: %v, committed %v", round, err, committed)
		}
		failing = 0
		if _, ok, err := s.Setting(t.Context(), name); ok == fails || err != nil {
			t.Errorf("round %d: it is there: %v, %v", round, ok, err)
		}
	}
}
