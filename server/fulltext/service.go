package fulltext

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"zarafa/mapi"
	"zarafa/server/internal/contain"
	"zarafa/storage"
)

// Options are what a [Service] works with.
type Options struct {
	Store storage.Store
	// Path is the folder of the index; it is made if it is not there. Empty: there is no index, messages are read.
	Path     string
	Settings Settings
	Log      *slog.Logger
	Panics   *contain.Reporter // what panics is logged once for all who share it; nil: a reporter of its own
}

// Service answers which messages have which words, and is a sink of the change feed.
type Service struct {
	Options
	extractor extractor
	ctx       context.Context // ends when the service closes
	cancel    context.CancelFunc
	done      sync.WaitGroup
	index     atomic.Pointer[Index] // nil while there is none
	panics    *contain.Reporter

	mu      sync.Mutex
	stores  map[uint32]*pending // those that are indexed, with what the index does not have yet
	changed chan struct{}       // holds something if the worker may have something to do
	settled chan struct{}       // closed when the worker has nothing to do; nil if nobody waits
	idle    bool                // the worker has nothing to do, or cannot do it
}

// New makes the service. It works without an index until [Service.Start].
func New(o Options) *Service {
	ctx, cancel := context.WithCancel(context.Background())
	return &Service{
		Options: o, extractor: extractor{o.Store, o.Settings}, ctx: ctx, cancel: cancel,
		panics: cmp.Or(o.Panics, contain.NewReporter(o.Log)), stores: make(map[uint32]*pending), changed: make(chan struct{}, 1),
	}
}

// Start opens the index and follows the changes from where it stands. That it cannot be opened is no error: it is logged, and
// searches read the messages.
func (s *Service) Start() {
	if s.Path == "" {
		s.setIdle(true)
		return
	}
	s.done.Go(s.follow)
}

// closeWait is how long Close lets the worker take in what waits, which saves the next start work.
const closeWait = 5 * time.Second

// Close stops following and closes the index.
func (s *Service) Close() {
	if s.complete() {
		ctx, cancel := context.WithTimeout(s.ctx, closeWait)
		defer cancel()
		if err := s.Settle(ctx); err != nil {
			s.Log.Debug("the full-text index catches up when the server starts again", "error", err)
		}
	}
	s.cancel()
	s.done.Wait()
}

// complete reports whether only changes are missing from the index.
func (s *Service) complete() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.stores {
		if !p.complete {
			return false
		}
	}
	return s.index.Load() != nil
}

// Split takes from a restriction what this service can answer; see the function [Split].
func (s *Service) Split(r *mapi.Restriction) ([]Find, *mapi.Restriction) {
	return Split(r, s.extractor.indexed)
}

// Words reads the words of a message. One over which a parser panics has none, so that it costs nobody else the search.
func (s *Service) Words(ctx context.Context, message uint32) (d Document, err error) {
	err = contain.Call(func() error {
		var err error
		d, err = s.extractor.words(ctx, message)
		return err
	})
	if p, panicked := errors.AsType[*contain.Panic](err); panicked {
		s.panics.Report(p, fmt.Sprint("message ", message), "the words of a message could not be read, and it is not found by them", "message", message)
		return Document{}, nil
	}
	return d, err
}

// Messages lists those of a store in which everything is found, ascending. ok is false if the index cannot tell (yet): then
// messages are to be read. From the first time on that it is asked about a store, the store is indexed. Changes that are on their
// way are taken into account; deleted messages may be listed.
func (s *Service) Messages(ctx context.Context, store uint32, finds []Find) (list []uint32, ok bool, err error) {
	s.want(store)
	x := s.index.Load()
	if x == nil {
		return nil, false, nil
	}
	late, complete := s.late(store)
	if !complete {
		return nil, false, nil
	}
	asked := ctx
	if s.Settings.Timeout > 0 {
		var cancel context.CancelFunc
		asked, cancel = context.WithTimeout(ctx, s.Settings.Timeout)
		defer cancel()
	}
	if list, err = x.Find(asked, store, finds); err != nil {
		if ctx.Err() != nil {
			return nil, false, ctx.Err()
		}
		s.fail(x, err)
		return nil, false, nil
	}
	list = slices.DeleteFunc(list, func(id uint32) bool { return late[id] })
	for id := range late {
		d, err := s.Words(ctx, id)
		if err != nil {
			return nil, false, err
		}
		if MatchesAll(finds, d) {
			list = append(list, id)
		}
	}
	slices.Sort(list)
	return list, true, nil
}

// want has a store indexed from now on. Most mailboxes are never searched for words: it would be a waste to index their mail.
func (s *Service) want(store uint32) {
	if s.Path == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stores[store] == nil {
		s.of(store)
		s.idle = s.index.Load() == nil && s.idle
		s.wake()
	}
}

// MatchesAll reports whether a message has everything that is looked for.
func MatchesAll(finds []Find, d Document) bool {
	return !slices.ContainsFunc(finds, func(f Find) bool { return !f.Matches(d) })
}

// late lists the messages of a store whose state in the index may be an old one; complete is false if the index does not have
// all the others.
func (s *Service) late(store uint32) (late map[uint32]bool, complete bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.stores[store]
	if p == nil || !p.complete {
		return nil, false
	}
	late = make(map[uint32]bool, len(p.waiting)+len(p.working))
	for _, list := range [][]uint32{p.waiting, p.working} {
		for _, id := range list {
			late[id] = true
		}
	}
	return late, true
}

// fail notes that the index could not answer. A damaged one is given up; the worker makes it anew.
func (s *Service) fail(x *Index, err error) {
	s.Log.Error("the full-text index could not be asked; the messages were read instead", "folder", s.Path, "error", err)
	if damaged(err) && s.index.CompareAndSwap(x, nil) {
		s.wake()
	}
}

// Settle waits until the index has everything that was committed before.
func (s *Service) Settle(ctx context.Context) error {
	s.mu.Lock()
	if s.idle {
		s.mu.Unlock()
		return nil
	}
	if s.settled == nil {
		s.settled = make(chan struct{})
	}
	wait := s.settled
	s.mu.Unlock()
	select {
	case <-wait:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Service) setIdle(idle bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.idle = idle
	if idle && s.settled != nil {
		close(s.settled)
		s.settled = nil
	}
}

func (s *Service) wake() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}
