package sqlstore

import (
	"context"
	"database/sql"

	"zarafa/mapi"
	"zarafa/storage"
)

// changesSent sends what a transaction has pending, before changes are read.
func (r reader) changesSent(ctx context.Context) error {
	if t, ok := r.q.(*transaction); ok {
		return t.flushChanges(ctx)
	}
	return nil
}

const changeColumns = "SELECT id,parentsourcekey,sourcekey,change_type,flags,sourcesync FROM changes"

func (r reader) changes(ctx context.Context, where string, args ...any) ([]storage.Change, error) {
	if err := r.changesSent(ctx); err != nil {
		return nil, dbError("changes", err)
	}
	rows, err := r.q.query(ctx, changeColumns+where, args...)
	if err != nil {
		return nil, dbError("changes", err)
	}
	var list []storage.Change
	err = each(rows, func() error {
		var c storage.Change
		err := rows.Scan(&c.ID, &c.Parent, &c.SourceKey, &c.Type, &c.Flags, &c.Sync)
		list = append(list, c)
		return err
	})
	return list, dbError("changes", err)
}

// Changes lists the changes under a folder (nil: everywhere) with ids greater than after, ascending.
func (r reader) Changes(ctx context.Context, parent []byte, after uint32) ([]storage.Change, error) {
	if parent == nil {
		return r.changes(ctx, " WHERE id>? ORDER BY id", after)
	}
	return r.changes(ctx, " WHERE parentsourcekey=? AND id>? ORDER BY id", parent, after)
}

// MaxChange is the highest id under a folder (nil: of all), 0 if there is none.
func (r reader) MaxChange(ctx context.Context, parent []byte) (uint32, error) {
	if err := r.changesSent(ctx); err != nil {
		return 0, dbError("max change", err)
	}
	text, args := "SELECT MAX(id) FROM changes", []any(nil)
	if parent != nil {
		text, args = text+" WHERE parentsourcekey=?", []any{parent}
	}
	var id sql.NullInt64
	_, err := queryRow(ctx, r.q, text, args, &id)
	return uint32(id.Int64), dbError("max change", err)
}

// NewestChange finds the row of one type of change to an item; ok is false if there is none.
func (r reader) NewestChange(ctx context.Context, parent, sourceKey []byte, changeType uint32) (storage.Change, bool, error) {
	list, err := r.changes(ctx, " WHERE parentsourcekey=? AND sourcekey=? AND change_type=?", parent, sourceKey, changeType)
	if err != nil || len(list) == 0 {
		return storage.Change{}, false, err
	}
	return list[0], true, nil
}

// ABChanges lists the changes of the address book with ids after the given one, ascending.
func (r reader) ABChanges(ctx context.Context, after uint32) ([]storage.ABChange, error) {
	rows, err := r.q.query(ctx, "SELECT id,parentsourcekey,sourcekey,change_type FROM abchanges WHERE id>? ORDER BY id", after)
	if err != nil {
		return nil, dbError("address book changes", err)
	}
	var list []storage.ABChange
	err = each(rows, func() error {
		var c storage.ABChange
		err := rows.Scan(&c.ID, &c.Parent, &c.SourceKey, &c.Type)
		list = append(list, c)
		return err
	})
	return list, dbError("address book changes", err)
}

// NewChangeID gives the id for the next change. Ids rise in commit order within a lane because a lane's updates
// run one after the other.
func (t *transaction) NewChangeID(ctx context.Context) (uint32, error) {
	return t.number(ctx, seqChange)
}

// PutChange records a change under c.ID, in place of the row with the same parent, source key and type.
func (t *transaction) PutChange(_ context.Context, list ...storage.Change) error {
	for _, c := range list {
		if len(c.Parent) == 0 || len(c.SourceKey) == 0 || len(c.Parent) > maxKeySize || len(c.SourceKey) > maxKeySize {
			return mapi.Errorf(mapi.InvalidParameter, "storage", "change %d: a source key is missing or longer than %d bytes", c.ID, maxKeySize)
		}
	}
	for _, c := range list {
		t.wrote = true
		if t.pending.changes == nil {
			t.pending.changes = map[changeKey]storage.Change{}
		}
		t.pending.changes[changeKey{string(c.Parent), string(c.SourceKey), c.Type}] = c
	}
	return nil
}

// PutABChange records a change of the address book under a new id, in place of the row of the same object and type, and returns the id.
func (t *transaction) PutABChange(ctx context.Context, c storage.ABChange) (uint32, error) {
	id, err := t.number(ctx, seqABChange)
	if err != nil {
		return 0, err
	}
	_, err = t.exec(ctx, t.texts.putABChange, c.Parent, c.SourceKey, c.Type, id)
	return id, dbError("put address book change", err)
}
