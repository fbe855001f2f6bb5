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
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"zarafa/mapi"
	"zarafa/mapi/collation"
	"zarafa/server/change"
	"zarafa/server/fulltext"
	"zarafa/server/internal/contain"
	"zarafa/server/rights"
	"zarafa/storage"
)

// maxFolders bounds the folders that one search looks into.
const maxFolders = 10_000

// Options are what a [Service] works with.
type Options struct {
	Store   storage.Store
	Tree    *change.Tree
	Writer  *change.Writer
	Rights  *rights.Checker
	Locales *collation.Locales
	// Restart has all searches begun anew by Start.
	Restart bool
	// Text finds messages by their words; nil: there is no such thing, and texts are compared as in tables.
	Text *fulltext.Service
	// After is time.After unless a test has a clock of its own.
	After  func(time.Duration) <-chan time.Time
	Log    *slog.Logger
	Panics *contain.Reporter // what panics is logged once for all who share it; nil: a reporter of its own
}

// Service has the operations on search folders and is a sink of the change feed.
type Service struct {
	Options
	ctx    context.Context // ends when the service closes
	cancel context.CancelFunc
	done   sync.WaitGroup
	byWord atomic.Bool   // texts are looked for by their words
	slots  chan struct{} // what runs because the server has started takes one
	panics *contain.Reporter

	mu       sync.Mutex
	searches map[uint32]*search            // active ones, by search folder
	stores   map[uint32]map[uint32]*search // the same by store: what a change costs does not grow with the searches of others
	queues   map[uint32]*changes           // by store, while there is something to do
}

// New makes the service; [Service.Start] brings the stored searches back.
func New(o Options) *Service {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Service{
		Options: o, ctx: ctx, cancel: cancel, panics: cmp.Or(o.Panics, contain.NewReporter(o.Log)),
		searches: make(map[uint32]*search), stores: make(map[uint32]map[uint32]*search), queues: make(map[uint32]*changes),
		slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
	}
	if s.After == nil {
		s.After = time.After
	}
	s.byWord.Store(o.Text != nil)
	return s
}

// UseText has searches that begin from now on look for texts by their words, or compare texts as tables do (search_enabled).
func (s *Service) UseText(on bool) { s.byWord.Store(on && s.Text != nil) }

// search is an active search folder. What it looks for never changes; a new search replaces it.
type search struct {
	folder   storage.Ref
	criteria criteria
	finds    []fulltext.Find   // what is looked for by words
	rest     *mapi.Restriction // and what is evaluated on the message
	ctx      context.Context
	cancel   context.CancelFunc
	finished chan struct{} // closed when the first run is over
	failures int           // first runs of this folder that failed one after the other before this one

	// The lock of the service guards these.
	rebuild bool // the results are not whole until a run has got to its end; the folder's stored status says so, too
	owes    bool // the results may be wrong until they have been compared with what they should be
	failed  bool // it waits for being begun anew
	out     bool // it panicked, and follows no changes any more
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

// put makes a search the active one of its folder, and returns the one that was; the caller holds mu.
func (s *Service) put(active *search) (rival *search) {
	rival = s.searches[active.folder.ID]
	s.searches[active.folder.ID] = active
	of := s.stores[active.folder.Store]
	if of == nil {
		of = make(map[uint32]*search)
		s.stores[active.folder.Store] = of
	}
	of[active.folder.ID] = active
	return rival
}

// remove takes the search of a folder out, and returns it, or nil; it may still be running.
func (s *Service) remove(folder uint32) *search {
	s.mu.Lock()
	defer s.mu.Unlock()
	active := s.searches[folder]
	if active == nil {
		return nil
	}
	delete(s.searches, folder)
	of := s.stores[active.folder.Store]
	if delete(of, folder); len(of) == 0 {
		delete(s.stores, active.folder.Store)
	}
	return active
}

// of lists the active searches of a store, except those that are out.
func (s *Service) of(store uint32) []*search {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*search
	for _, active := range s.stores[store] {
		if !active.out {
			out = append(out, active)
		}
	}
	slices.SortFunc(out, func(a, b *search) int { return cmp.Compare(a.folder.ID, b.folder.ID) })
	return out
}
