package fulltext

import (
	"slices"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/storage"
)

// maxWaiting is how many changed messages of a store are remembered. Beyond it the store is read from its position.
const maxWaiting = 100_000

// Bounds of what is taken into the index at once: a transaction, and the words that wait for it in memory.
const (
	batchMessages = 64
	batchWords    = 1 << 18
)

// pending is what the index does not have of a store. The lock of the service guards it.
type pending struct {
	waiting  []uint32        // changed messages, and gone ones, in the order of their first change
	known    map[uint32]bool // those that wait
	working  []uint32        // being written now
	noted    uint32          // number of the last change that was heard of
	position uint32          // up to which the index has all changes, once nothing waits
	complete bool            // what does not wait is in the index
	behind   bool            // changes were not remembered: read them from the position
	removed  bool            // the store is gone
}

var _ feed.Sink = (*Service)(nil)

// Apply notes which messages have other texts now.
func (s *Service) Apply(b *feed.Batch) {
	if s.Path == "" || b.Store == storage.LaneDirectory || len(b.Events)+len(b.Changes) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.stores[b.Store]
	if p == nil {
		return // nobody has searched there
	}
	changed := make(map[string]bool, len(b.Changes))
	last := uint32(0)
	for _, c := range b.Changes {
		last = max(last, c.ID)
		if c.Type == mapi.ChangeMessage|mapi.ChangeNew || c.Type == mapi.ChangeMessage|mapi.ChangeModified {
			changed[string(c.SourceKey)] = true
		}
	}
	p.noted = max(p.noted, last)
	for i := range b.Events {
		e := &b.Events[i]
		switch {
		case e.Object.Type == mapi.TypeStore && e.Kind == feed.Deleted && e.Hard:
			p.removed = true
		case e.Object.Type != mapi.TypeMessage || e.Object.ID == 0:
		case e.Kind == feed.Deleted && e.Hard, e.Kind == feed.Created, changed[string(e.Object.SourceKey)]:
			p.note(e.Object.ID)
		}
	}
	if len(p.waiting) > 0 || p.removed {
		s.idle = s.index.Load() == nil && s.idle
		s.wake()
	}
}

var _ feed.Amender = (*Service)(nil)

// Amend has the changes of a store read again from the position of the index.
func (s *Service) Amend(store uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.stores[store]; p != nil {
		p.forget()
		s.idle = s.index.Load() == nil && s.idle
		s.wake()
	}
}

// of is what is pending of a store; the caller holds mu.
func (s *Service) of(store uint32) *pending {
	p := s.stores[store]
	if p == nil {
		p = &pending{known: make(map[uint32]bool)}
		s.stores[store] = p
	}
	return p
}

func (p *pending) note(message uint32) {
	if p.behind || p.known[message] {
		return
	}
	if len(p.waiting) >= maxWaiting {
		p.forget()
		return
	}
	p.waiting = append(p.waiting, message)
	p.known[message] = true
}

// forget drops what waits. The store is read from its position.
func (p *pending) forget() {
	p.behind, p.complete, p.waiting = true, false, nil
	clear(p.known)
}

// take removes the next messages of a store and says how far the index has come when they are in it.
func (s *Service) take(store uint32) (messages []uint32, p Place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.stores[store]
	messages = slices.Clone(w.waiting[:min(batchMessages, len(w.waiting))])
	w.waiting = w.waiting[len(messages):]
	for _, id := range messages {
		delete(w.known, id)
	}
	w.working = messages
	p = Place{Position: w.position, Complete: w.complete}
	if len(w.waiting) == 0 && w.complete {
		p.Position = max(w.position, w.noted)
	}
	return messages, p
}

// taken notes what became of messages that were taken: they are in the index, or they are to be taken again.
func (s *Service) taken(store uint32, p Place, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.stores[store]
	messages := w.working
	w.working = nil
	if err == nil {
		w.position = p.Position
		return
	}
	for _, id := range messages {
		w.note(id)
	}
}
