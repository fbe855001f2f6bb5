package search

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/server/internal/contain"
	"zarafa/storage"
)

// changes are the messages of a store that changed and are to be looked at again.
type changes struct {
	messages []uint32 // in the order of their first change
	known    map[uint32]bool
	folders  []uint32      // all messages below them are to be looked at
	done     chan struct{} // closed when all of them have been looked at
}

func newChanges() *changes {
	return &changes{known: make(map[uint32]bool), done: make(chan struct{})}
}

func (c *changes) empty() bool { return len(c.messages) == 0 && len(c.folders) == 0 }

func (c *changes) add(messages ...uint32) {
	for _, id := range messages {
		if !c.known[id] {
			c.known[id] = true
			c.messages = append(c.messages, id)
		}
	}
}

// note adds what an event is about. A folder that moves, or that is deleted or restored, takes its messages along.
func (c *changes) note(e *feed.Event) {
	switch {
	case e.Object.Type == mapi.TypeMessage:
		c.add(e.Object.ID)
	case e.Object.Type == mapi.TypeFolder && !e.Hard && (e.Kind == feed.Moved || e.Kind == feed.Deleted):
		c.folders = append(c.folders, e.Object.ID)
	}
}

// take removes the next batch: messages, or else folders.
func (c *changes) take() (messages, folders []uint32) {
	if len(c.messages) == 0 {
		folders, c.folders = c.folders, nil
		return nil, folders
	}
	messages = c.messages[:min(len(c.messages), batchSize)]
	c.messages = c.messages[len(messages):]
	for _, id := range messages {
		delete(c.known, id)
	}
	return messages, nil
}

var _ feed.Sink = (*Service)(nil)

// Apply notes which messages changed, if their store has searches.
func (s *Service) Apply(b *feed.Batch) {
	for i := range b.Events {
		if e := &b.Events[i]; e.Kind == feed.Deleted && e.Object.Type == mapi.TypeFolder {
			s.forget(e.Object.ID)
		}
	}
	if len(b.Events) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.stores[b.Store]) == 0 {
		return
	}
	queue := s.queues[b.Store]
	busy := queue != nil
	if !busy {
		queue = newChanges()
	}
	for i := range b.Events {
		queue.note(&b.Events[i])
	}
	if busy || queue.empty() {
		return
	}
	s.queues[b.Store] = queue
	if s.ctx.Err() == nil { // otherwise Close finds the queue
		s.done.Go(func() { s.workOff(b.Store) })
	}
}

// forget drops the search of a folder that is gone. It does not wait for it: the caller is the lane that the search may be waiting for.
func (s *Service) forget(folder uint32) {
	active := s.remove(folder)
	if active != nil {
		active.cancel()
	}
}

// workOff looks at the queued messages of a store until there are none left. What a closing service does not get to
// stays in the queue.
func (s *Service) workOff(store uint32) {
	s.mu.Lock()
	queue := s.queues[store]
	s.mu.Unlock()
	defer close(queue.done)
	for {
		s.mu.Lock()
		if queue.empty() {
			delete(s.queues, store)
		}
		if queue.empty() || s.ctx.Err() != nil {
			s.mu.Unlock()
			return
		}
		messages, folders := queue.take()
		s.mu.Unlock()
		err := contain.Call(func() error { return s.expand(queue, folders) })
		if err == nil && len(messages) > 0 {
			err = s.followContained(store, messages)
		}
		if s.ctx.Err() != nil {
			s.mu.Lock()
			queue.add(messages...)
			queue.folders = append(queue.folders, folders...)
			s.mu.Unlock()
		} else if err != nil {
			s.failAll(store, err)
		}
	}
}

// expand queues the messages below folders.
func (s *Service) expand(queue *changes, folders []uint32) error {
	for len(folders) > 0 {
		folder := folders[0]
		if err := s.expandOne(queue, folder); err != nil {
			return err
		}
		below, err := s.Store.Refs(s.ctx, storage.RowQuery{Parent: folder, Type: mapi.TypeFolder})
		if err != nil {
			return err
		}
		folders = append(folders[1:], ids(below)...)
	}
	return nil
}

// expandOne queues the messages of a folder: their numbers, of which the queue holds many, but not what else there is of them.
func (s *Service) expandOne(queue *changes, folder uint32) error {
	q := storage.RowQuery{Parent: folder, Type: mapi.TypeMessage, Limit: batchSize}
	for {
		messages, err := s.Store.Refs(s.ctx, q)
		if err != nil || len(messages) == 0 {
			return err
		}
		q.After = messages[len(messages)-1].ID
		s.mu.Lock()
		queue.add(ids(messages)...)
		s.mu.Unlock()
	}
}

func ids(refs []storage.Ref) []uint32 {
	out := make([]uint32, len(refs))
	for i, ref := range refs {
		out[i] = ref.ID
	}
	return out
}

// Settle waits until every search has run and every change so far has been looked at.
func (s *Service) Settle(ctx context.Context) error {
	for {
		wait := s.unsettled()
		if wait == nil {
			return nil
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// unsettled is closed when something that is going on has ended; nil if nothing is.
func (s *Service) unsettled() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, active := range s.searches {
		switch {
		case active.rebuilding():
			return active.finished
		case active.failed:
			return active.ctx.Done() // when it is begun anew
		}
	}
	for _, queue := range s.queues {
		return queue.done
	}
	return nil
}
