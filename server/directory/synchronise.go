package directory

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"zarafa/server/internal/contain"
	"zarafa/storage"
)

// refreshEvery is how old the copy of the plugin may become while it is in use (sync_gab_realtime).
const refreshEvery = time.Minute

// synchroniser lets one synchronisation run at a time.
type synchroniser struct {
	slot    chan struct{} // holds the right to run
	wake    chan struct{} // asks Run for a synchronisation
	started atomic.Uint64
	at      atomic.Int64 // Unix nanoseconds of the last start
	full    bool         // whether the last one was; under slot, as its result
	result  error

	scripts sync.Mutex // held while scripts run

	mu     sync.Mutex
	futile map[string]time.Time // until when a name is not looked for again
}

func newSynchroniser() synchroniser {
	return synchroniser{slot: make(chan struct{}, 1), wake: make(chan struct{}, 1), futile: make(map[string]time.Time)}
}

// maxFutile bounds the memory of names that a synchronisation did not bring.
const maxFutile = 1000

// isFutile reports whether a name that the plugin knows was looked for in vain a short time ago: strangers must not be able to have
// everything read again and again.
func (y *synchroniser) isFutile(name string, now time.Time) bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	return now.Before(y.futile[name])
}

func (y *synchroniser) noteFutile(name string, now time.Time) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if len(y.futile) >= maxFutile {
		clear(y.futile)
	}
	y.futile[name] = now.Add(refreshEvery)
}

// Run keeps the directory in step with the plugin until ctx ends: at once, and whenever the directory is in use and its copy
// is old. With the db plugin there is nothing to do.
func (s *Service) Run(ctx context.Context) {
	if s.plugin == nil {
		return
	}
	for {
		err := contain.Call(func() error { return s.synchronise(ctx, false) })
		if err != nil && ctx.Err() == nil {
			s.log.Error("users and groups could not be synchronised and stay as they were; see user_plugin_config",
				"plugin", s.plugin.Name(), "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.sync.wake:
		}
	}
}

// Close ends the plugin's connections, after the last request and the end of Run.
func (s *Service) Close() {
	if s.plugin == nil {
		return
	}
	if err := s.plugin.Close(); err != nil {
		s.log.Warn("closing the user plugin", "error", err)
	}
}

// refresh asks for a synchronisation if the last one was long ago. It never waits.
func (s *Service) refresh() {
	if s.plugin == nil || !s.settings().Realtime || s.now().UnixNano()-s.sync.at.Load() < int64(refreshEvery) {
		return
	}
	select {
	case s.sync.wake <- struct{}{}:
	default: // asked already
	}
}

// synchronise asks the plugin for everything and takes over what is different. Callers that come while one is running share the
// next one, so that everybody sees what was in the plugin when he called. Full has the plugin read what looks unchanged too.
func (s *Service) synchronise(ctx context.Context, full bool) error {
	before := s.sync.started.Load()
	select {
	case s.sync.slot <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if s.sync.started.Load() > before && (!full || s.sync.full) {
		defer func() { <-s.sync.slot }()
		return s.sync.result
	}
	s.sync.started.Add(1)
	s.sync.full = full
	s.sync.at.Store(s.now().UnixNano())
	// Others share the result, so it must not depend on whether this caller still waits. The plugin limits the time.
	ctx = context.WithoutCancel(ctx)
	done, err := s.takeOver(ctx, full)
	s.sync.result = err
	<-s.sync.slot
	// Scripts call the server, and may look up names: nothing is held while they run.
	s.report(ctx, done)
	return err
}

// awaitScripts returns when the scripts of earlier synchronisations have ended: after syncUsers, the stores that they make are there.
func (s *Service) awaitScripts() {
	s.sync.scripts.Lock()
	defer s.sync.scripts.Unlock()
}

// takeOver reads the plugin and brings the database and the snapshot to its state. What it did before an error stays done, and is in its
// result.
func (s *Service) takeOver(ctx context.Context, full bool) (*syncPlan, error) {
	content, err := s.plugin.Read(ctx, full)
	if err != nil {
		return nil, fmt.Errorf("reading the users of user_plugin = %s: %w", s.plugin.Name(), err)
	}
	if err := s.beginChange(ctx); err != nil {
		return nil, err
	}
	defer s.write.Unlock()
	p, err := s.plan(ctx, content)
	if err != nil {
		return nil, err
	}
	if len(p.steps) > 0 {
		err = s.carryOut(ctx, p)
		if rerr := s.reload(ctx); err == nil {
			err = rerr
		}
	}
	if err == nil {
		err = s.keepServers(ctx, content.Servers)
	}
	return p, err
}

// stepsPerUpdate bounds a transaction, so that others get their turn when thousands of users appear.
const stepsPerUpdate = 100

// carryOut makes the changes of a plan.
func (s *Service) carryOut(ctx context.Context, p *syncPlan) error {
	for at := 0; at < len(p.steps); at += stepsPerUpdate {
		batch := p.steps[at:min(at+stepsPerUpdate, len(p.steps))]
		err := s.store.Update(ctx, storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
			for _, step := range batch {
				if err := step.apply(ctx, tx); err != nil {
					return err
				}
			}
			return nil
		}, nil)
		if err != nil {
			return fmt.Errorf("taking over users and groups: %w", err)
		}
		for _, step := range batch {
			if step.event != nil {
				p.events = append(p.events, *step.event)
			}
		}
	}
	return nil
}

// serversSetting is the row of the settings table that keeps the list of servers for a start without the plugin.
const serversSetting = "directory_servers"

func (s *Service) readServers(ctx context.Context) error {
	if s.plugin == nil {
		return nil
	}
	value, ok, err := s.store.Setting(ctx, serversSetting)
	if err != nil || !ok {
		return err
	}
	var list []Server
	if err := json.Unmarshal(value, &list); err != nil {
		return fmt.Errorf("the list of servers in the table settings: %w", err)
	}
	s.servers.Store(&list)
	return nil
}

func (s *Service) keepServers(ctx context.Context, list []Server) error {
	before, err := json.Marshal(s.Servers())
	if err != nil {
		return err
	}
	after, err := json.Marshal(list)
	if err != nil || string(before) == string(after) {
		return err
	}
	err = s.store.Update(ctx, storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
		return tx.SetSetting(ctx, serversSetting, after)
	}, nil)
	if err == nil {
		s.servers.Store(&list)
	}
	return err
}
