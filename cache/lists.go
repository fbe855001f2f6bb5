package cache

import "sync"

// Lists keeps short lists that the database has for an object: access control lists, receive folders. Beyond its bound it starts
// over, since a list is cheap to read again. Methods may be called from any goroutine.
type Lists[T any] struct {
	most int

	mu    sync.RWMutex
	lists map[uint32][]T
	// epoch counts calls of Drop: a list that was read before one and would be kept after it could be the old one.
	epoch uint64
}

// NewLists makes an empty cache for the given number of lists.
func NewLists[T any](most int) *Lists[T] { return &Lists[T]{most: most, lists: make(map[uint32][]T)} }

// Get is the list of an object, read if it is not kept. It must not be changed.
func (l *Lists[T]) Get(id uint32, read func() ([]T, error)) ([]T, error) {
	l.mu.RLock()
	list, ok := l.lists[id]
	epoch := l.epoch
	l.mu.RUnlock()
	if ok {
		return list, nil
	}
	list, err := read()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.epoch == epoch {
		if len(l.lists) >= l.most {
			clear(l.lists)
		}
		l.lists[id] = list
	}
	return list, nil
}

// Drop forgets the lists of objects, after the commit that changed them.
func (l *Lists[T]) Drop(ids ...uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.epoch++
	for _, id := range ids {
		delete(l.lists, id)
	}
}
