package sqlite_test

import (
	"path/filepath"
	"testing"

	"zarafa/storage"
	"zarafa/storage/sqlite"
	"zarafa/storage/storagetest"
)

func TestStore(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) storagetest.Database {
		path := filepath.Join(t.TempDir(), "zarafa.db")
		return storagetest.OpenFunc(func(t *testing.T) storage.Store {
			s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return s
		})
	})
}
