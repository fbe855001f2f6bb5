package objects

import (
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
)

// A folder of any size is emptied in batches, each a transaction: what a deletion holds in memory does not grow with the folder, and others who
// write to the store are not kept waiting. If the server dies in between, what was deleted is deleted, as if somebody had done it by
// hand; the client was told nothing yet and asks again. A folder itself goes with the last transaction.

// A removal deletes what lies in a folder for good, or its messages softly.
type removal struct {
	svc    *Service
	ctx    context.Context
	author change.Author
	root   storage.Ref // nothing goes but what lies below it
	// may asks for the right to delete an object; nil if the author may delete everything in the store.
	may func(storage.Ref) error
	// still says of the root's row whether what lies in it is to go; nil if nothing can change that.
	still func(*storage.Row) bool
	// known are the source keys of the messages that a synchronising client knows; nil: all are.
	known map[string]bool
}

// removal prepares a client's deletion of what lies in a folder.
func (s *Service) removal(c *session.Call, folder storage.Ref, sync uint32) (*removal, error) {
	r := &removal{svc: s, ctx: c.Context, author: author(c, sync), root: folder}
	all, err := s.rights.Everywhere(c.Context, c.Session.UserID, folder.Store, rights.Delete)
	if err == nil && !all {
		r.may = func(ref storage.Ref) error { return s.check(c, ref, rights.Delete) }
	}
	if err == nil && sync != 0 {
		r.known, err = syncedSet(c.Context, s.store, sync)
	}
	return r, err
}

// batch is how many objects one transaction deletes, marks or moves at most.
func (s *Service) batch() int { return max(s.settings.DeleteBatch, 1) }

// checkAll asks for the right to delete everything below the root: all must be checked before the first goes.
func (r *removal) checkAll() error {
	if r.may == nil {
		return nil
	}
	return descend(r.root, func(f storage.Ref) (below []storage.Ref, err error) {
		if f.ID != r.root.ID {
			if err := r.may(f); err != nil {
				return nil, err
			}
		}
		q := storage.RowQuery{Parent: f.ID, Type: mapi.TypeMessage}
		if err := storage.RefPages(r.ctx, r.svc.store, q, r.check); err != nil {
			return nil, err
		}
		return r.svc.subfolders(r.ctx, f)
	})
}

func (r *removal) check(list []storage.Ref) error {
	if r.may == nil {
		return nil
	}
	for _, ref := range list {
		if err := r.may(ref); err != nil {
			return err
		}
	}
	return nil
}

// subfolders lists the folders directly in a folder or store, the deleted ones too.
func (s *Service) subfolders(ctx context.Context, of storage.Ref) (list []storage.Ref, err error) {
	q := storage.RowQuery{Parent: of.ID, Type: mapi.TypeFolder}
	err = storage.RefPages(ctx, s.store, q, func(page []storage.Ref) error { list = append(list, page...); return nil })
	return list, err
}

// ownMessages deletes the messages directly in the root, those that the client knows.
func (r *removal) ownMessages(hard, associated bool) error {
	q := storage.RowQuery{Parent: r.root.ID, Type: mapi.TypeMessage, Limit: r.svc.batch()}
	if !hard {
		q.FlagsMask = mapi.FlagDeleted // those that are deleted already stay
	}
	return storage.RefPages(r.ctx, r.svc.store, q, func(page []storage.Ref) error {
		return r.delete(slices.DeleteFunc(page, func(ref storage.Ref) bool {
			return ref.Associated() && !associated || r.known != nil && !r.known[string(ref.SourceKey)]
		}), hard)
	})
}

// everything deletes all messages below the root for good, and folders until few are left.
func (r *removal) everything() error {
	if err := r.messages(r.root); err != nil {
		return err
	}
	return r.below()
}

// messages deletes all messages directly in a folder for good.
func (r *removal) messages(folder storage.Ref) error {
	q := storage.RowQuery{Parent: folder.ID, Type: mapi.TypeMessage, Limit: r.svc.batch()}
	return storage.RefPages(r.ctx, r.svc.store, q, func(page []storage.Ref) error { return r.delete(page, true) })
}

// delete deletes messages in one transaction.
func (r *removal) delete(doomed []storage.Ref, hard bool) error {
	if err := r.check(doomed); err != nil {
		return err
	}
	return r.do(doomed, func(ctx context.Context, ch *change.Change, rows []*storage.Row) error {
		if hard {
			return hardDelete(ctx, ch, rows)
		}
		return softDelete(ctx, ch, rows)
	})
}

// below is everything without the messages directly in the root.
func (r *removal) below() error {
	var folders []storage.Ref // some 200 bytes each; messages are never all in memory
	if err := descend(r.root, func(f storage.Ref) ([]storage.Ref, error) {
		if f.ID != r.root.ID {
			if err := r.messages(f); err != nil {
				return nil, err
			}
			folders = append(folders, f)
		}
		return r.svc.subfolders(r.ctx, f)
	}); err != nil {
		return err
	}
	slices.Reverse(folders) // the innermost first
	for n := r.svc.batch(); len(folders) > n; folders = folders[n:] {
		if err := r.check(folders[:n]); err != nil {
			return err
		}
		if err := r.do(folders[:n], deleteOneByOne(folders[:n])); err != nil {
			return err
		}
	}
	return nil
}

// deleteOneByOne deletes folders in an order in which none is deleted before those in it.
func deleteOneByOne(order []storage.Ref) func(context.Context, *change.Change, []*storage.Row) error {
	return func(ctx context.Context, ch *change.Change, rows []*storage.Row) error {
		byID := make(map[uint32]*storage.Row, len(rows))
		for _, row := range rows {
			byID[row.ID] = row
		}
		for _, ref := range order {
			if row := byID[ref.ID]; row != nil {
				if err := hardDelete(ctx, ch, []*storage.Row{row}); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// do runs fn in one transaction on the rows of some objects, as far as they still lie below the root.
func (r *removal) do(refs []storage.Ref, fn func(context.Context, *change.Change, []*storage.Row) error) error {
	if len(refs) == 0 {
		return nil
	}
	ids := make([]uint32, len(refs))
	for i, ref := range refs {
		ids[i] = ref.ID
	}
	return r.svc.writer.Do(r.ctx, r.root.Store, r.author, func(ctx context.Context, ch *change.Change) error {
		if goes, err := r.rootGoes(ctx, ch); err != nil || !goes {
			return err
		}
		rows, err := ch.RowsOf(ctx, storage.RowQuery{IDs: ids})
		if err != nil {
			return err
		}
		if rows, err = r.reached(ctx, ch, rows); err != nil || len(rows) == 0 {
			return err
		}
		return fn(ctx, ch, rows)
	})
}

// rootGoes reports whether what lies in the root is to go still.
func (r *removal) rootGoes(ctx context.Context, ch *change.Change) (bool, error) {
	if r.still == nil {
		return true, nil
	}
	rows, err := ch.RowsOf(ctx, storage.RowQuery{IDs: []uint32{r.root.ID}})
	return err == nil && len(rows) > 0 && r.still(rows[0]), err
}

// reached are those of some rows that still lie below the root: a folder may have been moved out between two batches.
func (r *removal) reached(ctx context.Context, ch *change.Change, rows []*storage.Row) ([]*storage.Row, error) {
	below := map[uint32]bool{r.root.ID: true}
	in := rows[:0]
	for _, row := range rows {
		inside, known := below[row.Parent]
		if !known {
			var err error
			if inside, err = r.contains(ctx, ch, row.Parent); err != nil {
				return nil, err
			}
			below[row.Parent] = inside
		}
		if inside {
			in = append(in, row)
		}
	}
	return in, nil
}

// contains reports whether a folder is the root or lies below it.
func (r *removal) contains(ctx context.Context, ch *change.Change, folder uint32) (bool, error) {
	var walk storage.Ascent
	for folder != 0 && folder != r.root.ID {
		if err := walk.Step(folder); err != nil {
			return false, err
		}
		ref, err := ch.Folder(ctx, folder)
		if err != nil {
			return false, err
		}
		folder = ref.Parent
	}
	return folder == r.root.ID, nil
}
