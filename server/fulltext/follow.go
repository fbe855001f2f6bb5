package fulltext

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"zarafa/server/internal/contain"
)

// retryAfter is how long the worker waits after something went wrong.
const retryAfter = 10 * time.Second

// indexFile is the index in its folder.
const indexFile = "words.db"

// follow opens the index and keeps it up to date until the service closes. After an error it begins anew.
func (s *Service) follow() {
	defer s.setIdle(true)
	for s.ctx.Err() == nil {
		err := contain.Call(s.followOnce)
		if s.ctx.Err() != nil {
			return
		}
		wait := retryAfter
		if p, panicked := errors.AsType[*contain.Panic](err); panicked {
			s.panics.Report(p, p.Value, "the full-text index cannot be kept up to date, so that searches are slow; to have it made anew, delete the folder of index_path", "folder", s.Path)
			s.setIdle(true)
		} else if damaged(err) {
			wait = 0
			s.Log.Warn("the full-text index is made anew; until it is complete, searches read the messages", "folder", s.Path, "reason", err)
			if err := s.removeFiles(); err != nil {
				s.Log.Error("the full-text index cannot be removed; delete the folder of index_path", "folder", s.Path, "error", err)
				wait = retryAfter
			}
		} else {
			s.Log.Error("there is no full-text index at the moment, so that searches are slow; see index_path", "folder", s.Path, "error", err)
			s.setIdle(true)
		}
		s.pause(wait)
	}
}

// pause waits, but not longer than the service lives.
func (s *Service) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.ctx.Done():
	}
}

func (s *Service) removeFiles() error {
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(filepath.Join(s.Path, indexFile+end)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (s *Service) followOnce() (err error) {
	if err := os.MkdirAll(s.Path, 0o700); err != nil {
		return err
	}
	about := fmt.Sprintf("%s %04x %t", s.Store.ServerGUID(), slices.Sorted(slices.Values(s.Settings.Exclude)), s.Settings.Attachments)
	x, err := OpenIndex(s.ctx, filepath.Join(s.Path, indexFile), about)
	if err != nil {
		return err
	}
	w := worker{Service: s, x: x}
	defer func() {
		s.index.CompareAndSwap(x, nil)
		s.forgetPlaces()
		err = errors.Join(err, x.Close())
	}()
	if err := w.begin(); err != nil {
		return err
	}
	s.index.Store(x)
	s.setIdle(false)
	for {
		if err := w.workOff(); err != nil {
			return err
		}
		if s.rests() {
			select {
			case <-s.changed:
			case <-s.ctx.Done():
				return w.end()
			}
		}
		if s.index.Load() != x {
			return errStrange // somebody found it damaged
		}
	}
}

// forgetPlaces makes the next index ask where it stands.
func (s *Service) forgetPlaces() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.stores {
		for _, id := range p.working {
			p.note(id)
		}
		p.working, p.complete = nil, false
	}
}

// rests reports whether there is nothing to do, and tells those who wait for that.
func (s *Service) rests() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.stores {
		if !p.complete || p.removed || len(p.waiting) > 0 {
			return false
		}
	}
	s.idle = true
	if s.settled != nil {
		close(s.settled)
		s.settled = nil
	}
	return true
}

// worker is the goroutine that writes an index.
type worker struct {
	*Service
	x *Index
}

// begin finds out which stores are indexed, and how far the index is behind each.
func (w worker) begin() error {
	stores, err := w.indexed()
	if err != nil {
		return err
	}
	last, err := w.Store.MaxChange(w.ctx, nil)
	if err != nil {
		return err
	}
	until, clean, err := w.x.takeClean(w.ctx)
	if err != nil {
		return err
	}
	if clean && until > last {
		return errStrange // the database is older than the index
	}
	clean = clean && until == last
	for _, store := range stores {
		p, _, err := w.x.Place(w.ctx, store)
		if err != nil {
			return err
		}
		w.mu.Lock()
		pending := w.of(store)
		pending.position, pending.complete = p.Position, p.Complete && clean && len(pending.waiting) == 0 && !pending.behind
		w.mu.Unlock()
	}
	return nil
}

// indexed lists the stores that the index knows and those that somebody has searched since. From then on their changes are
// noted, which must be before the last change is asked for: what comes earlier is found by its number. Stores that
// are gone are forgotten.
func (w worker) indexed() ([]uint32, error) {
	boxes, err := w.Store.Mailboxes(w.ctx, allMailboxes)
	if err != nil {
		return nil, err
	}
	known, err := w.x.stores(w.ctx)
	if err != nil {
		return nil, err
	}
	there := make(map[uint32]bool, len(boxes))
	for _, b := range boxes {
		there[b.ID] = true
	}
	for _, store := range known {
		if !there[store] {
			if err := w.x.forget(w.ctx, store); err != nil {
				return nil, err
			}
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, store := range known {
		if there[store] {
			w.of(store)
		}
	}
	return slices.Sorted(maps.Keys(w.stores)), nil
}

// end notes that the index has everything, if it has.
func (w worker) end() error {
	if !w.rests() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), retryAfter)
	defer cancel()
	last, err := w.Store.MaxChange(ctx, nil)
	if err != nil {
		return err
	}
	return w.x.setClean(ctx, last)
}

// workOff brings the index up to date, store by store.
func (w worker) workOff() error {
	for _, store := range w.busy() {
		if err := w.bringUp(store); err != nil {
			return err
		}
	}
	return nil
}

// busy lists the stores with something to do.
func (w worker) busy() []uint32 {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []uint32
	for store, p := range w.stores {
		if !p.complete || p.removed || len(p.waiting) > 0 {
			out = append(out, store)
		}
	}
	slices.Sort(out)
	return out
}

func (w worker) bringUp(store uint32) error {
	w.mu.Lock()
	p := *w.stores[store]
	if p.removed {
		delete(w.stores, store)
	}
	w.mu.Unlock()
	switch {
	case p.removed:
		return w.x.forget(w.ctx, store)
	case !p.complete:
		if err := w.readStore(store); err != nil {
			return err
		}
	}
	return w.takeIn(store)
}

// takeIn writes what waits of a store. What is noted meanwhile is left for the next turn, so that other stores have theirs.
func (w worker) takeIn(store uint32) error {
	w.mu.Lock()
	turns := len(w.stores[store].waiting)/batchMessages + 1
	w.mu.Unlock()
	for range turns {
		messages, p := w.take(store)
		err := w.write(store, messages, p)
		w.taken(store, p, err)
		if err != nil || len(messages) == 0 {
			return err
		}
	}
	return nil
}

// write reads messages and puts their words into the index, in as many steps as they have many words.
func (w worker) write(store uint32, messages []uint32, p Place) error {
	before, _, err := w.x.Place(w.ctx, store)
	if err != nil {
		return err
	}
	var entries []Entry
	var gone []uint32
	words := 0
	for _, id := range messages {
		d, err := w.Words(w.ctx, id)
		if err != nil {
			return err
		}
		if d == nil {
			gone = append(gone, id)
			continue
		}
		entries = append(entries, Entry{id, d})
		if words += len(d); words > batchWords {
			if err := w.x.Put(w.ctx, store, entries, gone, before); err != nil {
				return err
			}
			entries, gone, words = nil, nil, 0
		}
	}
	if len(entries)+len(gone) == 0 && p == before {
		return nil
	}
	return w.x.Put(w.ctx, store, entries, gone, p)
}
