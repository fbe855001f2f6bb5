package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"

	"zarafa/mapi"
	"zarafa/storage"
)

// reader implements the reading half of the contract over a querier. Inside of a transaction,
// pending holds what it has written but not yet sent.
type reader struct {
	q       querier
	texts   *texts
	pending *pending
}

var _ storage.Reader = reader{}

// text is a text column. In contrast to sql.RawBytes it tells the empty text from NULL also where the driver hands
// out strings.
type text struct {
	bytes []byte
	valid bool
}

// Scan implements sql.Scanner.
func (t *text) Scan(src any) error {
	t.bytes, t.valid = t.bytes[:0], src != nil
	switch v := src.(type) {
	case nil:
	case string:
		t.bytes = append(t.bytes, v...)
	case []byte:
		t.bytes = append(t.bytes, v...)
	default:
		return fmt.Errorf("a text column holds %T", src)
	}
	return nil
}

// rowScan reads columns of hierarchy.
type rowScan struct {
	ref                storage.Ref
	entryID, sourceKey sql.RawBytes
	class, subject     text
	delivery, modified sql.NullInt64
	msgFlags, msgSize  sql.NullInt64
	props              sql.RawBytes
	counters           [9]sql.NullInt64
	refDest, rowDest   []any
}

func newRowScan() *rowScan {
	s := &rowScan{}
	s.refDest = []any{&s.ref.Store, &s.ref.Parent, &s.ref.ID, (*uint32)(&s.ref.Type), &s.ref.Flags, &s.ref.Owner, &s.entryID, &s.sourceKey}
	s.rowDest = append(append([]any{}, s.refDest...),
		&s.class, &s.subject, &s.delivery, &s.modified, &s.msgFlags, &s.msgSize, &s.props)
	for i := range s.counters {
		s.rowDest = append(s.rowDest, &s.counters[i])
	}
	return s
}

// takeRef copies the reference out of the driver's buffers.
func (s *rowScan) takeRef() storage.Ref {
	ref := s.ref
	buf := make([]byte, 0, len(s.entryID)+len(s.sourceKey))
	if s.entryID != nil {
		buf = append(buf, s.entryID...)
		ref.EntryID = buf[:len(buf):len(buf)]
	}
	if s.sourceKey != nil {
		from := len(buf)
		buf = append(buf, s.sourceKey...)
		ref.SourceKey = buf[from:len(buf):len(buf)]
	}
	return ref
}

// takeRow copies the row. All values of a row share one buffer.
func (s *rowScan) takeRow() (*storage.Row, error) {
	r := &storage.Row{Ref: s.takeRef()}
	buf := make([]byte, 0, len(s.props)+len(s.class.bytes)+len(s.subject.bytes))
	buf = append(buf, s.props...)
	var u unpacked
	if err := u.unpack(buf); err != nil {
		return nil, mapi.Errorf(mapi.DatabaseError, "storage", "object %d: %w", r.ID, err)
	}
	for _, c := range []struct {
		tag mapi.PropTag
		raw text
	}{{mapi.PrMessageClass, s.class}, {mapi.PrSubject, s.subject}} {
		if c.raw.valid {
			from := len(buf)
			buf = append(buf, c.raw.bytes...)
			u.props = append(u.props, mapi.PropValue{Tag: c.tag, Data: buf[from:len(buf):len(buf)]})
		}
	}
	for _, c := range []struct {
		tag mapi.PropTag
		num sql.NullInt64
	}{{mapi.PrMessageDeliveryTime, s.delivery}, {mapi.PrLastModificationTime, s.modified}, {mapi.PrMessageFlags, s.msgFlags}, {mapi.PrMessageSize, s.msgSize}} {
		if c.num.Valid {
			u.props = append(u.props, mapi.PropValue{Tag: c.tag, Num: uint64(c.num.Int64)})
		}
	}
	r.Props, r.Cut = u.props, u.cut
	r.Counters = s.takeCounters()
	return r, nil
}

func (s *rowScan) takeCounters() storage.Counters {
	c := &s.counters
	return storage.Counters{
		Content: c[0].Int64, Unread: c[1].Int64, Associated: c[2].Int64, Subfolders: c[3].Int64,
		DeletedContent: c[4].Int64, DeletedAssoc: c[5].Int64, DeletedFolders: c[6].Int64,
		Size: c[7].Int64, CommitTime: mapi.FileTime(c[8].Int64),
	}
}

// ref finds one row of hierarchy.
func (r reader) ref(ctx context.Context, where string, arg any) (ref storage.Ref, ok bool, err error) {
	rows, err := r.q.query(ctx, where, arg)
	if err != nil {
		return ref, false, dbError("ref", err)
	}
	s := newRowScan()
	err = each(rows, func() error {
		if err := rows.Scan(s.refDest...); err != nil {
			return err
		}
		ref, ok = s.takeRef(), true
		return nil
	})
	return ref, ok, dbError("ref", err)
}

// Ref finds any object, parts included, by its id.
func (r reader) Ref(ctx context.Context, id uint32) (storage.Ref, error) {
	const text = "SELECT " + refColumns + ",0 FROM hierarchy h WHERE h.id=?" +
		" UNION ALL SELECT h.store,h.parent,h.id,h.type,h.flags,h.owner,NULL,NULL,h.message FROM parts h WHERE h.id=? AND h.id<>h.message"
	rows, err := r.q.query(ctx, text, id, id)
	if err != nil {
		return storage.Ref{}, dbError("ref", err)
	}
	s := newRowScan()
	var ref storage.Ref
	var message uint32
	found := false
	err = each(rows, func() error {
		if err := rows.Scan(append(s.refDest, &message)...); err != nil {
			return err
		}
		ref, found = s.takeRef(), true
		ref.Message = message
		return nil
	})
	if err == nil && !found {
		return ref, notFound("object", id)
	}
	return ref, dbError("ref", err)
}

// RefByEntryID finds stores, folders and top-level messages, soft-deleted ones too; entry ids are compared with their flags field zeroed.
func (r reader) RefByEntryID(ctx context.Context, id mapi.EntryID) (storage.Ref, error) {
	ref, ok, err := r.ref(ctx, "SELECT "+refColumns+" FROM hierarchy h WHERE h.entryid=?", []byte(id.WithFlags(0)))
	if err == nil && !ok {
		err = notFound("entry id", hexOf(id))
	}
	return ref, err
}

// RefsByEntryID finds many at once, ascending ids; those that do not exist are left out.
func (r reader) RefsByEntryID(ctx context.Context, ids []mapi.EntryID) ([]storage.Ref, error) {
	var list []storage.Ref
	s := newRowScan()
	for chunk := range slices.Chunk(ids, maxInList) {
		keys := make([][]byte, len(chunk))
		for i, id := range chunk {
			keys[i] = id.WithFlags(0)
		}
		text, args := fill(r.texts.refsByEntryID, nil, keys)
		rows, err := r.q.query(ctx, text, args...)
		if err != nil {
			return nil, dbError("refs", err)
		}
		if err := each(rows, func() error {
			if err := rows.Scan(s.refDest...); err != nil {
				return err
			}
			list = append(list, s.takeRef())
			return nil
		}); err != nil {
			return nil, dbError("refs", err)
		}
	}
	slices.SortFunc(list, func(a, b storage.Ref) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(list, func(a, b storage.Ref) bool { return a.ID == b.ID }), nil
}

// RefBySourceKey finds stores, folders and top-level messages, soft-deleted ones too.
func (r reader) RefBySourceKey(ctx context.Context, key []byte) (storage.Ref, error) {
	ref, ok, err := r.ref(ctx, "SELECT "+refColumns+" FROM hierarchy h WHERE h.sourcekey=?", key)
	if err == nil && !ok {
		err = notFound("source key", hexOf(key))
	}
	return ref, err
}

// Refs lists like Rows, without properties and counters, ascending ids.
func (r reader) Refs(ctx context.Context, q storage.RowQuery) ([]storage.Ref, error) {
	var list []storage.Ref
	s := newRowScan()
	err := r.selectRows(ctx, q, selection{columns: refColumns, hint: r.texts.clustered, in: r.texts.refsIn}, func(rows *sql.Rows) error {
		if err := rows.Scan(s.refDest...); err != nil {
			return err
		}
		if q.IDs == nil || s.ref.Flags&q.FlagsMask == q.Flags {
			list = append(list, s.takeRef())
		}
		return nil
	})
	return list, dbError("refs", err)
}

// Rows calls fn for each selected row, ascending ids; one statement for any number of rows.
func (r reader) Rows(ctx context.Context, q storage.RowQuery, fn func(*storage.Row) error) error {
	sel := selection{columns: rowColumns + counted, hint: r.texts.clustered, join: joinCounter, in: r.texts.rowsIn}
	if q.Type == mapi.TypeMessage {
		sel.columns, sel.join = rowColumns+notCounted, ""
	}
	if q.Within != 0 {
		sel.in, sel.args = r.texts.rowsWithin, []any{q.Within, q.Within}
	}
	s := newRowScan()
	var stop error
	err := r.selectRows(ctx, q, sel, func(rows *sql.Rows) error {
		if err := rows.Scan(s.rowDest...); err != nil {
			return err
		}
		if q.IDs != nil && s.ref.Flags&q.FlagsMask != q.Flags {
			return nil
		}
		row, err := s.takeRow()
		if err != nil {
			return err
		}
		r.pending.overlay(row.ID, &row.Counters)
		stop = fn(row)
		return stop
	})
	if stop != nil {
		return stop
	}
	return dbError("rows", err)
}

// DateKeys calls fn for each row that Rows selects by its parent, ascending ids, and reads an index alone.
func (r reader) DateKeys(ctx context.Context, q storage.RowQuery, fn func(storage.DateKey) error) error {
	if q.Parent == 0 || q.IDs != nil {
		return mapi.Errorf(mapi.InvalidParameter, "storage", "date keys are of the children of an object")
	}
	var stop error
	err := r.selectRows(ctx, q, selection{columns: "h.id,h.delivery_time", hint: r.texts.byDate}, func(rows *sql.Rows) error {
		var k storage.DateKey
		var delivery sql.NullInt64
		if err := rows.Scan(&k.ID, &delivery); err != nil {
			return err
		}
		k.Delivery, k.Dated = mapi.FileTime(delivery.Int64), delivery.Valid
		stop = fn(k)
		return stop
	})
	if stop != nil {
		return stop
	}
	return dbError("date keys", err)
}

// selection is how rows of hierarchy are selected: what of them, by which index (a hint of the dialect), and with which counters.
type selection struct {
	columns, hint, join string
	in                  *inList // the whole statement, for ids
	args                []any   // its arguments before the ids
}

// selectRows runs a query over hierarchy: one statement, or one for each maxInList ids.
func (r reader) selectRows(ctx context.Context, q storage.RowQuery, sel selection, scan func(*sql.Rows) error) error {
	run := func(text string, args ...any) error {
		rows, err := r.q.query(ctx, text, args...)
		if err != nil {
			return err
		}
		return each(rows, func() error { return scan(rows) })
	}
	if q.IDs == nil {
		if q.Parent == 0 {
			return run("SELECT "+sel.columns+" FROM hierarchy h"+sel.join+r.texts.ofNone, uint32(q.Type), q.FlagsMask, q.Flags)
		}
		text := "SELECT " + sel.columns + " FROM hierarchy h" + sel.hint + sel.join
		if q.Limit > 0 {
			return run(text+ofParentPage, q.Parent, q.Parent, q.After, uint32(q.Type), q.FlagsMask, q.Flags, q.Limit)
		}
		return run(text+ofParent, q.Parent, q.Parent, uint32(q.Type), q.FlagsMask, q.Flags)
	}
	ids := slices.Clone(q.IDs)
	slices.Sort(ids)
	for chunk := range slices.Chunk(slices.Compact(ids), maxInList) {
		text, args := sel.in.fill(slices.Clone(sel.args), chunk)
		if err := run(text, args...); err != nil {
			return err
		}
	}
	return nil
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }
