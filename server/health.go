package server

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"zarafa/storage"
)

const (
	probeEvery = 5 * time.Second
	// retryEvery is how soon a failing database is asked again.
	retryEvery = time.Second
	// writeEvery is how often a probe writes while all is well: it costs a small transaction.
	writeEvery = time.Minute
	// probeLimit is how long a probe may take, and silentAfter how old the last answer may be: one probe and what lies between two.
	probeLimit  = 30 * time.Second
	silentAfter = probeLimit + 2*probeEvery
)

// healthSetting is what probes write.
const healthSetting = "health_probe"

// health knows whether the database answers and takes changes. One goroutine asks it; whoever wants to know gets the last answer and
// waits for nothing.
type health struct {
	store storage.Store
	now   func() time.Time
	doubt chan struct{} // of one element

	written time.Time // last tried; belongs to watch

	mu       sync.Mutex
	err      error // of the last probe
	answered time.Time
}

func newHealth(store storage.Store, now func() time.Time) *health {
	return &health{store: store, now: now, doubt: make(chan struct{}, 1), written: now(), answered: now()}
}

// watch probes until ctx ends.
func (h *health) watch(ctx context.Context) {
	for {
		h.probe(ctx)
		wait := probeEvery
		if h.last() != nil {
			wait = retryEvery
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-h.doubt:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// failed has the database probed at once, because an operation failed on it.
func (h *health) failed() {
	if h.last() != nil {
		return // it is known
	}
	select {
	case h.doubt <- struct{}{}:
	default:
	}
}

// probe asks the database. A full disk and a database that only reads answer every question; so now and then, and each time as long as
// it fails, a probe writes.
func (h *health) probe(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	err := h.store.Ping(limited)
	if failing := h.last() != nil; err == nil && (failing || h.now().Sub(h.written) >= writeEvery) {
		h.written = h.now()
		if err = h.write(limited); err != nil {
			err = fmt.Errorf("the database takes no changes; look for a full disk or read_only: %w", err)
		}
	}
	if ctx.Err() != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.err, h.answered = err, h.now()
}

func (h *health) write(ctx context.Context) error {
	return h.store.Update(ctx, storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
		return tx.SetSetting(ctx, healthSetting, []byte(h.now().UTC().Format(time.RFC3339)))
	}, nil)
}

func (h *health) last() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.err
}

// Healthy returns what keeps the server from its work, as of the last probe: that the database does not answer, or that it takes no
// changes. It does not wait.
func (s *Server) Healthy() error { return s.health.healthy() }

func (h *health) healthy() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err == nil && h.now().Sub(h.answered) > silentAfter {
		return errors.New("the database has not answered for " + h.now().Sub(h.answered).Truncate(time.Second).String())
	}
	return h.err
}
