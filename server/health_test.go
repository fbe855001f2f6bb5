package server

import (
	"context"
	"errors"
	"reflect"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"zarafa/server/config"
	"zarafa/storage"
)

// sickStore is a database that hangs or takes no changes.
type sickStore struct {
	storage.Store
	ping, update atomic.Pointer[func(context.Context) error]
	updates      atomic.Int32
}

func newSickStore() *sickStore {
	s := new(sickStore)
	s.becomes(&s.ping, well)
	s.becomes(&s.update, well)
	return s
}

func (s *sickStore) becomes(what *atomic.Pointer[func(context.Context) error], f func(context.Context) error) {
	what.Store(&f)
}

func (s *sickStore) Ping(ctx context.Context) error { return (*s.ping.Load())(ctx) }
func (s *sickStore) Update(ctx context.Context, _ uint32, _ func(context.Context, storage.Tx) error, _ func()) error {
	s.updates.Add(1)
	return (*s.update.Load())(ctx)
}

func well(context.Context) error { return nil }

// TestHealth: a database that is read-only or hangs is noticed, without a wait of whoever asks, and so is its recovery.
func TestHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newSickStore()
		h := newHealth(store, time.Now)
		ctx, cancel := context.WithCancel(t.Context())
		go h.watch(ctx)
		time.Sleep(10*writeEvery + time.Second) // of the bubble's clock, here and below
		if err := h.healthy(); err != nil || store.updates.Load() != 10 {
			t.Errorf("%v after %d writes in ten minutes", err, store.updates.Load())
		}
		full := errors.New("database or disk is full")
		store.becomes(&store.update, func(context.Context) error { return full })
		time.Sleep(writeEvery)
		if err := h.healthy(); !errors.Is(err, full) {
			t.Errorf("a full disk: %v", err)
		}
		store.becomes(&store.update, well)
		time.Sleep(probeEvery)
		if err := h.healthy(); err != nil {
			t.Errorf("after there is room again: %v", err)
		}
		gone := errors.New("no connection")
		store.becomes(&store.ping, func(context.Context) error { return gone })
		h.failed() // an operation did
		synctest.Wait()
		if err := h.healthy(); !errors.Is(err, gone) {
			t.Errorf("after an operation has failed: %v", err)
		}
		store.becomes(&store.ping, well)
		time.Sleep(retryEvery)
		synctest.Wait()
		if err := h.healthy(); err != nil {
			t.Errorf("a second after the database is back: %v", err)
		}
		store.becomes(&store.ping, func(context.Context) error { time.Sleep(time.Hour); return nil }) // deaf to its context too
		time.Sleep(silentAfter + probeEvery)
		before := time.Now()
		if err := h.healthy(); err == nil || time.Since(before) != 0 {
			t.Errorf("a database that hangs: %v after %v", err, time.Since(before))
		}
		cancel()
		time.Sleep(2 * time.Hour)
	})
}

// TestReloadReachesEverySetting: the server keeps no configuration beside the one that a reload replaces.
func TestReloadReachesEverySetting(t *testing.T) {
	server := reflect.TypeFor[Server]()
	for i := range server.NumField() {
		if f := server.Field(i); f.Type == reflect.TypeFor[*config.Config]() || f.Type == reflect.TypeFor[config.Config]() {
			t.Errorf("Server.%s keeps a configuration that HUP does not reach", f.Name)
		}
	}
	s := newOperations(t).server
	changed := *s.settings()
	changed.Cache.Cell += 1 << 20
	s.Reload(&changed)
	if s.settings() != &changed {
		t.Error("the configuration of before is in effect")
	}
}
