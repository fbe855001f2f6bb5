package sqlstore

import (
	"context"
	"database/sql"
	"slices"

	"zarafa/mapi"
	"zarafa/storage"
)

// objectText reads an object and everything below it in one statement, so that all of it is
// of one moment: the row of hierarchy, the parts of a message (among them the one that
// holds the row's own long values, with id = message), and, for the id of a part, the parts of its message.
const objectText = "SELECT " + rowColumns + counted + ",0,0 FROM hierarchy h" + joinCounter + " WHERE h.id=?" +
	" UNION ALL SELECT p.store,p.parent,p.id,p.type,p.flags,p.owner,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,p.props" + notCounted + ",p.message,1" +
	" FROM hierarchy h JOIN parts p ON p.store=h.store AND p.message=h.id WHERE h.id=?" +
	" UNION ALL SELECT p.store,p.parent,p.id,p.type,p.flags,p.owner,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,p.props" + notCounted + ",p.message,1" +
	" FROM parts q JOIN parts p ON p.store=q.store AND p.message=q.message WHERE q.id=? AND q.id<>q.message AND p.id<>p.message"

// Object loads an object with all its parts in at most two statements.
func (r reader) Object(ctx context.Context, id uint32) (*storage.Object, error) {
	rows, err := r.q.query(ctx, objectText, id, id, id)
	if err != nil {
		return nil, dbError("object", err)
	}
	l := objectLoad{rows: rows, scan: newRowScan()}
	if err := each(rows, l.next); err != nil {
		return nil, dbError("object", err)
	}
	o := l.tree(id)
	if o == nil {
		return nil, notFound("object", id)
	}
	r.pending.overlay(id, &o.Counters)
	return o, nil
}

// objectLoad puts the rows of objectText together.
type objectLoad struct {
	rows  *sql.Rows
	scan  *rowScan
	top   *storage.Object
	cut   []mapi.PropTag
	own   *unpacked // long values and references of the top row
	parts []*storage.Object
}

func (l *objectLoad) next() error {
	var message, part uint32
	if err := l.rows.Scan(append(l.scan.rowDest, &message, &part)...); err != nil {
		return err
	}
	if part == 0 {
		row, err := l.scan.takeRow()
		if err != nil {
			return err
		}
		l.top = &storage.Object{Ref: row.Ref, Props: row.Props, Counters: row.Counters}
		l.cut = row.Cut
		return nil
	}
	ref := l.scan.takeRef()
	ref.Message = message
	u := &unpacked{}
	if err := u.unpack(append([]byte{}, l.scan.props...)); err != nil {
		return mapi.Errorf(mapi.DatabaseError, "storage", "part %d of %d: %w", ref.ID, message, err)
	}
	if ref.ID == message {
		l.own = u
		return nil
	}
	l.parts = append(l.parts, &storage.Object{Ref: ref, Props: u.props, Lobs: u.lobs})
	return nil
}

// tree puts whole values in place of cut ones and hangs the parts below their parents.
func (l *objectLoad) tree(id uint32) *storage.Object {
	byID := make(map[uint32]*storage.Object, len(l.parts)+1)
	if l.top != nil {
		byID[id] = l.top
		l.top.Props = slices.DeleteFunc(l.top.Props, func(v mapi.PropValue) bool { return slices.Contains(l.cut, v.Tag) })
		if l.own != nil {
			l.top.Props = append(l.top.Props, l.own.props...)
			l.top.Lobs = l.own.lobs
		}
	}
	slices.SortFunc(l.parts, func(a, b *storage.Object) int { return int(int64(a.ID) - int64(b.ID)) })
	for _, p := range l.parts {
		byID[p.ID] = p
	}
	for _, p := range l.parts {
		if parent := byID[p.Parent]; parent != nil && p.ID != id {
			parent.Children = append(parent.Children, p)
		}
	}
	return byID[id]
}

// CountersOf reads the counts kept with folders of a store, or with the store, in the order of the ids.
func (r reader) CountersOf(ctx context.Context, store uint32, ids ...uint32) ([]storage.Counters, error) {
	list := make([]storage.Counters, len(ids))
	s := newRowScan()
	dest := []any{&s.ref.ID}
	for i := range s.counters {
		dest = append(dest, &s.counters[i])
	}
	for from := 0; from < len(ids); from += maxInList {
		text, args := r.texts.countersOf.fill([]any{store}, ids[from:min(from+maxInList, len(ids))])
		rows, err := r.q.query(ctx, text, args...)
		if err != nil {
			return nil, dbError("counters", err)
		}
		err = each(rows, func() error {
			err := rows.Scan(dest...)
			for i, id := range ids {
				if id == s.ref.ID {
					list[i] = s.takeCounters()
				}
			}
			return err
		})
		if err != nil {
			return nil, dbError("counters", err)
		}
	}
	for i, id := range ids {
		r.pending.overlay(id, &list[i])
	}
	return list, nil
}

// Counters reads the counts of a folder (or, with a store's id, its size).
func (r reader) Counters(ctx context.Context, id uint32) (storage.Counters, error) {
	const text = "SELECT h.id" + counted + " FROM hierarchy h" + joinCounter + " WHERE h.id=?"
	s := newRowScan()
	dest := []any{&s.ref.ID}
	for i := range s.counters {
		dest = append(dest, &s.counters[i])
	}
	ok, err := queryRow(ctx, r.q, text, []any{id}, dest...)
	if err != nil {
		return storage.Counters{}, dbError("counters", err)
	}
	if !ok {
		return storage.Counters{}, notFound("object", id)
	}
	c := s.takeCounters()
	r.pending.overlay(id, &c)
	return c, nil
}
