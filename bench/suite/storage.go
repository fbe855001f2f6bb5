package suite

import (
	"context"
	"fmt"
	"path/filepath"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/storage/sqlite"
)

// storageBenchmarks are of the engine for SQLite without a server around it. On MySQL there are only those of operations.
func storageBenchmarks() []Benchmark {
	return []Benchmark{
		{"Storage/Commit", withStorage(commit)},
		{"Storage/Deliver", withStorage(insertMessages)},
		{"Storage/Rows", withStorage(scanRows)},
		{"Storage/Object", withStorage(readObjects)},
	}
}

// storedMessages are in the folder that is read.
const storedMessages = 1000

// stored is a database of its own with one mailbox.
type stored struct {
	storage.Store
	ctx                context.Context
	guid               mapi.GUID
	store, root, inbox uint32
	messages           []uint32
}

// withStorage gives a benchmark its database.
func withStorage(setup func(*stored) Work) func(e *Environment) (Work, error) {
	return func(e *Environment) (Work, error) {
		if e.database.MySQL != "" {
			return Work{}, ErrNotHere
		}
		if e.stored == nil {
			s, err := e.openStored()
			if err != nil {
				return Work{}, err
			}
			e.stored = s
		}
		s := e.stored
		w := setup(s)
		w.Counts = func() Counts { return Counts{Statements: s.Statements()} }
		return w, nil
	}
}

// openStored makes a database beside the server's.
func (e *Environment) openStored() (*stored, error) {
	path := filepath.Join(filepath.Dir(e.database.SQLite), "storage.db")
	db, err := sqlite.Open(e.ctx, path, sqlite.Options{})
	if err != nil {
		return nil, err
	}
	e.closers = append(e.closers, db.Close)
	s := &stored{Store: db, ctx: e.ctx, guid: mapi.NewGUID()}
	err = s.update(func(ctx context.Context, tx storage.Tx) error {
		parent := uint32(0)
		for i, id := range []*uint32{&s.store, &s.root, &s.inbox} {
			var err error
			if *id, err = tx.NewObjectID(ctx); err != nil {
				return err
			}
			t := mapi.TypeFolder
			if i == 0 {
				t = mapi.TypeStore
			}
			o := &storage.Object{Ref: storage.Ref{ID: *id, Store: s.store, Parent: parent, Type: t, EntryID: mapi.NewEntryID(s.guid, t)}}
			if err := tx.Insert(ctx, o); err != nil {
				return err
			}
			parent = *id
		}
		return nil
	})
	for range storedMessages {
		if err == nil {
			err = s.insert()
		}
	}
	return s, err
}

func (s *stored) update(f func(ctx context.Context, tx storage.Tx) error) error {
	return s.Update(s.ctx, s.store, f, nil)
}

// insert adds a message with two recipients in a transaction.
func (s *stored) insert() error {
	var id uint32
	err := s.update(func(ctx context.Context, tx storage.Tx) error {
		o, err := s.message(ctx, tx)
		if err != nil {
			return err
		}
		id = o.ID
		if err := tx.Insert(ctx, o); err != nil {
			return err
		}
		return tx.AddCounters(ctx, s.store, s.inbox, storage.Counters{Content: 1, Unread: 1})
	})
	s.messages = append(s.messages, id)
	return err
}

func (s *stored) message(ctx context.Context, tx storage.Tx) (*storage.Object, error) {
	var ids [3]uint32
	for i := range ids {
		var err error
		if ids[i], err = tx.NewObjectID(ctx); err != nil {
			return nil, err
		}
	}
	key, err := tx.NewSourceKey(ctx)
	if err != nil {
		return nil, err
	}
	m := newMessage(int(ids[0]))
	o := &storage.Object{Ref: storage.Ref{
		ID: ids[0], Store: s.store, Parent: s.inbox, Type: mapi.TypeMessage, Owner: 3, EntryID: mapi.NewEntryID(s.guid, mapi.TypeMessage), SourceKey: key,
	}, Props: m.ModProps}
	for i, id := range ids[1:] {
		o.Children = append(o.Children, &storage.Object{
			Ref: storage.Ref{ID: id, Store: s.store, Parent: o.ID, Message: o.ID, Type: mapi.TypeMailUser}, Props: m.Items[i].ModProps,
		})
	}
	return o, nil
}

// commit is the smallest transaction: one row.
func commit(s *stored) Work {
	return repeat(func(i int) error {
		return s.update(func(ctx context.Context, tx storage.Tx) error {
			id, err := tx.NewChangeID(ctx)
			if err != nil {
				return err
			}
			return tx.PutChange(ctx, storage.Change{ID: id, Parent: []byte("a folder"), SourceKey: []byte{byte(i)}, Type: 0x1001})
		})
	})
}

// insertMessages delivers; what was delivered is deleted again.
func insertMessages(s *stored) Work {
	w := repeat(func(int) error { return s.insert() })
	w.After = func(int) error {
		added := s.messages[storedMessages:]
		s.messages = s.messages[:storedMessages]
		return s.update(func(ctx context.Context, tx storage.Tx) error { return tx.Delete(ctx, added) })
	}
	return w
}

// scanRows reads the folder, as the first opening of a table does.
func scanRows(s *stored) Work {
	q := storage.RowQuery{Parent: s.inbox, Type: mapi.TypeMessage}
	return repeat(func(int) error {
		n := 0
		err := s.Rows(s.ctx, q, func(*storage.Row) error { n++; return nil })
		if err == nil && n != storedMessages {
			err = fmt.Errorf("%d rows in place of %d", n, storedMessages)
		}
		return err
	})
}

// readObjects reads whole messages.
func readObjects(s *stored) Work {
	return repeat(func(i int) error {
		_, err := s.Object(s.ctx, s.messages[i*7919%storedMessages])
		return err
	})
}
