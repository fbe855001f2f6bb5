package search

import (
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/server/objects"
	"zarafa/storage"
)

// changes are the messages of a store that changed and are to be looked at again.
type changes struct {
	messages []uint32 // in the order of their first change
	known    map[uint32]bool
	done     chan struct{} // closed when all of them have been looked at
}

func (c *changes) add(message uint32) {
	if !c.known[message] {
		c.known[message] = true
		c.messages = append(c.messages, message)
	}
}

// take removes the next batch.
func (c *changes) take() []uint32 {
	batch := c.messages[:min(len(c.messages), batchSize)]
	c.messages = c.messages[len(batch):]
	for _, id := range batch {
		delete(c.known, id)
	}
	return batch
}

var _ feed.Sink = (*Service)(nil)

// Apply notes which messages changed, if their store has searches.
func (s *Service) Apply(b *feed.Batch) {
	for i := range b.Events {
		if e := &b.Events[i]; e.Kind == feed.Deleted && e.Object.Type == mapi.TypeFolder {
			s.forget(e.Object.ID)
		}
	}
	if len(b.Events) == 0 || len(s.of(b.Store)) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	queue := s.queues[b.Store]
	busy := queue != nil
	if !busy {
		queue = &changes{known: make(map[uint32]bool), done: make(chan struct{})}
	}
	for i := range b.Events {
		if e := &b.Events[i]; e.Object.Type == mapi.TypeMessage {
			queue.add(e.Object.ID)
		}
	}
	if !busy && len(queue.messages) > 0 && s.ctx.Err() == nil {
		s.queues[b.Store] = queue
		s.done.Go(func() { s.workOff(b.Store) })
	}
}

// forget drops the search of a folder that is gone. It does not wait for it: the caller is the lane that the search may be waiting for.
func (s *Service) forget(folder uint32) {
	s.mu.Lock()
	active := s.searches[folder]
	delete(s.searches, folder)
	s.mu.Unlock()
	if active != nil {
		active.cancel()
	}
}

// workOff looks at the queued messages of a store until there are none left.
func (s *Service) workOff(store uint32) {
	for {
		s.mu.Lock()
		queue := s.queues[store]
		if len(queue.messages) == 0 || s.ctx.Err() != nil {
			delete(s.queues, store)
			s.mu.Unlock()
			close(queue.done)
			return
		}
		batch := queue.take()
		s.mu.Unlock()
		for _, active := range s.of(store) {
			// A search that is still running may have seen the messages in either state, so it is waited for.
			select {
			case <-active.finished:
			case <-active.ctx.Done():
				continue
			}
			if err := s.update(active, batch); err != nil && active.ctx.Err() == nil {
				s.Log.Error("a search folder could not follow a change", "folder", active.folder.ID, "error", err)
			}
		}
	}
}

// update brings the results of one search up to date for some messages.
func (s *Service) update(active *search, messages []uint32) error {
	rows, err := s.matchingRows(active, messages)
	if err != nil {
		return err
	}
	present, err := s.present(active)
	if err != nil {
		return err
	}
	return s.Writer.Do(active.ctx, active.folder.Store, s.author(active), func(ctx context.Context, ch *objects.Change) error {
		var put []storage.SearchResult
		var gone []uint32
		var delta storage.Counters
		for _, id := range messages {
			wasRead, was := present[id]
			row := rows[id]
			if row == nil && !was {
				continue
			}
			result := feed.ResultChange{Kind: feed.Modified, Folder: active.folder}
			delta.Unread -= unread(wasRead, was)
			if row != nil {
				put = append(put, storage.SearchResult{Message: id, Read: isRead(row)})
				delta.Unread += unread(isRead(row), true)
				result.Message = row.Ref
				if !was {
					result.Kind = feed.Created
					delta.Content++
				}
			} else {
				gone = append(gone, id)
				delta.Content--
				result.Kind, result.Message = feed.Deleted, storage.Ref{ID: id, Store: active.folder.Store, Type: mapi.TypeMessage}
			}
			ch.Result(result)
		}
		if delta != (storage.Counters{}) {
			ch.Count(active.folder.ID, delta)
		}
		if len(gone) > 0 {
			if err := ch.DeleteSearchResults(ctx, active.folder.ID, gone); err != nil {
				return err
			}
		}
		if len(put) == 0 {
			return nil
		}
		return ch.PutSearchResults(ctx, active.folder.Store, active.folder.ID, put)
	})
}

// matchingRows are those of the messages that belong into the search folder now.
func (s *Service) matchingRows(active *search, messages []uint32) (map[uint32]*storage.Row, error) {
	matcher, err := s.matcher(active)
	if err != nil {
		return nil, err
	}
	targets, err := s.targets(active.ctx, active.criteria)
	if err != nil {
		return nil, err
	}
	var rows []*storage.Row
	err = s.Store.Rows(active.ctx, storage.RowQuery{IDs: messages}, func(row *storage.Row) error { rows = append(rows, row); return nil })
	if err != nil {
		return nil, err
	}
	out := make(map[uint32]*storage.Row)
	for _, row := range rows {
		inside := slices.ContainsFunc(targets, func(t storage.Ref) bool { return t.ID == row.Parent })
		if !inside || row.Deleted() || row.Associated() {
			continue
		}
		ok, err := matcher.Matches(active.ctx, row)
		if err != nil {
			return nil, err
		}
		if ok {
			out[row.ID] = row
		}
	}
	return out, nil
}

// present are the results so far, by message, with whether they count as read.
func (s *Service) present(active *search) (map[uint32]bool, error) {
	list, err := s.Store.SearchResults(active.ctx, active.folder.ID)
	if err != nil {
		return nil, err
	}
	out := make(map[uint32]bool, len(list))
	for _, r := range list {
		out[r.Message] = r.Read
	}
	return out, nil
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
		if active.rebuilding() {
			return active.finished
		}
	}
	for _, queue := range s.queues {
		return queue.done
	}
	return nil
}
