package objects

import (
	"context"
	"sync"

	"zarafa/storage"
)

// keptReceiveLists is how many stores' lists of receive folders are kept; a list takes some 200 bytes.
const keptReceiveLists = 1 << 14

// receiveLists keeps the receive folders of stores, which every client asks for when it begins, and an agent before each
// delivery.
type receiveLists struct {
	mu      sync.Mutex
	lists   map[uint32][]storage.ReceiveFolder
	changes uint64 // a list that was read before a change and would be kept after it could be the old one
}

// of is the list of a store, which must not be changed.
func (l *receiveLists) of(ctx context.Context, db storage.Store, store uint32) ([]storage.ReceiveFolder, error) {
	l.mu.Lock()
	list, ok := l.lists[store]
	changes := l.changes
	l.mu.Unlock()
	if ok {
		return list, nil
	}
	list, err := db.ReceiveFolders(ctx, store)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.changes == changes {
		if l.lists == nil || len(l.lists) >= keptReceiveLists {
			l.lists = make(map[uint32][]storage.ReceiveFolder)
		}
		l.lists[store] = list
	}
	return list, nil
}

// forget is called when a change of a store's list is committed.
func (l *receiveLists) forget(store uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changes++
	delete(l.lists, store)
}

// ReceiveFolders is the list of a store's receive folders, which must not be changed.
func (t *Tree) ReceiveFolders(ctx context.Context, store uint32) ([]storage.ReceiveFolder, error) {
	return t.receive.of(ctx, t.store, store)
}
