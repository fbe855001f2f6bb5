package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/storage"
)

// When a folder is deleted softly or comes back, the store's size loses or gets what lies in it. Adding that up takes as long as the tree is
// large, so it is done before the transaction, page by page; the transaction then asks whether anything in the tree has changed since.

// A measure is what a walk through a tree has found.
type measure struct {
	folder storage.Ref
	size   int64 // of what the store's size holds of the tree, if it holds the folder
	// Ids of a live folder below it and of a live normal message, 0 if there is none.
	subfolder, message uint32

	since uint32          // change of the server from which on others' changes matter
	keys  map[string]bool // source keys of the folders, by which changes are recorded
	blind bool            // one of them has none: its changes leave no trace
}

// newestChange is the newest change of the server, such that whatever gets a lower id in this store is in the database when it
// returns: it is asked for in the store's lane.
func (s *Service) newestChange(ctx context.Context, store uint32) (newest uint32, err error) {
	err = s.store.Update(ctx, store, func(ctx context.Context, tx storage.Tx) (err error) {
		newest, err = tx.MaxChange(ctx, nil)
		return err
	}, nil)
	return newest, err
}

// measureTree walks through a folder and all below it. see, if not nil, is told of everything below it.
func measureTree(ctx context.Context, from storage.ObjectReader, folder storage.Ref, since uint32, see func([]storage.Ref) error) (*measure, error) {
	type branch struct {
		ref     storage.Ref
		counted bool
	}
	m := &measure{folder: folder, since: since, keys: make(map[string]bool)}
	return m, descend(branch{folder, true}, func(b branch) (below []branch, err error) {
		m.keys[string(b.ref.SourceKey)] = true
		m.blind = m.blind || len(b.ref.SourceKey) == 0
		if err := m.messages(ctx, from, b.ref, b.counted, see); err != nil {
			return nil, err
		}
		q := storage.RowQuery{Parent: b.ref.ID, Type: mapi.TypeFolder}
		err = storage.RefPages(ctx, from, q, func(page []storage.Ref) error {
			for _, f := range page {
				below = append(below, branch{f, b.counted && !f.Deleted()})
				if !f.Deleted() && m.subfolder == 0 {
					m.subfolder = f.ID
				}
			}
			return told(see, page)
		})
		return below, err
	})
}

// messages adds the messages of one folder up.
func (m *measure) messages(ctx context.Context, from storage.ObjectReader, folder storage.Ref, counted bool, see func([]storage.Ref) error) error {
	q := storage.RowQuery{Parent: folder.ID, Type: mapi.TypeMessage}
	return storage.RowPages(ctx, from, q, func(page []*storage.Row) error {
		refs := make([]storage.Ref, len(page))
		for i, r := range page {
			refs[i] = r.Ref
			if r.Deleted() {
				continue
			}
			if counted {
				m.size += messageSize(r)
			}
			if !r.Associated() && m.message == 0 {
				m.message = r.ID
			}
		}
		return told(see, refs)
	})
}

func told(see func([]storage.Ref) error, list []storage.Ref) error {
	if see == nil {
		return nil
	}
	return see(list)
}

// stale reports whether something in the tree may have changed since it was measured.
func (m *measure) stale(ctx context.Context, ch *change.Change) (bool, error) {
	if m.blind {
		return true, nil
	}
	list, err := ch.Changes(ctx, nil, m.since)
	if err != nil {
		return false, err
	}
	for i := range list {
		if m.keys[string(list[i].Parent)] {
			return true, nil
		}
	}
	return false, nil
}

// onTrees runs fn in one transaction with what lies in some folders of a store. If they keep changing while they are
// measured, they are measured in the transaction; not if see asks for rights there, which a transaction cannot wait for: BUSY then.
func (s *Service) onTrees(ctx context.Context, by change.Author, folders []storage.Ref, see func([]storage.Ref) error,
	fn func(context.Context, *change.Change, []*measure) error) error {
	for left := maxAttempts - 1; ; left-- {
		since, err := s.newestChange(ctx, folders[0].Store)
		if err != nil {
			return err
		}
		before := make([]*measure, len(folders))
		for i, f := range folders {
			if before[i], err = measureTree(ctx, s.store, f, since, see); err != nil {
				return err
			}
		}
		again := false
		err = s.writer.Do(ctx, folders[0].Store, by, func(ctx context.Context, ch *change.Change) error {
			again = false
			now := make([]*measure, len(before))
			for i, m := range before {
				now[i] = m
				stale, err := m.stale(ctx, ch)
				switch {
				case err != nil:
					return err
				case stale && (left > 0 && !m.blind || see != nil):
					again = true
					return mapi.Errorf(mapi.Busy, "objects", "folder %d keeps changing", m.folder.ID)
				case stale:
					if now[i], err = measureTree(ctx, ch, m.folder, 0, nil); err != nil {
						return err
					}
				}
			}
			return fn(ctx, ch, now)
		})
		if !again || left == 0 {
			return err
		}
	}
}
