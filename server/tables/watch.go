package tables

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/storage"
)

// rowSet is the rows of one class in one folder: what a change concerns.
type rowSet struct {
	folder uint32
	class  cache.Class
}

// Classes of rows that are not children of a folder; the numbers follow those of package cache.
const (
	searchResults cache.Class = 100 + iota // folder is the search folder
	localQueue                             // folder is the store
	masterQueue
)

// classOf is the class of an object's row in its parent; ok is false for objects that no shared view holds.
func classOf(ref storage.Ref) (cache.Class, bool) {
	switch ref.Type {
	case mapi.TypeFolder:
		if ref.Deleted() {
			return cache.DeletedFolders, true
		}
		return cache.Folders, true
	case mapi.TypeMessage:
		switch ref.Flags & (mapi.FlagAssociated | mapi.FlagDeleted) {
		case 0:
			return cache.Messages, true
		case mapi.FlagAssociated:
			return cache.Associated, true
		case mapi.FlagDeleted:
			return cache.DeletedMessages, true
		}
		return cache.DeletedAssociated, true
	}
	return 0, false
}

func setOf(ref storage.Ref) (rowSet, bool) {
	class, ok := classOf(ref)
	return rowSet{ref.Parent, class}, ok && ref.Parent != 0 && ref.Message == 0
}

// query selects the rows of a class.
func (w rowSet) query() storage.RowQuery {
	q := storage.RowQuery{Parent: w.folder, Type: mapi.TypeMessage, FlagsMask: mapi.FlagAssociated | mapi.FlagDeleted}
	switch w.class {
	case cache.Associated:
		q.Flags = mapi.FlagAssociated
	case cache.DeletedMessages:
		q.Flags = mapi.FlagDeleted
	case cache.DeletedAssociated:
		q.Flags = mapi.FlagAssociated | mapi.FlagDeleted
	case cache.Folders, cache.DeletedFolders:
		q.Type, q.FlagsMask = mapi.TypeFolder, mapi.FlagDeleted
		if w.class == cache.DeletedFolders {
			q.Flags = mapi.FlagDeleted
		}
	}
	return q
}

// watchers finds the tables that a change concerns: those with a private view, and those with subscribers.
type watchers struct {
	mu   sync.RWMutex
	sets map[rowSet]map[*table]struct{}
}

func (w *watchers) init() { w.sets = make(map[rowSet]map[*table]struct{}) }

func (w *watchers) add(t *table) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, set := range t.source.watches() {
		if w.sets[set] == nil {
			w.sets[set] = make(map[*table]struct{})
		}
		w.sets[set][t] = struct{}{}
	}
}

func (w *watchers) remove(t *table) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, set := range t.source.watches() {
		delete(w.sets[set], t)
		if len(w.sets[set]) == 0 {
			delete(w.sets, set)
		}
	}
}

// all are the tables that watch anything, in the order in which they were opened.
func (w *watchers) all() []*table {
	w.mu.RLock()
	defer w.mu.RUnlock()
	var list []*table
	for _, tables := range w.sets {
		list = slices.AppendSeq(list, maps.Keys(tables))
	}
	slices.SortFunc(list, func(a, b *table) int { return cmp.Compare(a.serial, b.serial) })
	return slices.Compact(list)
}

// of are the tables that watch a set, in the order in which they were opened.
func (w *watchers) of(set rowSet) []*table {
	w.mu.RLock()
	defer w.mu.RUnlock()
	list := make([]*table, 0, len(w.sets[set]))
	for t := range w.sets[set] {
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b *table) int { return cmp.Compare(a.serial, b.serial) })
	return list
}
