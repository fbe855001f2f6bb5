package search

import (
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/feed"
	"zarafa/server/fulltext"
	"zarafa/server/internal/contain"
	"zarafa/storage"
)

// batch is what is known of some messages that changed.
type batch struct {
	messages []uint32
	rows     map[uint32]*storage.Row    // of those that still exist
	found    map[uint32]map[uint32]bool // by search folder: the messages that it shows
	running  map[*search]bool           // those that had not got to their end when that was read
	words    map[uint32]fulltext.Document
}

// follow brings all searches of a store up to date for some messages.
func (s *Service) follow(store uint32, messages []uint32) error {
	b := batch{
		messages: messages, rows: make(map[uint32]*storage.Row), found: make(map[uint32]map[uint32]bool),
		running: make(map[*search]bool), words: make(map[uint32]fulltext.Document),
	}
	err := s.Store.Rows(s.ctx, storage.RowQuery{IDs: messages}, func(row *storage.Row) error {
		b.rows[row.ID] = row
		return nil
	})
	if err != nil {
		return err
	}
	list := s.of(store)
	for _, active := range list {
		if active.rebuilding() {
			b.running[active] = true // what it shows is not known before it has ended
		}
	}
	found, err := s.Store.ResultsOf(s.ctx, 0, messages)
	if err != nil {
		return err
	}
	for _, r := range found {
		if b.found[r.Folder] == nil {
			b.found[r.Folder] = make(map[uint32]bool)
		}
		b.found[r.Folder][r.Message] = true
	}
	for _, active := range list {
		// A search that is still running may have seen the messages in either state, so it is waited for.
		select {
		case <-active.finished:
		case <-active.ctx.Done():
			continue
		}
		if err := contain.Call(func() error { return s.update(active, &b) }); err != nil && active.ctx.Err() == nil {
			s.fail(active, err)
		}
	}
	return nil
}

// update brings the results of one search up to date.
func (s *Service) update(active *search, b *batch) error {
	matching, err := s.matching(active, b)
	if err != nil {
		return err
	}
	concerned := slices.ContainsFunc(b.messages, func(id uint32) bool {
		return matching[id] != nil || b.found[active.folder.ID][id] || b.running[active] && b.rows[id] == nil
	})
	if !concerned {
		return nil
	}
	return s.Writer.Do(active.ctx, active.folder.Store, s.author(active), func(ctx context.Context, ch *change.Change) error {
		return s.replaceResults(ctx, ch, active, b, matching)
	})
}

// matching are those of the messages that belong into a search folder now.
func (s *Service) matching(active *search, b *batch) (map[uint32]*storage.Row, error) {
	j, err := s.judge(active)
	if err != nil {
		return nil, err
	}
	targets, err := s.roots(active.ctx, active.criteria)
	if err != nil {
		return nil, err
	}
	out := make(map[uint32]*storage.Row)
	for _, row := range b.rows {
		inside, err := s.inside(active, targets, row)
		if err != nil {
			return nil, err
		}
		if !inside {
			continue
		}
		ok, err := j.matches(active.ctx, row, b.words)
		if err != nil {
			return nil, err
		}
		if ok {
			out[row.ID] = row
		}
	}
	return out, nil
}

// inside reports whether a search looks at a message: a normal one that is neither deleted itself nor in a deleted
// folder, and lies in one of the folders or, if the search is recursive, below one.
func (s *Service) inside(active *search, roots []storage.Ref, row *storage.Row) (bool, error) {
	if row.Deleted() || row.Associated() {
		return false, nil
	}
	parents, err := s.parents(active.ctx, row.Ref)
	if mapi.CodeOf(err) == mapi.NotFound {
		return false, nil // deleted meanwhile
	}
	if err != nil {
		return false, err
	}
	inside := false
	for level, folder := range parents {
		if folder.Deleted() {
			return false, nil
		}
		if level == 0 || active.criteria.recursive() {
			inside = inside || slices.ContainsFunc(roots, func(r storage.Ref) bool { return r.ID == folder.ID })
		}
	}
	return inside, nil
}

// replaceResults writes what became of the messages of a batch, and announces it. It reads what the folder has of these messages and
// nothing else: others wait for the lane meanwhile. Results that went together with their messages left the counts with them.
func (s *Service) replaceResults(ctx context.Context, ch *change.Change, active *search, b *batch, matching map[uint32]*storage.Row) error {
	list, err := ch.ResultsOf(ctx, active.folder.ID, b.messages)
	if err != nil {
		return err
	}
	results := make(map[uint32]bool, len(list)) // whether read
	for _, r := range list {
		results[r.Message] = r.Read
	}
	var delta storage.Counters
	var put []storage.SearchResult
	var gone []uint32
	for _, id := range b.messages {
		wasRead, was := results[id]
		row := matching[id]
		switch {
		case row != nil:
			result := feed.ResultChange{Kind: feed.Modified, Folder: active.folder, Message: row.Ref}
			if !was {
				result.Kind = feed.Created
				delta.Content++
			} else {
				delta.Unread -= unread(wasRead)
			}
			delta.Unread += unread(isRead(row))
			if !was || wasRead != isRead(row) {
				put = append(put, storage.SearchResult{Message: id, Read: isRead(row)})
			}
			ch.Result(result)
		case was:
			gone = append(gone, id)
			delta.Content--
			delta.Unread -= unread(wasRead)
			message := storage.Ref{ID: id, Store: active.folder.Store, Type: mapi.TypeMessage}
			ch.Result(feed.ResultChange{Kind: feed.Deleted, Folder: active.folder, Message: message})
		}
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
}
