// Package search runs search folders: a search folder shows the messages of other folders of its store that
// satisfy a restriction, and keeps doing so while they change (tables.md section 10).
//
// It owns the criteria, which are stored with the folder, and the results, which are stored in the table searchresults, so that
// both outlive a restart. Searching is done with the rights of the store: results in folders that a caller may not read are
// left out when the table is read.
//
// A search runs on a goroutine of its own. Changes of messages are queued by the change feed and worked off by one
// goroutine a store, in the order in which they were committed. All methods may be called from any goroutine.
//
// It refuses criteria that no evaluation could satisfy in bounded time: restrictions too deep, too many folders.
package search

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"zarafa/mapi"
	"zarafa/server/collation"
	"zarafa/server/fulltext"
	"zarafa/server/objects"
	"zarafa/server/rights"
	"zarafa/storage"
)

const (
	maxFolders = 10_000 // that one search looks into
	maxLevels  = 256    // of folders in folders
)

// Options are what a [Service] works with.
type Options struct {
	Store   storage.Store
	Tree    *objects.Tree
	Writer  *objects.Writer
	Rights  *rights.Checker
	Locales *collation.Locales
	// Text finds messages by their words; nil: there is no such thing, and texts are compared as in tables.
	Text *fulltext.Service
	Log  *slog.Logger
}

// Service has the operations on search folders and is a sink of the change feed.
type Service struct {
	Options
	ctx    context.Context // ends when the service closes
	cancel context.CancelFunc
	done   sync.WaitGroup
	byWord atomic.Bool // texts are looked for by their words

	mu       sync.Mutex
	searches map[uint32]*search  // active ones, by search folder
	queues   map[uint32]*changes // by store, while there is something to do
}

// New makes the service; [Service.Start] brings the stored searches back.
func New(o Options) *Service {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Service{Options: o, ctx: ctx, cancel: cancel, searches: make(map[uint32]*search), queues: make(map[uint32]*changes)}
	s.byWord.Store(o.Text != nil)
	return s
}

// UseText has searches that begin from now on look for texts by their words, or compare texts as tables do (search_enabled).
func (s *Service) UseText(on bool) { s.byWord.Store(on && s.Text != nil) }

// Close stops all searches and waits for them. Those that have not looked at every change yet are searched anew when
// they are brought back.
func (s *Service) Close() {
	s.mu.Lock()
	s.cancel()
	s.mu.Unlock()
	s.done.Wait()
	for _, active := range s.behind() {
		status := mapi.Long(mapi.PrECSearchfolderStatus, statusRebuild)
		if err := s.saveProps(context.Background(), active.folder, s.author(active), status); err != nil {
			s.Log.Error("a search folder has missed changes; set its search again to have it right", "folder", active.folder.ID, "error", err)
		}
	}
}

// behind lists the searches of stores with changes that nobody has looked at, and forgets the changes.
func (s *Service) behind() []*search {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*search
	for _, active := range s.searches {
		if s.queues[active.folder.Store] != nil {
			out = append(out, active)
		}
	}
	clear(s.queues)
	return out
}

// search is an active search folder. Its fields never change; a new search replaces it.
type search struct {
	folder   storage.Ref
	criteria criteria
	finds    []fulltext.Find   // what is looked for by words
	rest     *mapi.Restriction // and what is evaluated on the message
	ctx      context.Context
	cancel   context.CancelFunc
	finished chan struct{} // closed when the first run is over
}

// rebuilding reports whether the first run is still going on.
func (a *search) rebuilding() bool {
	select {
	case <-a.finished:
		return false
	default:
		return true
	}
}

// find is the active search of a folder, or nil.
func (s *Service) find(folder uint32) *search {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.searches[folder]
}

// of lists the active searches of a store.
func (s *Service) of(store uint32) []*search {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*search
	for _, active := range s.searches {
		if active.folder.Store == store {
			out = append(out, active)
		}
	}
	slices.SortFunc(out, func(a, b *search) int { return cmp.Compare(a.folder.ID, b.folder.ID) })
	return out
}

// Start loads the searches that were active when the server stopped, and begins those anew that were not done.
func (s *Service) Start(ctx context.Context) error {
	boxes, err := s.Tree.Mailboxes(ctx)
	if err != nil {
		return err
	}
	for _, box := range boxes {
		if err := s.startStore(ctx, box); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) startStore(ctx context.Context, box storage.Mailbox) error {
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
		if c == nil || status == statusStopped {
			continue
		}
		if status == statusRebuild {
			if err := s.clear(ctx, row.Ref, objects.Author{User: row.Owner, Now: time.Now()}); err != nil {
				return err
			}
		}
		s.begin(row.Ref, *c, status == statusRebuild)
	}
	return nil
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
