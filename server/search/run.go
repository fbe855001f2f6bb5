package search

import (
	"context"
	"slices"
	"time"

	"zarafa/mapi"
	"zarafa/server/collation"
	"zarafa/server/feed"
	"zarafa/server/match"
	"zarafa/server/objects"
	"zarafa/storage"
)

// batchSize is how many messages are looked at, stored and announced at a time.
const batchSize = 256

// begin makes a search active and, if it has to, looks through its folders.
func (s *Service) begin(folder storage.Ref, c criteria, rebuild bool) {
	ctx, cancel := context.WithCancel(s.ctx)
	active := &search{folder: folder, criteria: c, ctx: ctx, cancel: cancel, finished: make(chan struct{})}
	s.mu.Lock()
	s.searches[folder.ID] = active
	s.mu.Unlock()
	if !rebuild {
		close(active.finished)
		return
	}
	s.done.Go(func() {
		defer close(active.finished)
		if err := s.run(active); err != nil && ctx.Err() == nil {
			s.Log.Error("a search failed; its folder stays incomplete until the search is set again or the server restarts", "folder", folder.ID, "error", err)
		}
	})
}

// end stops the search of a folder and waits until it has stopped writing.
func (s *Service) end(folder uint32) {
	s.mu.Lock()
	active := s.searches[folder]
	delete(s.searches, folder)
	s.mu.Unlock()
	if active != nil {
		active.cancel()
		<-active.finished
	}
}

// run searches from scratch: it throws old results away, looks through the folders and announces the end.
func (s *Service) run(active *search) error {
	if err := s.clear(active); err != nil {
		return err
	}
	targets, err := s.targets(active.ctx, active.criteria)
	if err != nil {
		return err
	}
	matcher, err := s.matcher(active)
	if err != nil {
		return err
	}
	for _, target := range targets {
		if err := s.searchIn(active, matcher, target); err != nil {
			return err
		}
	}
	err = s.saveProps(active.ctx, active.folder, s.author(active), mapi.Long(mapi.PrECSearchfolderStatus, statusRunning))
	if err != nil {
		return err
	}
	s.Bus.Publish(&feed.Batch{Store: active.folder.Store, Events: []feed.Event{{Kind: feed.SearchComplete, Object: active.folder}}})
	return nil
}

// author of what a search writes is the owner of the folder.
func (s *Service) author(active *search) objects.Author {
	return objects.Author{User: active.folder.Owner, Now: time.Now()}
}

// matcher compiles the restriction in the locale of the store.
func (s *Service) matcher(active *search) (*match.Matcher, error) {
	return match.New(s.Store, active.criteria.restrict, s.locale(active))
}

func (s *Service) locale(active *search) *collation.Locale {
	o, err := s.Store.Object(active.ctx, active.folder.Store)
	if err != nil {
		return s.Locales.Default()
	}
	return s.Locales.ByLCID(o.Props.Uint32(mapi.PrSortLocaleID))
}

// clear throws the results away.
func (s *Service) clear(active *search) error {
	return s.Writer.Do(active.ctx, active.folder.Store, s.author(active), func(ctx context.Context, ch *objects.Change) error {
		if err := ch.DeleteSearchResults(ctx, active.folder.ID, nil); err != nil {
			return err
		}
		ch.Rebuilt(active.folder)
		return ch.SetCounters(ctx, active.folder.Store, active.folder.ID, storage.Counters{})
	})
}

// targets are the folders to look into, breadth first.
func (s *Service) targets(ctx context.Context, c criteria) ([]storage.Ref, error) {
	var out []storage.Ref
	for _, id := range c.folders {
		ref, err := s.Tree.ByEntryID(ctx, id)
		if mapi.CodeOf(err) == mapi.NotFound {
			continue // deleted since
		}
		if err != nil {
			return nil, err
		}
		out = append(out, ref)
	}
	for i := 0; c.recursive() && i < len(out); i++ {
		below, err := s.Store.Refs(ctx, storage.RowQuery{Parent: out[i].ID, Type: mapi.TypeFolder, FlagsMask: mapi.FlagDeleted})
		if err != nil {
			return nil, err
		}
		out = append(out, slices.DeleteFunc(below, func(r storage.Ref) bool { return r.FolderKind() == mapi.FolderSearch })...)
		if len(out) > maxFolders {
			return nil, mapi.Errorf(mapi.TooComplex, "search", "more than %d folders to search", maxFolders)
		}
	}
	return out, nil
}

// searchIn looks through the normal messages of one folder, newest first.
func (s *Service) searchIn(active *search, matcher *match.Matcher, target storage.Ref) error {
	var rows []*storage.Row
	q := storage.RowQuery{Parent: target.ID, Type: mapi.TypeMessage, FlagsMask: mapi.FlagDeleted | mapi.FlagAssociated}
	if err := s.Store.Rows(active.ctx, q, func(row *storage.Row) error { rows = append(rows, row); return nil }); err != nil {
		return err
	}
	slices.Reverse(rows)
	for batch := range slices.Chunk(rows, batchSize) {
		var found []*storage.Row
		for _, row := range batch {
			ok, err := matcher.Matches(active.ctx, row)
			if err != nil {
				return err
			}
			if ok {
				found = append(found, row)
			}
		}
		if err := s.addResults(active, found); err != nil {
			return err
		}
	}
	return nil
}

// addResults stores messages that match and tells tables and counters.
func (s *Service) addResults(active *search, found []*storage.Row) error {
	if len(found) == 0 {
		return nil
	}
	return s.Writer.Do(active.ctx, active.folder.Store, s.author(active), func(ctx context.Context, ch *objects.Change) error {
		list := make([]storage.SearchResult, len(found))
		delta := storage.Counters{Content: int64(len(found))}
		for i, row := range found {
			list[i] = storage.SearchResult{Message: row.ID, Read: isRead(row)}
			delta.Unread += unread(list[i].Read, true)
			ch.Result(feed.ResultChange{Kind: feed.Created, Folder: active.folder, Message: row.Ref})
		}
		ch.Count(active.folder.ID, delta)
		return ch.PutSearchResults(ctx, active.folder.Store, active.folder.ID, list)
	})
}

func isRead(row *storage.Row) bool { return row.Props.Uint32(mapi.PrMessageFlags)&mapi.MsgRead != 0 }

// unread is 1 for a present, unread message.
func unread(read, present bool) int64 {
	if present && !read {
		return 1
	}
	return 0
}
