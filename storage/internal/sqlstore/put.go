package sqlstore

import (
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/storage"
)

// encodeRow packs a row that Rows gave: what is cut stays marked as such.
func (t *transaction) encodeRow(r *storage.Row) (e encoded, err error) {
	t.pack.reset()
	for _, v := range r.Props {
		isCut := slices.Contains(r.Cut, v.Tag.Canonical())
		short, whole := beginning(v)
		if !whole && !isCut || hiddenInTables(v.Tag) {
			return e, mapi.Errorf(mapi.InvalidParameter, "storage",
				"object %d: property %v is too long for a row; write it with PutObject", r.ID, v.Tag)
		}
		if err := t.packShort(&e.typed, short, !isCut); err != nil {
			return e, err
		}
	}
	for _, tag := range r.Cut {
		if !r.Props.Has(tag.ID()) {
			t.pack.elsewhere(tag)
		}
	}
	e.row = t.pack.finish()
	return e, nil
}

const updateRow = "UPDATE hierarchy SET flags=?,owner=?,message_class=?,subject=?,delivery_time=?,last_modified=?,message_flags=?,message_size=?,props=? WHERE id=?"

// PutRows rewrites the flags, owner and properties of rows as Rows gave them: what is listed in Cut stays as it is.
func (t *transaction) PutRows(ctx context.Context, rows ...*storage.Row) error {
	if len(rows) == 1 {
		e, err := t.encodeRow(rows[0])
		if err != nil {
			return err
		}
		return t.updateRow(ctx, rows[0].Ref, &e)
	}
	return t.putRows(ctx, rows)
}

// putRows rewrites several rows in few statements. They would add rows that do
// not exist, so it is asked first which do.
func (t *transaction) putRows(ctx context.Context, rows []*storage.Row) error {
	ids := make([]uint32, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	known, err := t.idsIn(ctx, t.texts.knownRows, ids)
	if err != nil {
		return dbError("put rows", err)
	}
	there := make(map[uint32]bool, len(known))
	for _, id := range known {
		there[id] = true
	}
	args := make([]any, 0, len(rows)*t.texts.putRows.columns)
	for _, r := range rows {
		if !there[r.ID] {
			return notFound("object", r.ID)
		}
		e, err := t.encodeRow(r)
		if err != nil {
			return err
		}
		args = rowArgs(args, r.Ref, &e)
	}
	return dbError("put rows", t.insertRows(ctx, t.texts.putRows, args))
}

// idsIn runs a statement that gives ids.
func (t *transaction) idsIn(ctx context.Context, l *inList, ids []uint32) ([]uint32, error) {
	var found []uint32
	for chunk := range slices.Chunk(ids, maxInList) {
		text, args := l.fill(nil, chunk)
		if err := t.appendIDs(ctx, &found, text, args...); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (r reader) appendIDs(ctx context.Context, to *[]uint32, text string, args ...any) error {
	rows, err := r.q.query(ctx, text, args...)
	if err != nil {
		return err
	}
	return each(rows, func() error {
		var id uint32
		err := rows.Scan(&id)
		*to = append(*to, id)
		return err
	})
}

func (t *transaction) updateRow(ctx context.Context, r storage.Ref, e *encoded) error {
	c := &e.typed
	n, err := t.exec(ctx, updateRow, r.Flags, r.Owner, c.class, c.subject, c.delivery, c.modified, c.msgFlags, c.msgSize, e.row, r.ID)
	if err != nil {
		return dbError("put row", err)
	}
	if n == 0 {
		return notFound("object", r.ID)
	}
	return nil
}

// PutObject rewrites flags, owner, properties and references to large values of an object read by Object (of a store, folder
// or top-level message; with Message set, of a part); Children are ignored.
func (t *transaction) PutObject(ctx context.Context, o *storage.Object) error {
	if o.Message != 0 {
		return t.putPart(ctx, o)
	}
	props, lobs, err := t.extract(ctx, o)
	if err != nil {
		return err
	}
	e, err := t.encodeTop(ctx, props, lobs)
	if err != nil {
		return err
	}
	if err := t.updateRow(ctx, o.Ref, &e); err != nil {
		return err
	}
	if e.own != "" {
		err = t.insertRows(ctx, t.texts.putParts, partArgs(nil, o.Store, o.ID, o.Ref, e.own))
	} else {
		_, err = t.exec(ctx, "DELETE FROM parts WHERE store=? AND message=? AND id=?", o.Store, o.ID, o.ID)
	}
	if err != nil {
		return dbError("put object", err)
	}
	return t.replaceLobs(ctx, o.Store, o.ID, []uint32{o.ID}, lobArgs(nil, o.Store, o.ID, o.ID, lobs))
}

func (t *transaction) putPart(ctx context.Context, o *storage.Object) error {
	props, lobs, err := t.extract(ctx, o)
	if err != nil {
		return err
	}
	packed, err := t.encodePart(props, lobs)
	if err != nil {
		return err
	}
	n, err := t.exec(ctx, "UPDATE parts SET flags=?,owner=?,props=? WHERE store=? AND message=? AND id=?",
		o.Flags, o.Owner, packed, o.Store, o.Message, o.ID)
	if err != nil {
		return dbError("put object", err)
	}
	if n == 0 {
		return notFound("part", o.ID)
	}
	return t.replaceLobs(ctx, o.Store, o.Message, []uint32{o.ID}, lobArgs(nil, o.Store, o.Message, o.ID, lobs))
}

// PutParts inserts or rewrites parts of a message (each with its own fields only, Children ignored) and removes others
// together with what lies below them.
func (t *transaction) PutParts(ctx context.Context, message storage.Ref, put []*storage.Object, remove []uint32) error {
	if len(put) > 0 {
		if err := t.store.growing(); err != nil {
			return err
		}
	}
	var parts, refs []any
	var ids []uint32
	var err error
	for _, p := range put {
		if parts, refs, err = t.appendPart(ctx, parts, refs, message, p); err != nil {
			return err
		}
		ids = append(ids, p.ID)
	}
	if len(remove) > 0 {
		gone, err := t.removeParts(ctx, message, remove)
		if err != nil {
			return dbError("remove parts", err)
		}
		ids = append(ids, gone...)
	}
	if err := t.insertRows(ctx, t.texts.putParts, parts); err != nil {
		return dbError("put parts", err)
	}
	return t.replaceLobs(ctx, message.Store, message.ID, ids, refs)
}

// removeParts deletes parts with what lies below them and gives all their ids.
func (t *transaction) removeParts(ctx context.Context, message storage.Ref, remove []uint32) ([]uint32, error) {
	rows, err := t.query(ctx, "SELECT id,parent FROM parts WHERE store=? AND message=? AND id<>message ORDER BY id", message.Store, message.ID)
	if err != nil {
		return nil, err
	}
	below := map[uint32][]uint32{}
	err = each(rows, func() error {
		var id, parent uint32
		err := rows.Scan(&id, &parent)
		below[parent] = append(below[parent], id)
		return err
	})
	if err != nil {
		return nil, err
	}
	all := slices.Clone(remove)
	for i := 0; i < len(all); i++ {
		all = append(all, below[all[i]]...)
		delete(below, all[i]) // a damaged tree must not turn in circles
	}
	for chunk := range slices.Chunk(all, maxInList) {
		text, args := t.texts.deleteParts.fill([]any{message.Store, message.ID}, chunk)
		if _, err := t.exec(ctx, text, args...); err != nil {
			return nil, err
		}
	}
	return all, nil
}
