package fulltext

import (
	"slices"
	"time"

	"zarafa/mapi"
	"zarafa/storage"
)

var allMailboxes = storage.MailboxQuery{}

// readStore makes a store complete: it reads messages that the index does not have, and those that have changed since the position.
func (w worker) readStore(store uint32) error {
	folders, err := w.folders(store)
	if err != nil {
		return err
	}
	p, known, err := w.x.Place(w.ctx, store)
	if err != nil {
		return err
	}
	if !known {
		if p.Position, err = w.lastChange(folders); err != nil {
			return err
		}
		if err := w.x.Put(w.ctx, store, nil, nil, p); err != nil {
			return err
		}
	}
	w.mu.Lock()
	pending := w.of(store)
	pending.position, pending.behind = p.Position, false
	w.mu.Unlock()
	if !p.Complete {
		if err := w.readAll(store, folders, p); err != nil {
			return err
		}
	}
	last, err := w.lastChange(folders)
	if err != nil {
		return err
	}
	if err := w.readChanges(store, folders, p.Position); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	pending.complete, pending.noted = !pending.behind, max(pending.noted, last)
	return nil
}

// folders lists the folders of a store, soft-deleted ones too.
func (w worker) folders(store uint32) ([]storage.Ref, error) {
	boxes, err := w.Store.Mailboxes(w.ctx, storage.MailboxQuery{ID: &store})
	if err != nil || len(boxes) == 0 {
		return nil, err
	}
	root, err := w.Store.Ref(w.ctx, boxes[0].Root)
	if mapi.CodeOf(err) == mapi.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	list := []storage.Ref{root}
	for i := 0; i < len(list); i++ {
		below, err := w.Store.Refs(w.ctx, storage.RowQuery{Parent: list[i].ID, Type: mapi.TypeFolder})
		if err != nil {
			return nil, err
		}
		for _, ref := range below {
			if ref.FolderKind() != mapi.FolderSearch {
				list = append(list, ref)
			}
		}
	}
	return list, nil
}

// lastChange is the number of a change up to which everything in some folders is committed.
func (w worker) lastChange(folders []storage.Ref) (uint32, error) {
	last := uint32(0)
	for _, f := range folders {
		if len(f.SourceKey) == 0 {
			continue
		}
		n, err := w.Store.MaxChange(w.ctx, f.SourceKey)
		if err != nil {
			return 0, err
		}
		last = max(last, n)
	}
	return last, nil
}

// readAll puts those messages into the index that it does not have. It takes half of a processor at most.
func (w worker) readAll(store uint32, folders []storage.Ref, p Place) error {
	present, err := w.x.present(w.ctx, store)
	if err != nil {
		return err
	}
	for _, f := range folders {
		q := storage.RowQuery{Parent: f.ID, Type: mapi.TypeMessage, FlagsMask: mapi.FlagAssociated}
		err := storage.RefPages(w.ctx, w.Store, q, func(page []storage.Ref) error {
			page = slices.DeleteFunc(page, func(r storage.Ref) bool {
				_, there := slices.BinarySearch(present, r.ID)
				return there
			})
			for chunk := range slices.Chunk(page, batchMessages) {
				if err := w.readSome(store, chunk, p); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return w.ctx.Err()
}

// readSome puts some messages into the index and rests as long as that took.
func (w worker) readSome(store uint32, chunk []storage.Ref, p Place) error {
	begun := time.Now()
	messages := make([]uint32, len(chunk))
	for i, r := range chunk {
		messages[i] = r.ID
	}
	if err := w.write(store, messages, p); err != nil {
		return err
	}
	if err := w.others(store); err != nil {
		return err
	}
	w.pause(time.Since(begun))
	return nil
}

// others lets stores that are complete keep up while another one is read.
func (w worker) others(store uint32) error {
	for _, other := range w.busy() {
		w.mu.Lock()
		complete := w.stores[other].complete
		w.mu.Unlock()
		if other == store || !complete {
			continue
		}
		if err := w.bringUp(other); err != nil {
			return err
		}
	}
	return nil
}

// readChanges takes in what has changed in a store since a position.
func (w worker) readChanges(store uint32, folders []storage.Ref, position uint32) error {
	gone := false
	for _, f := range folders {
		if len(f.SourceKey) == 0 {
			continue
		}
		changes, err := w.Store.Changes(w.ctx, f.SourceKey, position)
		if err != nil {
			return err
		}
		var changed []uint32
		for _, c := range changes {
			switch c.Type {
			case mapi.ChangeMessage | mapi.ChangeHardDelete, mapi.ChangeFolder | mapi.ChangeHardDelete:
				gone = true
			case mapi.ChangeMessage | mapi.ChangeNew, mapi.ChangeMessage | mapi.ChangeModified:
				ref, err := w.Store.RefBySourceKey(w.ctx, c.SourceKey)
				if mapi.CodeOf(err) == mapi.NotFound {
					continue
				}
				if err != nil {
					return err
				}
				changed = append(changed, ref.ID)
			}
		}
		if err := w.noteAll(store, changed); err != nil {
			return err
		}
	}
	if !gone {
		return nil
	}
	return w.sweep(store, folders)
}

// noteAll has messages taken in.
func (w worker) noteAll(store uint32, messages []uint32) error {
	for chunk := range slices.Chunk(messages, batchMessages) {
		w.mu.Lock()
		p := w.of(store)
		for _, id := range chunk {
			p.note(id)
		}
		w.mu.Unlock()
		if err := w.takeIn(store); err != nil {
			return err
		}
	}
	return nil
}

// sweep removes messages from the index that are gone.
func (w worker) sweep(store uint32, folders []storage.Ref) error {
	present, err := w.x.present(w.ctx, store)
	if err != nil {
		return err
	}
	there := make([]bool, len(present))
	for _, f := range folders {
		q := storage.RowQuery{Parent: f.ID, Type: mapi.TypeMessage}
		err := storage.RefPages(w.ctx, w.Store, q, func(page []storage.Ref) error {
			for _, r := range page {
				if at, ok := slices.BinarySearch(present, r.ID); ok {
					there[at] = true
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	gone := present[:0]
	for i, id := range present {
		if !there[i] {
			gone = append(gone, id)
		}
	}
	return w.noteAll(store, gone)
}
