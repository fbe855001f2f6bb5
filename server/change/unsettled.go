package change

import "sync"

// unsettled counts, for each mailbox store, the updates that have changed its folders and have not been announced yet. The
// updates of a store run one after the other, but several of them may share a transaction: one that comes later has to see
// what an earlier one did, and the tree does not know it before it is announced. While there are none, the tree
// is right for a store's next update.
type unsettled struct {
	mu     sync.Mutex
	stores map[uint32]int
}

func (u *unsettled) begin(store uint32) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.stores == nil {
		u.stores = make(map[uint32]int)
	}
	u.stores[store]++
}

func (u *unsettled) end(store uint32) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.stores[store]--; u.stores[store] == 0 {
		delete(u.stores, store)
	}
}

func (u *unsettled) any(store uint32) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.stores[store] > 0
}
