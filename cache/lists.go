package cache

import (
	"reflect"
	"sync"

	"github.com/puzpuzpuz/xsync/v3"
)

// Lists keeps short lists that the database has for an object: access control lists, receive folders. Beyond its bound it starts
// over, since a list is cheap to read again. Methods may be called from any goroutine.
type Lists[T any] struct {
	most int

	mu    sync.RWMutex
	lists map[uint32][]T
	// epoch counts calls of Drop: a list that was read before one and would be kept after it could be the old one.
	epoch   uint64
	entries int64 // in all lists

	hits, misses *xsync.Counter
}

// ListStats are the look-ups since the start and the present contents. Bytes are those of the entries.
type ListStats struct {
	Requests, Hits int64
	Items          int64 // lists, empty ones too
	Bytes          int64
}

// NewLists makes an empty cache for the given number of lists, which may be none.
func NewLists[T any](most int) *Lists[T] {
	return &Lists[T]{most: most, lists: make(map[uint32][]T), hits: xsync.NewCounter(), misses: xsync.NewCounter()}
}

// Stats are the present counts.
func (l *Lists[T]) Stats() ListStats {
	l.mu.RLock()
	defer l.mu.RUnlock()
	hits := l.hits.Value()
	return ListStats{
		Requests: hits + l.misses.Value(), Hits: hits,
		Items: int64(len(l.lists)), Bytes: l.entries * int64(reflect.TypeFor[T]().Size()),
	}
}

// Get is the list of an object, read if it is not kept. It must not be changed.
func (l *Lists[T]) Get(id uint32, read func() ([]T, error)) ([]T, error) {
	l.mu.RLock()
	list, ok := l.lists[id]
	epoch := l.epoch
	l.mu.RUnlock()
	if ok {
		l.hits.Inc()
		return list, nil
	}
	l.misses.Inc()
	list, err := read()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.epoch == epoch && l.most > 0 {
		if len(l.lists) >= l.most {
			clear(l.lists)
			l.entries = 0
		}
		l.entries += int64(len(list) - len(l.lists[id]))
		l.lists[id] = list
	}
	return list, nil
}

// DropAll forgets all lists.
func (l *Lists[T]) DropAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.epoch++
	clear(l.lists)
}

// Drop forgets the lists of objects, after the commit that changed them.
func (l *Lists[T]) Drop(ids ...uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.epoch++
	for _, id := range ids {
		l.entries -= int64(len(l.lists[id]))
		delete(l.lists, id)
	}
}
