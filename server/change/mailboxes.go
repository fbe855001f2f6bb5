package change

import (
	"context"
	"sync"

	"zarafa/mapi"
	"zarafa/storage"
)

// mailboxes is the list of all stores, read once and kept in memory: it is small (one row
// a user) and asked for by every request.
type mailboxes struct {
	store storage.Store

	mu     sync.RWMutex
	loaded bool
	byID   map[uint32]storage.Mailbox
	byGUID map[mapi.GUID]uint32
	byUser map[userStore]uint32
	epoch  uint64

	lookups lookups
}

type userStore struct{ user, storeType uint32 }

func newMailboxes(store storage.Store) *mailboxes {
	return &mailboxes{store: store, lookups: newLookups()}
}

// view calls f with the maps locked for reading and filled.
func (m *mailboxes) view(ctx context.Context, f func()) error {
	for tries := 0; ; tries++ {
		m.mu.RLock()
		if m.loaded {
			f()
			m.mu.RUnlock()
			m.lookups.count(tries == 0)
			return nil
		}
		epoch := m.epoch
		m.mu.RUnlock()
		if err := m.load(ctx, epoch); err != nil {
			return err
		}
	}
}

func (m *mailboxes) stats() LookupStats {
	s := m.lookups.stats()
	m.mu.RLock()
	defer m.mu.RUnlock()
	s.Items = int64(len(m.byID))
	return s
}

func (m *mailboxes) load(ctx context.Context, epoch uint64) error {
	list, err := m.store.Mailboxes(ctx, storage.MailboxQuery{})
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.epoch != epoch || m.loaded {
		return nil // somebody changed the table meanwhile, or was faster
	}
	m.byID = make(map[uint32]storage.Mailbox, len(list))
	m.byGUID = make(map[mapi.GUID]uint32, len(list))
	m.byUser = make(map[userStore]uint32, len(list))
	for _, b := range list {
		m.add(b)
	}
	m.loaded = true
	return nil
}

// put tells of a row that a commit added or changed.
func (m *mailboxes) put(box storage.Mailbox) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.epoch++
	if m.loaded {
		m.drop(box.ID)
		m.add(box)
	}
}

// remove tells of a row that a commit deleted.
func (m *mailboxes) remove(id uint32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.epoch++
	if m.loaded {
		m.drop(id)
	}
}

// forget has the list read again.
func (m *mailboxes) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.epoch++
	m.loaded = false
}

// add and drop change the maps; the caller holds mu.
func (m *mailboxes) add(b storage.Mailbox) {
	m.byID[b.ID] = b
	m.byGUID[b.GUID] = b.ID
	if b.UserID != 0 {
		m.byUser[userStore{b.UserID, b.Type}] = b.ID
	}
}

func (m *mailboxes) drop(id uint32) {
	b, ok := m.byID[id]
	if !ok {
		return
	}
	delete(m.byID, id)
	delete(m.byGUID, b.GUID)
	if key := (userStore{b.UserID, b.Type}); m.byUser[key] == id {
		delete(m.byUser, key)
	}
}

func noStore(what string, v any) error {
	return mapi.Errorf(mapi.NotFound, "change", "no store of %s %v", what, v)
}

// Mailbox finds a store by the id of its object; NOT_FOUND if there is none or it was removed.
func (t *Tree) Mailbox(ctx context.Context, store uint32) (box storage.Mailbox, err error) {
	var ok bool
	if err = t.boxes.view(ctx, func() { box, ok = t.boxes.byID[store] }); err == nil && !ok {
		err = noStore("object", store)
	}
	return box, err
}

// MailboxByGUID finds a store by its GUID.
func (t *Tree) MailboxByGUID(ctx context.Context, guid mapi.GUID) (box storage.Mailbox, err error) {
	var ok bool
	err = t.boxes.view(ctx, func() {
		var id uint32
		if id, ok = t.boxes.byGUID[guid]; ok {
			box = t.boxes.byID[id]
		}
	})
	if err == nil && !ok {
		err = noStore("GUID", guid)
	}
	return box, err
}

// MailboxOf finds a user's store of a type.
func (t *Tree) MailboxOf(ctx context.Context, user, storeType uint32) (box storage.Mailbox, err error) {
	var ok bool
	err = t.boxes.view(ctx, func() {
		var id uint32
		if id, ok = t.boxes.byUser[userStore{user, storeType}]; ok {
			box = t.boxes.byID[id]
		}
	})
	if err == nil && !ok {
		err = noStore("user", user)
	}
	return box, err
}

// Mailboxes lists all stores in no order.
func (t *Tree) Mailboxes(ctx context.Context) ([]storage.Mailbox, error) {
	var list []storage.Mailbox
	err := t.boxes.view(ctx, func() {
		list = make([]storage.Mailbox, 0, len(t.boxes.byID))
		for _, b := range t.boxes.byID {
			list = append(list, b)
		}
	})
	return list, err
}
