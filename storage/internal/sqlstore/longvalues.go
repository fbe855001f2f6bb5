package sqlstore

import (
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/storage"
)

// LongValues calls fn with what rows of objects of a store do not have whole.
func (r reader) LongValues(ctx context.Context, store uint32, ids []uint32, fn func(id uint32, props mapi.Props, lobs []storage.LobRef) error) error {
	for chunk := range slices.Chunk(sorted(ids), maxInList) {
		text, args := r.texts.longValues.fill([]any{store}, chunk)
		rows, err := r.q.query(ctx, text, args...)
		if err != nil {
			return dbError("long values", err)
		}
		var stop error
		err = each(rows, func() error {
			var id uint32
			var packed []byte
			if err := rows.Scan(&id, &packed); err != nil {
				return err
			}
			var u unpacked
			if err := u.unpack(packed); err != nil {
				return mapi.Errorf(mapi.DatabaseError, "storage", "long values of %d: %w", id, err)
			}
			stop = fn(id, u.props, u.lobs)
			return stop
		})
		if stop != nil {
			return stop
		}
		if err != nil {
			return dbError("long values", err)
		}
	}
	return nil
}

// LobContents calls fn with the pieces of several instances.
func (r reader) LobContents(ctx context.Context, instances []uint32, fn func(instance uint32, piece []byte) error) error {
	for chunk := range slices.Chunk(sorted(instances), maxInList) {
		text, args := r.texts.lobContents.fill(nil, chunk)
		rows, err := r.q.query(ctx, text, args...)
		if err != nil {
			return dbError("lob", err)
		}
		var stop error
		err = each(rows, func() error {
			var instance uint32
			var piece []byte
			if err := rows.Scan(&instance, &piece); err != nil {
				return err
			}
			stop = fn(instance, piece)
			return stop
		})
		if stop != nil {
			return stop
		}
		if err != nil {
			return dbError("lob", err)
		}
	}
	return nil
}

// sorted is a list in ascending order, without what is twice in it.
func sorted(ids []uint32) []uint32 {
	list := slices.Clone(ids)
	slices.Sort(list)
	return slices.Compact(list)
}
