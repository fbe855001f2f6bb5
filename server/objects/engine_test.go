package objects

import (
	"context"
	"path/filepath"
	"testing"

	"zarafa/storage"
	"zarafa/storage/sqlite"
)

// newTestStore opens an empty store of the test's own. It checks itself when the test ends.
func newTestStore(t *testing.T) storage.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), sqlite.Options{Readers: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if c, ok := store.(storage.Checker); ok && !t.Failed() {
			if err := c.CheckConsistency(context.Background()); err != nil {
				t.Error(err)
			}
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}
