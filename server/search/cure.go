package search

import (
	"errors"
	"fmt"
	"time"

	"zarafa/server/feed"
	"zarafa/server/internal/contain"
)

// A search that could not be brought up to date, most often because the database was away, is begun anew until that succeeds: after
// a second, and after twice as long each time, a minute at most. That its results may be wrong is noted in memory alone: while it is,
// and if the server dies, what is stored says that the next start has to compare.
const (
	firstRetry = time.Second
	lastRetry  = time.Minute
)

func retryAfter(failures int) time.Duration {
	return min(firstRetry<<min(failures, 10), lastRetry)
}

// ran notes how the first run of a search has ended.
func (s *Service) ran(active *search, err error) {
	if err != nil {
		if active.ctx.Err() == nil {
			s.fail(active, err)
		}
		return
	}
	s.mu.Lock()
	active.rebuild, active.owes = false, false
	s.mu.Unlock()
	if active.failures > 0 {
		s.Log.Info("a search folder shows again what it should", "folder", active.folder.ID)
	}
}

// fail has a search that missed a change, or could not run, begun anew later. One that panicked would do so again: it is out.
func (s *Service) fail(active *search, err error) {
	p, panicked := errors.AsType[*contain.Panic](err)
	s.mu.Lock()
	known := active.failed
	active.owes = active.owes || !active.rebuild
	active.failed, active.out = !panicked && !active.out, panicked || active.out
	begin := active.failed && !known
	s.mu.Unlock()
	if panicked {
		s.panics.Report(p, fmt.Sprint("folder ", active.folder.ID),
			"a search panicked; its folder stays as it is until the search is set again or the server restarts", "folder", active.folder.ID)
	}
	if !begin {
		return
	}
	if active.failures == 0 {
		s.Log.Error("a search folder could not be brought up to date; that is tried again until it succeeds", "folder", active.folder.ID, "error", err)
	}
	s.done.Go(func() { s.panics.Do("bringing a search folder up to date", func() { s.cure(active) }) })
}

// failAll does that with all searches of a store. Those that run are waited for, since they may have begun before the change.
func (s *Service) failAll(store uint32, err error) {
	for _, active := range s.of(store) {
		select {
		case <-active.finished:
			s.fail(active, err)
		case <-active.ctx.Done():
		}
	}
}

// cure waits, and begins a search anew unless it was replaced meanwhile.
func (s *Service) cure(active *search) {
	select {
	case <-s.After(retryAfter(active.failures)):
	case <-active.ctx.Done():
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.searches[active.folder.ID] != active || active.ctx.Err() != nil {
		return
	}
	s.again(active)
}

// again begins a search with the criteria of another one; the caller holds mu.
func (s *Service) again(before *search) {
	active := s.prepare(before.folder, before.criteria)
	active.failures, active.rebuild, active.owes = before.failures+1, before.rebuild, before.owes
	first := func(_, active *search) error { return s.compareNow(active) }
	if before.rebuild {
		first = func(_, active *search) error { return s.runAfter(before, active) }
	}
	s.activate(active, s.inTurn(first))
}

// resume begins a search again that was ended for something that then failed; before may be nil.
func (s *Service) resume(before *search) {
	if before == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.searches[before.folder.ID] != nil {
		return // another client set one
	}
	before.owes = before.owes || !before.rebuild // it has followed no changes since
	s.again(before)
}

// followContained is follow, which a message that cannot even be read does not bring down: the others of the batch are followed.
func (s *Service) followContained(store uint32, messages []uint32) error {
	err := contain.Call(func() error { return s.follow(store, messages) })
	p, panicked := errors.AsType[*contain.Panic](err)
	if !panicked {
		return err
	}
	if len(messages) == 1 {
		s.panics.Report(p, fmt.Sprint("message ", messages[0]), "a message makes searches panic and is left out of search folders", "message", messages[0])
		return nil
	}
	for _, id := range messages {
		if err := s.followContained(store, []uint32{id}); err != nil {
			return err
		}
	}
	return nil
}

var _ feed.Amender = (*Service)(nil)

// Amend has all searches of a store begun anew, since a change of it was not taken in.
func (s *Service) Amend(store uint32) {
	s.done.Go(func() { s.panics.Do("bringing search folders up to date", func() { s.failAll(store, errMissed) }) })
}

var errMissed = errors.New("a change was not taken in")
