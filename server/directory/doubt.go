package directory

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"zarafa/storage"
)

// doubt is about a change of which nobody knows whether it was committed: the snapshot may be out of date.
type doubt struct {
	stale    atomic.Bool
	mu       sync.Mutex // one reads the directory again, the others wait for him
	attempts atomic.Uint64
}

// renewTimeout bounds how long a look-up waits for a database that is away.
const renewTimeout = 2 * time.Second

// Amend has the directory read again before it is used, if a change of what belongs to no store is in doubt.
func (s *Service) Amend(store uint32) {
	if store == storage.LaneDirectory {
		s.doubt.stale.Store(true)
	}
}

// known is the snapshot. If it may be out of date it is read again before; while the database is away the last
// one must do, since nobody could use the rest of what is in memory without it.
func (s *Service) known() *snapshot {
	if s.doubt.stale.Load() {
		s.renew()
	}
	return s.current.Load()
}

func (s *Service) renew() {
	before := s.doubt.attempts.Load()
	s.doubt.mu.Lock()
	defer s.doubt.mu.Unlock()
	if s.doubt.attempts.Load() != before || !s.write.TryLock() {
		return // another caller has tried meanwhile; or somebody changes the directory, maybe the caller, and begins by reading it again
	}
	defer s.write.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), renewTimeout)
	defer cancel()
	if err := s.settle(ctx); err != nil {
		s.log.Debug("users and groups cannot be read again yet", "error", err)
	}
	s.doubt.attempts.Add(1)
}

// settle reads the directory again if it may be out of date; the caller holds write.
func (s *Service) settle(ctx context.Context) error {
	if !s.doubt.stale.Swap(false) {
		return nil
	}
	err := s.reload(ctx)
	if err != nil {
		s.doubt.stale.Store(true)
		return fmt.Errorf("reading users and groups again: %w", err)
	}
	return nil
}

// beginChange locks the directory for a change of what is in the database.
func (s *Service) beginChange(ctx context.Context) error {
	s.write.Lock()
	err := s.settle(ctx)
	if err != nil {
		s.write.Unlock()
	}
	return err
}
