package search

import (
	"context"
	"slices"
	"time"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/feed"
	"zarafa/server/internal/contain"
	"zarafa/server/match"
	"zarafa/storage"
)

// batchSize is how many messages are looked at, stored and announced at a time.
const batchSize = 256

// A firstRun brings the results of a search up to date before changes are followed. The rival is a search of the same folder that
// is being replaced, or nil.
type firstRun func(rival, active *search) error

// prepare makes a search that is not active yet.
func (s *Service) prepare(folder storage.Ref, c criteria) *search {
	ctx, cancel := context.WithCancel(s.ctx)
	active := &search{folder: folder, criteria: c, rest: c.restrict, ctx: ctx, cancel: cancel, finished: make(chan struct{})}
	if s.byWord.Load() {
		active.finds, active.rest = s.Text.Split(c.restrict)
	}
	return active
}

// begin makes a search active; first nil: the results are up to date.
func (s *Service) begin(active *search, first firstRun) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.activate(active, first)
}

// activate is begin for a caller that holds mu.
func (s *Service) activate(active *search, first firstRun) {
	rival := s.put(active) // set by somebody else at the same time
	if rival != nil {
		rival.cancel()
	}
	if first == nil || active.ctx.Err() != nil {
		close(active.finished)
		return
	}
	s.done.Go(func() {
		defer close(active.finished)
		s.ran(active, contain.Call(func() error { return first(rival, active) }))
	})
}

// end stops the search of a folder, if it has one, and waits until it has stopped writing.
func (s *Service) end(folder uint32) *search {
	active := s.remove(folder)
	if active != nil {
		active.cancel()
		<-active.finished
	}
	return active
}

// runAfter waits for a search that is to be replaced, and throws away what it found, before it runs the new one. The results must be
// empty otherwise.
func (s *Service) runAfter(rival, active *search) error {
	if rival != nil {
		<-rival.finished
		if err := s.clear(active.ctx, active.folder, s.author(active)); err != nil {
			return err
		}
	}
	return s.run(active)
}

// run looks through the folders and announces the end.
func (s *Service) run(active *search) error {
	any := false
	err := s.look(active, func(found []*storage.Row) error {
		any = any || len(found) > 0
		return s.addResults(active, found)
	})
	if err != nil {
		return err
	}
	props, err := s.suggestion(active, any)
	if err != nil {
		return err
	}
	props = append(props, mapi.Long(mapi.PrECSearchfolderStatus, mapi.SearchStatusRunning))
	return s.Writer.Do(active.ctx, active.folder.Store, s.author(active), func(ctx context.Context, ch *change.Change) error {
		ch.Event(feed.Event{Kind: feed.SearchComplete, Object: active.folder})
		return setProps(ctx, ch, active.folder, props)
	})
}

// suggestion is the property with another spelling of what was looked for in vain. It is empty if there is none to propose, and left out
// if the folder never had one.
func (s *Service) suggestion(active *search, found bool) ([]mapi.PropValue, error) {
	if len(active.finds) == 0 {
		return nil, nil
	}
	text := ""
	if !found {
		var err error
		if text, err = s.Text.Suggest(active.ctx, active.folder.Store, active.finds); err != nil {
			return nil, err
		}
	}
	folder, err := s.Store.Object(active.ctx, active.folder.ID)
	if err != nil || text == "" && folder.Props.Str(mapi.PrECSuggestion) == "" {
		return nil, err
	}
	return []mapi.PropValue{mapi.String(mapi.PrECSuggestion, text)}, nil
}

// look finds the messages of a search, by the index if it can tell, and gives them to add, some at a time.
func (s *Service) look(active *search, add func([]*storage.Row) error) error {
	if len(active.finds) > 0 {
		candidates, ok, err := s.Text.Messages(active.ctx, active.folder.Store, active.finds)
		if err != nil {
			return err
		}
		if ok {
			return s.lookAt(active, candidates, add)
		}
	}
	targets, err := s.targets(active.ctx, active.criteria)
	if err != nil {
		return err
	}
	j, err := s.judge(active)
	if err != nil {
		return err
	}
	for _, target := range targets {
		if err := s.searchIn(active, j, target, add); err != nil {
			return err
		}
	}
	return nil
}

// lookAt finds those of some messages, which have the words that are looked for, that the rest of the criteria is true of.
func (s *Service) lookAt(active *search, candidates []uint32, add func([]*storage.Row) error) error {
	targets, err := s.roots(active.ctx, active.criteria)
	if err != nil {
		return err
	}
	j, err := s.judge(active)
	if err != nil {
		return err
	}
	slices.Reverse(candidates)
	for ids := range slices.Chunk(candidates, batchSize) {
		var rows, found []*storage.Row
		err := s.Store.Rows(active.ctx, storage.RowQuery{IDs: ids}, func(row *storage.Row) error { rows = append(rows, row); return nil })
		if err != nil {
			return err
		}
		slices.Reverse(rows)
		for _, row := range rows {
			ok, err := s.inside(active, targets, row)
			if ok && err == nil {
				ok, err = j.matchesRest(active.ctx, row)
			}
			if err != nil {
				return err
			}
			if ok {
				found = append(found, row)
			}
		}
		if err := add(found); err != nil {
			return err
		}
	}
	return nil
}

// author of what a search writes is the owner of the folder.
func (s *Service) author(active *search) change.Author {
	return change.Author{User: active.folder.Owner, Now: time.Now()}
}

// matcher compiles what is evaluated on messages in the locale of the store.
func (s *Service) matcher(active *search) (*match.Matcher, error) {
	o, err := s.Store.Object(active.ctx, active.folder.Store)
	if mapi.CodeOf(err) == mapi.NotFound {
		return match.New(s.Store, active.rest, s.Locales.Default())
	}
	if err != nil {
		return nil, err
	}
	return match.New(s.Store, active.rest, s.Locales.ByLCID(o.Props.Uint32(mapi.PrSortLocaleID)))
}

// clear throws the results of a search folder away, sets its properties and announces that.
func (s *Service) clear(ctx context.Context, folder storage.Ref, by change.Author, props ...mapi.PropValue) error {
	return s.Writer.Do(ctx, folder.Store, by, func(ctx context.Context, ch *change.Change) error {
		if err := setProps(ctx, ch, folder, props); err != nil {
			return err
		}
		if err := ch.DeleteSearchResults(ctx, folder.ID, nil); err != nil {
			return err
		}
		have, err := ch.Counters(ctx, folder.ID)
		if err != nil {
			return err
		}
		ch.Rebuilt(folder)
		ch.Count(folder.ID, storage.Counters{Content: -have.Content, Unread: -have.Unread})
		return nil
	})
}

// roots are the folders that a search names, as far as they exist.
func (s *Service) roots(ctx context.Context, c criteria) ([]storage.Ref, error) {
	var out []storage.Ref
	for _, id := range c.folders {
		ref, err := s.Tree.ByEntryID(ctx, id)
		if mapi.CodeOf(err) == mapi.NotFound {
			continue // deleted since
		}
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(out, func(r storage.Ref) bool { return r.ID == ref.ID }) {
			out = append(out, ref)
		}
	}
	return out, nil
}

// parents are the folders above an object, the nearest first, and its store.
func (s *Service) parents(ctx context.Context, ref storage.Ref) ([]storage.Ref, error) {
	var out []storage.Ref
	var walk storage.Ascent
	for ref.Parent != 0 {
		err := walk.Step(ref.ID)
		if err != nil {
			return nil, err
		}
		if ref, err = s.Tree.Ref(ctx, ref.Parent); err != nil {
			return nil, err
		}
		out = append(out, ref)
	}
	return out, nil
}

// targets are the folders to look into, breadth first, each once and no deleted ones.
func (s *Service) targets(ctx context.Context, c criteria) ([]storage.Ref, error) {
	roots, err := s.roots(ctx, c)
	if err != nil {
		return nil, err
	}
	var out []storage.Ref
	for _, ref := range roots {
		parents, err := s.parents(ctx, ref)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(append(parents, ref), storage.Ref.Deleted) {
			out = append(out, ref)
		}
	}
	seen := make(map[uint32]bool)
	for _, ref := range out {
		seen[ref.ID] = true
	}
	for i := 0; c.recursive() && i < len(out); i++ {
		below, err := s.Store.Refs(ctx, storage.RowQuery{Parent: out[i].ID, Type: mapi.TypeFolder, FlagsMask: mapi.FlagDeleted})
		if err != nil {
			return nil, err
		}
		for _, ref := range below {
			if ref.FolderKind() != mapi.FolderSearch && !seen[ref.ID] {
				seen[ref.ID] = true
				out = append(out, ref)
			}
		}
		if len(out) > maxFolders {
			return nil, mapi.Errorf(mapi.TooComplex, "search", "more than %d folders to search", maxFolders)
		}
	}
	return out, nil
}

// searchIn looks through the normal messages of one folder, newest first.
func (s *Service) searchIn(active *search, j *judge, target storage.Ref, add func([]*storage.Row) error) error {
	q := storage.RowQuery{Parent: target.ID, Type: mapi.TypeMessage, FlagsMask: mapi.FlagDeleted | mapi.FlagAssociated, Limit: batchSize}
	ends, err := s.pages(active.ctx, q)
	if err != nil {
		return err
	}
	for i, last := range slices.Backward(ends) {
		q.After = 0
		if i > 0 {
			q.After = ends[i-1]
		}
		rows := make([]*storage.Row, 0, batchSize)
		err := s.Store.Rows(active.ctx, q, func(row *storage.Row) error {
			if row.ID <= last { // with one deleted meanwhile, the page reaches into the next
				rows = append(rows, row)
			}
			return nil
		})
		if err != nil {
			return err
		}
		slices.Reverse(rows)
		var found []*storage.Row
		for _, row := range rows {
			ok, err := j.matches(active.ctx, row, nil)
			if err != nil {
				return err
			}
			if ok {
				found = append(found, row)
			}
		}
		if err := add(found); err != nil {
			return err
		}
	}
	return nil
}

// pages gives the last id of each page of a query, so that they can be read from the end with one page in memory.
func (s *Service) pages(ctx context.Context, q storage.RowQuery) (ends []uint32, err error) {
	for {
		refs, err := s.Store.Refs(ctx, q)
		if err != nil || len(refs) == 0 {
			return ends, err
		}
		q.After = refs[len(refs)-1].ID
		if ends = append(ends, q.After); len(refs) < q.Limit {
			return ends, nil
		}
	}
}

// addResults stores messages that match and tells tables and counters.
func (s *Service) addResults(active *search, found []*storage.Row) error {
	if len(found) == 0 {
		return nil
	}
	return s.Writer.Do(active.ctx, active.folder.Store, s.author(active), func(ctx context.Context, ch *change.Change) error {
		list := make([]storage.SearchResult, len(found))
		delta := storage.Counters{Content: int64(len(found))}
		for i, row := range found {
			list[i] = storage.SearchResult{Message: row.ID, Read: isRead(row)}
			delta.Unread += unread(list[i].Read)
			ch.Result(feed.ResultChange{Kind: feed.Created, Folder: active.folder, Message: row.Ref})
		}
		ch.Count(active.folder.ID, delta)
		return ch.PutSearchResults(ctx, active.folder.Store, active.folder.ID, list)
	})
}

func isRead(row *storage.Row) bool { return row.Props.Uint32(mapi.PrMessageFlags)&mapi.MsgRead != 0 }

// unread is what a message adds to the count of unread ones.
func unread(read bool) int64 {
	if read {
		return 0
	}
	return 1
}
