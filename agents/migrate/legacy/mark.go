package legacy

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"zarafa/mapi"
)

// Mark is what tells a message from another and from an earlier version of itself.
type Mark struct {
	ID, Folder, Flags    uint32
	SourceKey, ChangeKey []byte
	MessageFlags, Size   uint32
}

// Marks reads those of up to limit messages with ids above after that lie in folders of the tree; last is the highest id that was looked
// at, done is true after the last message. Call it inside of a moment.
func (s *Session) Marks(ctx context.Context, tree *Tree, after uint32, limit int) (list []*Mark, last uint32, done bool, err error) {
	b := &batch{Session: s}
	byID := map[uint32]*Mark{}
	rows := 0
	last = after
	err = s.query(ctx, "SELECT id,parent,flags FROM hierarchy WHERE id>? AND type=5 ORDER BY id LIMIT ?", []any{after, limit}, func(r *sql.Rows) error {
		m := new(Mark)
		var parent sql.NullInt64
		if err := r.Scan(&m.ID, &parent, &m.Flags); err != nil {
			return err
		}
		rows, last, m.Folder = rows+1, m.ID, uint32(parent.Int64)
		if tree.Find(m.Folder) != nil {
			list, byID[m.ID] = append(list, m), m
			b.ids = append(b.ids, m.ID)
		}
		return nil
	})
	if err != nil {
		return nil, 0, false, err
	}
	slices.Sort(b.ids)
	err = b.ranges(ctx, "SELECT hierarchyid,val_binary FROM indexedproperties WHERE tag=26080 AND []", func(r *sql.Rows) error {
		return scanMark(r, byID, func(m *Mark, b []byte) { m.SourceKey = b })
	})
	if err != nil {
		return nil, 0, false, err
	}
	err = b.ranges(ctx, "SELECT hierarchyid,tag,COALESCE(val_ulong,0),val_binary FROM properties WHERE tag IN (3591,3592,26082) AND []", func(r *sql.Rows) error {
		var id, number uint32
		var tag uint16
		var data []byte
		if err := r.Scan(&id, &tag, &number, &data); err != nil || byID[id] == nil {
			return err
		}
		switch tag {
		case mapi.PrMessageFlags.ID():
			byID[id].MessageFlags = number
		case mapi.PrMessageSize.ID():
			byID[id].Size = number
		case mapi.PrChangeKey.ID():
			byID[id].ChangeKey = data
		}
		return nil
	})
	return list, last, rows < limit, err
}

func scanMark(r *sql.Rows, byID map[uint32]*Mark, set func(*Mark, []byte)) error {
	var id uint32
	var data []byte
	err := r.Scan(&id, &data)
	if m := byID[id]; err == nil && m != nil {
		set(m, data)
	}
	return err
}

// Flags reads the ids of the messages in a folder with the flags of their rows.
func (s *Session) Flags(ctx context.Context, folder uint32) (map[uint32]uint32, error) {
	found := map[uint32]uint32{}
	err := s.query(ctx, "SELECT id,flags FROM hierarchy WHERE parent=? AND type=5", []any{folder}, func(r *sql.Rows) error {
		var id, flags uint32
		err := r.Scan(&id, &flags)
		found[id] = flags
		return err
	})
	return found, err
}

// ObjectsOf finds the objects that have these source keys. Keys of nothing are left out.
func (s *Session) ObjectsOf(ctx context.Context, keys [][]byte) (ids []uint32, err error) {
	const text = "SELECT hierarchyid FROM indexedproperties WHERE tag=26080 AND val_binary IN []"
	for chunk := range slices.Chunk(keys, maxList) {
		err := s.query(ctx, strings.Replace(text, "[]", list(len(chunk)), 1), fill(chunk), func(r *sql.Rows) error {
			var id uint32
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}
