package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
)

// A folder of any size is emptied in batches, each a transaction: what a deletion holds in memory does not grow with the folder, and others who
// write to the store are not kept waiting. If the server dies in between, what was deleted is deleted, as if somebody had done it by
// hand; the client was told nothing yet and asks again. A folder itself goes with the last transaction.

// inBatches reports whether a deletion below a folder may be divided. Where rights must be checked on each object, all must be
// checked before the first goes; and a synchronising client's set is read for each transaction.
func (s *Service) inBatches(c *session.Call, folder storage.Ref, sync uint32) (bool, error) {
	if sync != 0 {
		return false, nil
	}
	return s.rights.Everywhere(c.Context, c.Session.UserID, folder.Store, rights.Delete)
}

// emptyFirst deletes the messages of a folder and, if hard, those of all folders below it.
func (s *Service) emptyFirst(c *session.Call, folder storage.Ref, hard, associated bool) error {
	if err := s.emptyMessages(c, folder, hard, associated); err != nil || !hard {
		return err
	}
	return s.emptySubfolders(c, folder)
}

// emptyTree deletes all messages in and below a folder for good.
func (s *Service) emptyTree(c *session.Call, folder storage.Ref) error {
	return descend(folder, func(f storage.Ref) ([]storage.Ref, error) {
		if err := s.emptyMessages(c, f, true, true); err != nil {
			return nil, err
		}
		return s.subfolders(c.Context, f)
	})
}

func (s *Service) emptySubfolders(c *session.Call, folder storage.Ref) error {
	folders, err := s.subfolders(c.Context, folder)
	if err != nil {
		return err
	}
	for _, f := range folders {
		if err := s.emptyTree(c, f); err != nil {
			return err
		}
	}
	return nil
}

// subfolders lists the folders directly in a folder or store, the deleted ones too.
func (s *Service) subfolders(ctx context.Context, of storage.Ref) ([]storage.Ref, error) {
	return s.store.Refs(ctx, storage.RowQuery{Parent: of.ID, Type: mapi.TypeFolder})
}

// emptyMessages deletes the messages directly in a folder.
func (s *Service) emptyMessages(c *session.Call, folder storage.Ref, hard, associated bool) error {
	q := storage.RowQuery{Parent: folder.ID, Type: mapi.TypeMessage, Limit: max(s.settings.DeleteBatch, 1)}
	if !hard {
		q.FlagsMask = mapi.FlagDeleted // those that are deleted already stay
	}
	for {
		var found, last = 0, uint32(0)
		err := s.writer.Do(c.Context, folder.Store, author(c, 0), func(ctx context.Context, ch *change.Change) error {
			rows, err := ch.RowsOf(ctx, q)
			if err != nil || len(rows) == 0 {
				found = 0
				return err
			}
			found, last = len(rows), rows[len(rows)-1].ID
			doomed := make([]*storage.Row, 0, len(rows))
			for _, r := range rows {
				if associated || !r.Associated() {
					doomed = append(doomed, r)
				}
			}
			return deleteRoots(ctx, ch, doomed, hard)
		})
		if err != nil || found < q.Limit {
			return err
		}
		q.After = last
	}
}
