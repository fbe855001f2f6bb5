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

	"zarafa/mapi"
	"zarafa/server/collation"
	"zarafa/server/fulltext"
	"zarafa/server/objects"
	"zarafa/server/rights"
	"zarafa/storage"
)

// maxFolders bounds the folders that one search looks into.
const maxFolders = 10_000

// Options are what a [Service] works with.
type Options struct {
	Store   storage.Store
	Tree    *objects.Tree
	Writer  *objects.Writer
	Rights  *rights.Checker
	Locales *collation.Locales
	// Restart has all searches begun anew by Start.
	Restart bool
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
	byWord atomic.Bool   // texts are looked for by their words
	slots  chan struct{} // what runs because the server has started takes one
	owed   atomic.Int32  // comparisons of search folders with what they should show, to be made now or by the next start

	mu       sync.Mutex
	searches map[uint32]*search  // active ones, by search folder
	queues   map[uint32]*changes // by store, while there is something to do
}

// New makes the service; [Service.Start] brings the stored searches back.
func New(o Options) *Service {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Service{
		Options: o, ctx: ctx, cancel: cancel, searches: make(map[uint32]*search), queues: make(map[uint32]*changes),
		slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
	}
	s.byWord.Store(o.Text != nil)
	return s
}

// UseText has searches that begin from now on look for texts by their words, or compare texts as tables do (search_enabled).
func (s *Service) UseText(on bool) { s.byWord.Store(on && s.Text != nil) }

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
