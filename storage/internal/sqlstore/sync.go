package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"zarafa/mapi"
	"zarafa/storage"
)

func (r reader) syncs(ctx context.Context, where string, arg any) ([]storage.Sync, error) {
	rows, err := r.q.query(ctx, "SELECT id,sourcekey,change_id,sync_type,sync_time FROM syncs"+where, arg)
	if err != nil {
		return nil, dbError("syncs", err)
	}
	var list []storage.Sync
	err = each(rows, func() error {
		var s storage.Sync
		var seconds int64
		err := rows.Scan(&s.ID, &s.SourceKey, &s.ChangeID, &s.Type, &seconds)
		s.Time, s.SourceKey = time.Unix(seconds, 0).UTC(), emptyKey(s.SourceKey)
		list = append(list, s)
		return err
	})
	return list, dbError("syncs", err)
}

// Sync finds a registered sync by its id; NOT_FOUND if there is none.
func (r reader) Sync(ctx context.Context, id uint32) (storage.Sync, error) {
	list, err := r.syncs(ctx, " WHERE id=?", id)
	if err != nil {
		return storage.Sync{}, err
	}
	if len(list) == 0 {
		return storage.Sync{}, notFound("sync", id)
	}
	return list[0], nil
}

// SyncsOf lists the syncs registered for a folder.
func (r reader) SyncsOf(ctx context.Context, sourceKey []byte) ([]storage.Sync, error) {
	return r.syncs(ctx, " WHERE sourcekey=? ORDER BY id", emptyKey(sourceKey))
}

// emptyKey keeps a nil key, which means the whole server, from becoming NULL.
func emptyKey(key []byte) []byte {
	if key == nil {
		return []byte{}
	}
	return key
}

// AddSync registers a sync under a new id, which it returns.
func (t *transaction) AddSync(ctx context.Context, s storage.Sync) (uint32, error) {
	id, err := t.number(ctx, seqSync)
	if err != nil {
		return 0, err
	}
	s.ID = id
	return id, t.putSync(ctx, s)
}

// PutSync replaces a registered sync; NOT_FOUND if there is none with its id.
func (t *transaction) PutSync(ctx context.Context, s storage.Sync) error {
	if _, err := t.Sync(ctx, s.ID); err != nil {
		return err
	}
	return t.putSync(ctx, s)
}

func (t *transaction) putSync(ctx context.Context, s storage.Sync) error {
	_, err := t.exec(ctx, t.texts.putSync, s.ID, emptyKey(s.SourceKey), s.ChangeID, s.Type, s.Time.Unix())
	return dbError("put sync", err)
}

// DeleteSyncsBefore drops syncs unused since t and sets without a sync.
func (t *transaction) DeleteSyncsBefore(ctx context.Context, before time.Time) error {
	if _, err := t.exec(ctx, "DELETE FROM syncs WHERE sync_time<?", before.Unix()); err != nil {
		return dbError("delete syncs", err)
	}
	_, err := t.exec(ctx, "DELETE FROM syncedmessages WHERE sync_id NOT IN (SELECT id FROM syncs)")
	return dbError("delete syncs", err)
}

// SyncedMessages lists the source keys stored for a sync and change id; ok is false if no set was stored. A row with an
// empty key stands for the set itself, so
// that an empty one can be told from none.
func (r reader) SyncedMessages(ctx context.Context, sync, change uint32) (keys [][]byte, ok bool, err error) {
	rows, err := r.q.query(ctx, "SELECT sourcekey FROM syncedmessages WHERE sync_id=? AND change_id=? ORDER BY sourcekey", sync, change)
	if err != nil {
		return nil, false, dbError("synced messages", err)
	}
	err = each(rows, func() error {
		var key []byte
		if err := rows.Scan(&key); err != nil {
			return err
		}
		ok = true
		if len(key) > 0 {
			keys = append(keys, key)
		}
		return nil
	})
	return keys, ok, dbError("synced messages", err)
}

// SyncedSets lists the change ids of the sets stored for a sync, ascending.
func (r reader) SyncedSets(ctx context.Context, sync uint32) ([]uint32, error) {
	var list []uint32
	err := r.appendIDs(ctx, &list, "SELECT DISTINCT change_id FROM syncedmessages WHERE sync_id=? ORDER BY change_id", sync)
	return list, dbError("synced sets", err)
}

// PutSyncedMessages stores a set (it may be empty).
func (t *transaction) PutSyncedMessages(ctx context.Context, sync, change uint32, keys [][]byte) error {
	if err := t.DeleteSyncedSet(ctx, sync, change); err != nil {
		return err
	}
	args := []any{sync, change, []byte{}}
	for _, key := range keys {
		if len(key) == 0 || len(key) > maxKeySize {
			return mapi.Errorf(mapi.InvalidParameter, "storage", "synced set: a source key is empty or longer than %d bytes", maxKeySize)
		}
		args = append(args, sync, change, key)
	}
	return dbError("put synced messages", t.insertRows(ctx, t.texts.putSynced, args))
}

var errNoSet = errors.New("no set")

// newestSet gives the change id of a sync's newest set.
func (t *transaction) newestSet(ctx context.Context, sync uint32) (uint32, error) {
	var change sql.NullInt64
	_, err := queryRow(ctx, t, "SELECT MAX(change_id) FROM syncedmessages WHERE sync_id=?", []any{sync}, &change)
	if err == nil && !change.Valid {
		err = errNoSet
	}
	return uint32(change.Int64), err
}

// AddSynced adds a source key to the newest set of a sync, if it has one.
func (t *transaction) AddSynced(ctx context.Context, sync uint32, key []byte) error {
	change, err := t.newestSet(ctx, sync)
	if errors.Is(err, errNoSet) || len(key) == 0 {
		return nil
	}
	if err != nil {
		return dbError("add synced", err)
	}
	return dbError("add synced", t.insertRows(ctx, t.texts.putSynced, []any{sync, change, key}))
}

// RemoveSynced takes a source key from the newest set of a sync, if it has one.
func (t *transaction) RemoveSynced(ctx context.Context, sync uint32, key []byte) error {
	change, err := t.newestSet(ctx, sync)
	if errors.Is(err, errNoSet) || len(key) == 0 {
		return nil
	}
	if err != nil {
		return dbError("remove synced", err)
	}
	_, err = t.exec(ctx, "DELETE FROM syncedmessages WHERE sync_id=? AND change_id=? AND sourcekey=?", sync, change, key)
	return dbError("remove synced", err)
}

// DeleteSyncedSet removes the set stored for a sync and change id.
func (t *transaction) DeleteSyncedSet(ctx context.Context, sync, change uint32) error {
	_, err := t.exec(ctx, "DELETE FROM syncedmessages WHERE sync_id=? AND change_id=?", sync, change)
	return dbError("delete synced set", err)
}
