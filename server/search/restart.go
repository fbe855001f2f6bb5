package search

import (
	"context"
	"time"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/storage"
)

// inUseSetting is the row of the table settings that says whether a server has, or had when it crashed, searches in memory.
const inUseSetting = "search_folders_in_use"

// Start loads the searches that were active when the server stopped, and begins those anew that were not done. If the server
// did not stop but crashed, changes may have been lost that nobody had looked at: then what the search folders show is compared with
// what they should show.
func (s *Service) Start(ctx context.Context) error {
	inUse, _, err := s.Store.Setting(ctx, inUseSetting)
	if err != nil {
		return err
	}
	if err := s.setInUse(ctx, true); err != nil {
		return err
	}
	boxes, err := s.Tree.Mailboxes(ctx)
	if err != nil {
		return err
	}
	for _, box := range boxes {
		if err := s.startStore(ctx, box, string(inUse) == "yes"); err != nil {
			return err
		}
	}
	if s.Restart {
		return s.Settle(ctx)
	}
	return nil
}

func (s *Service) setInUse(ctx context.Context, inUse bool) error {
	value := []byte("no")
	if inUse {
		value = []byte("yes")
	}
	return s.Store.Update(ctx, storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
		return tx.SetSetting(ctx, inUseSetting, value)
	}, nil)
}

func (s *Service) startStore(ctx context.Context, box storage.Mailbox, crashed bool) error {
	folders, err := s.searchFolders(ctx, box.Root)
	if err != nil {
		return err
	}
	for _, row := range folders {
		c, status, err := storedCriteria(ctx, s.Store, row)
		if err != nil {
			s.Log.Warn("the criteria of a search folder cannot be read; it stays as it is until a client sets new ones", "folder", row.ID, "error", err)
			continue
		}
		if c == nil || status == mapi.SearchStatusStopped {
			continue
		}
		active := s.prepare(row.Ref, *c)
		switch {
		case status == mapi.SearchStatusRebuild || s.Restart:
			if err := s.clear(ctx, row.Ref, change.Author{User: row.Owner, Now: time.Now()}); err != nil {
				return err
			}
			active.rebuild = true
			s.begin(active, s.inTurn(s.runAfter))
		case crashed:
			active.owes = true
			s.begin(active, s.inTurn(s.compare))
		default:
			s.begin(active, nil)
		}
	}
	return nil
}

// inTurn has what many searches do when the server starts done by a few at a time.
func (s *Service) inTurn(first firstRun) firstRun {
	return func(rival, active *search) error {
		select {
		case s.slots <- struct{}{}:
		case <-active.ctx.Done():
			return active.ctx.Err()
		}
		defer func() { <-s.slots }()
		return first(rival, active)
	}
}

// compare makes the results of a search what they should be. The folder stays as it is meanwhile.
func (s *Service) compare(rival, active *search) error {
	if rival != nil {
		return s.runAfter(rival, active)
	}
	return s.compareNow(active)
}

func (s *Service) compareNow(active *search) error {
	should := make(map[uint32]storage.SearchResult)
	err := s.look(active, func(found []*storage.Row) error {
		for _, row := range found {
			should[row.ID] = storage.SearchResult{Message: row.ID, Read: isRead(row)}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.Writer.Do(active.ctx, active.folder.Store, s.author(active), func(ctx context.Context, ch *change.Change) error {
		return s.correct(ctx, ch, active, should)
	})
}

// correct writes the differences between the results of a search and what they should be. Messages that were deleted meanwhile come
// back with their removal, which is queued behind this.
func (s *Service) correct(ctx context.Context, ch *change.Change, active *search, should map[uint32]storage.SearchResult) error {
	list, err := ch.SearchResults(ctx, active.folder.ID)
	if err != nil {
		return err
	}
	var put []storage.SearchResult
	var gone []uint32
	results := make(map[uint32]bool, len(should))
	known := make(map[uint32]storage.SearchResult, len(list))
	for _, r := range list {
		known[r.Message] = r
		if _, belongs := should[r.Message]; !belongs {
			gone = append(gone, r.Message)
		}
	}
	for id, r := range should {
		results[id] = r.Read
		if have, there := known[id]; !there || have != r {
			put = append(put, r)
		}
	}
	if err := recount(ctx, ch, active, results); err != nil {
		return err
	}
	if len(put)+len(gone) == 0 {
		return nil
	}
	ch.Rebuilt(active.folder)
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

// searchFolders lists the search folders of a store.
func (s *Service) searchFolders(ctx context.Context, root uint32) ([]*storage.Row, error) {
	var out []*storage.Row
	for queue := []uint32{root}; len(queue) > 0; {
		q := storage.RowQuery{Parent: queue[0], Type: mapi.TypeFolder, FlagsMask: mapi.FlagDeleted}
		queue = queue[1:]
		err := s.Store.Rows(ctx, q, func(row *storage.Row) error {
			if row.FolderKind() == mapi.FolderSearch {
				out = append(out, row)
			} else {
				queue = append(queue, row.ID)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// recount makes the counts of a search folder those of its results.
func recount(ctx context.Context, ch *change.Change, active *search, results map[uint32]bool) error {
	have, err := ch.Counters(ctx, active.folder.ID)
	if err != nil {
		return err
	}
	delta := storage.Counters{Content: int64(len(results)) - have.Content, Unread: -have.Unread}
	for _, read := range results {
		delta.Unread += unread(read)
	}
	if delta != (storage.Counters{}) {
		ch.Count(active.folder.ID, delta)
	}
	return nil
}
