package sqlite_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zarafa/storage"
)

// TestSharedCommits lets callers come back at different times, before the patience of a commit ends: they must
// share all commits but the first ones. The clock is synctest's, so that the disk's time does not matter.
func TestSharedCommits(t *testing.T) {
	const callers, updates = 4, 25
	path := filepath.Join(t.TempDir(), "zarafa.db")
	synctest.Test(t, func(t *testing.T) {
		s := open(t, path)
		defer s.Close()
		var mu sync.Mutex
		commits := map[storage.Tx]bool{}
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() {
				for range updates {
					time.Sleep(time.Duration(i+1) * 100 * time.Microsecond)
					err := s.Update(t.Context(), 1, func(ctx context.Context, tx storage.Tx) error {
						mu.Lock()
						commits[tx] = true
						mu.Unlock()
						time.Sleep(time.Millisecond)
						return tx.SetSetting(ctx, "counter", []byte{byte(i)})
					}, nil)
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if len(commits) > updates+2 {
			t.Errorf("%d commits for %d times %d updates", len(commits), callers, updates)
		}
	})
}
