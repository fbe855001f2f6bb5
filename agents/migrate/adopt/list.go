package adopt

import (
	"context"
	"fmt"

	"zarafa/agents/migrate/legacy"
	"zarafa/mapi"
	"zarafa/storage"
)

// listPage is how many rows of a list are written at a time.
const listPage = 500

// batcher collects rows and writes them some at a time.
type batcher[T any] struct {
	rows  []T
	write func([]T) error
}

func (b *batcher[T]) add(row T) error {
	if b.rows = append(b.rows, row); len(b.rows) < listPage {
		return nil
	}
	return b.flush()
}

func (b *batcher[T]) flush() error {
	if len(b.rows) == 0 {
		return nil
	}
	err := b.write(b.rows)
	b.rows = b.rows[:0]
	return err
}

// takeRows writes the rows that read gives, some in an update.
func takeRows[T any](ctx context.Context, m *Migration, read func(context.Context, func(T) error) error, put func(context.Context, storage.Tx, *notes, []T) error) error {
	b := &batcher[T]{write: func(rows []T) error {
		return m.writeNoted(ctx, func(ctx context.Context, tx storage.Tx, n *notes) error { return put(ctx, tx, n, rows) })
	}}
	return m.session.Moment(ctx, func() error {
		if err := read(ctx, b.add); err != nil {
			return err
		}
		return b.flush()
	})
}

// takeLists takes what refers to stores, folders and messages.
func (m *Migration) takeLists(ctx context.Context) error {
	if err := takeRows(ctx, m, m.session.ACL, m.putACL); err != nil {
		return fmt.Errorf("rights: %w", err)
	}
	if err := takeRows(ctx, m, m.session.ReceiveFolders, m.putReceiveFolders); err != nil {
		return fmt.Errorf("receive folders: %w", err)
	}
	if err := takeRows(ctx, m, m.session.Queue, m.putQueue); err != nil {
		return fmt.Errorf("outgoing queue: %w", err)
	}
	if err := takeRows(ctx, m, m.session.SearchResults, m.putSearchResults); err != nil {
		return fmt.Errorf("search results: %w", err)
	}
	return nil
}

func (m *Migration) putACL(ctx context.Context, tx storage.Tx, n *notes, rows []legacy.ACE) error {
	for _, e := range rows {
		node := m.tree.Find(e.Object)
		if node == nil {
			n.lose(legacy.Loss{Object: e.Object, What: fmt.Sprintf("rights of user %d", e.User), Why: "there is no such store or folder"})
			continue
		}
		if err := tx.PutACE(ctx, node.Store, e.Object, mapi.ACE{UserID: e.User, Type: e.Type, Rights: mapi.Rights(e.Rights)}); err != nil {
			return err
		}
		n.took("rights", 1)
	}
	return nil
}

func (m *Migration) putReceiveFolders(ctx context.Context, tx storage.Tx, n *notes, rows []legacy.ReceiveFolder) error {
	for _, f := range rows {
		if m.tree.Find(f.Store) == nil || m.tree.Find(f.Folder) == nil {
			n.lose(legacy.Loss{Object: f.Folder, What: fmt.Sprintf("receive folder of %q in store %d", f.Class, f.Store), Why: "there is no such store or folder"})
			continue
		}
		if err := tx.PutReceiveFolder(ctx, storage.ReceiveFolder{Store: f.Store, Class: f.Class, Folder: f.Folder}); err != nil {
			return err
		}
		n.took("receive folders", 1)
	}
	return nil
}

func (m *Migration) putQueue(ctx context.Context, tx storage.Tx, n *notes, rows []legacy.QueueEntry) error {
	ids := make([]uint32, len(rows))
	for i, e := range rows {
		ids[i] = e.Message
	}
	there, err := refs(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, e := range rows {
		ref, ok := there[e.Message]
		if !ok {
			n.lose(legacy.Loss{Object: e.Message, What: "message to be sent", Why: "there is no such message"})
			continue
		}
		if err := tx.PutQueueEntry(ctx, storage.QueueEntry{Store: ref.Store, Message: e.Message, Flags: e.Flags}); err != nil {
			return err
		}
		n.took("messages to be sent", 1)
	}
	return nil
}

// foundRead is the bit of searchresults.flags that mirrors MSGFLAG_READ.
const foundRead = 1

func (m *Migration) putSearchResults(ctx context.Context, tx storage.Tx, n *notes, rows []legacy.Found) error {
	ids := make([]uint32, len(rows))
	for i, f := range rows {
		ids[i] = f.Message
	}
	there, err := refs(ctx, tx, ids)
	if err != nil {
		return err
	}
	byFolder := map[uint32][]storage.SearchResult{}
	for _, f := range rows {
		if _, ok := there[f.Message]; ok && m.tree.Find(f.Folder) != nil { // what is left of things that were deleted is no loss
			byFolder[f.Folder] = append(byFolder[f.Folder], storage.SearchResult{Message: f.Message, Read: f.Flags&foundRead != 0})
		}
	}
	for folder, list := range byFolder {
		if err := tx.PutSearchResults(ctx, m.tree.Find(folder).Store, folder, list); err != nil {
			return err
		}
		n.took("search results", int64(len(list)))
	}
	return nil
}

// refs looks objects up; those that are not there are missing in the answer.
func refs(ctx context.Context, tx storage.Tx, ids []uint32) (map[uint32]storage.Ref, error) {
	list, err := tx.Refs(ctx, storage.RowQuery{IDs: ids})
	found := make(map[uint32]storage.Ref, len(list))
	for _, r := range list {
		found[r.ID] = r
	}
	return found, err
}
