package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ncruces/go-sqlite3/driver"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/storage/sqlite"
	"zarafa/storage/storagetest"
)

func TestMain(m *testing.M) {
	holdChild()
	storagetest.CrashChild(func(path string) (storage.Store, error) {
		return sqlite.Open(context.Background(), path, sqlite.Options{})
	})
	os.Exit(m.Run())
}

func open(t *testing.T, path string) storage.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{Readers: 3})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func database(path string) storagetest.Database {
	return storagetest.OpenFunc(func(t *testing.T) storage.Store { return open(t, path) })
}

func TestStore(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) storagetest.Database {
		return database(filepath.Join(t.TempDir(), "zarafa.db"))
	})
}

func TestCrash(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zarafa.db")
	for round := range 3 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			storagetest.Crash(t, database(path), path, 100, func(child *exec.Cmd) { child.Process.Kill() })
		})
	}
}

func TestViews(t *testing.T) {
	path := filepath.Join(t.TempDir(), "odd name?&#%.db")
	s := open(t, path)
	defer s.Close()
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the file has another name: %v", err)
	}
	db, err := driver.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	storagetest.Views(t, s, db)
}

func TestOpenFails(t *testing.T) {
	if _, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "none", "zarafa.db"), sqlite.Options{}); mapi.CodeOf(err) != mapi.DatabaseError {
		t.Errorf("a folder that does not exist: %v", err)
	}
	path := filepath.Join(t.TempDir(), "zarafa.db")
	open(t, path).Close()
	db, err := driver.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("INSERT INTO versions VALUES (9999,0)"); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), path, sqlite.Options{}); mapi.CodeOf(err) != mapi.DatabaseError {
		t.Errorf("a database of a later version: %v", err)
	}
}

func BenchmarkStore(b *testing.B) {
	storagetest.Benchmark(b, func(b *testing.B) storage.Store {
		s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "zarafa.db"), sqlite.Options{})
		if err != nil {
			b.Fatal(err)
		}
		return s
	})
}
