package sqlstore

import (
	"context"

	"zarafa/mapi"
	"zarafa/storage"
)

// maxNameSize is what the column names.namestring holds; a name has at most 185 characters.
const maxNameSize = 1024

// Names lists names with an id greater than after, ascending.
func (r reader) Names(ctx context.Context, after uint32) ([]storage.Name, error) {
	rows, err := r.q.query(ctx, "SELECT id,guid,isstring,nameid,namestring FROM names WHERE id>? ORDER BY id", after)
	if err != nil {
		return nil, dbError("names", err)
	}
	var list []storage.Name
	err = each(rows, func() error {
		var n storage.Name
		var guid []byte
		var isString uint32
		err := rows.Scan(&n.ID, &guid, &isString, &n.LID, &n.String)
		copy(n.GUID[:], guid)
		n.IsString = isString != 0
		list = append(list, n)
		return err
	})
	return list, dbError("names", err)
}

// AddName finds or adds a name and returns it with its id.
func (t *transaction) AddName(ctx context.Context, n storage.Name) (storage.Name, error) {
	if len(n.String) > maxNameSize {
		return n, mapi.Errorf(mapi.InvalidParameter, "storage", "the name of a property is longer than %d bytes", maxNameSize)
	}
	isString := uint32(0)
	if n.IsString {
		isString, n.LID = 1, 0
	} else {
		n.String = ""
	}
	for range 2 {
		const find = "SELECT id FROM names WHERE guid=? AND isstring=? AND nameid=? AND namestring=?"
		ok, err := queryRow(ctx, t, find, []any{n.GUID[:], isString, n.LID, n.String}, &n.ID)
		if err != nil || ok {
			return n, dbError("add name", err)
		}
		if n.ID, err = t.number(ctx, seqName); err != nil {
			return n, err
		}
		_, err = t.exec(ctx, "INSERT INTO names (id,guid,isstring,nameid,namestring) VALUES (?,?,?,?,?)", n.ID, n.GUID[:], isString, n.LID, n.String)
		if !t.isDuplicate(err) {
			return n, dbError("add name", err)
		}
	}
	return n, mapi.Errorf(mapi.DatabaseError, "storage", "name is there and is not")
}

// Setting is the value stored under a name; ok is false if there is none.
func (r reader) Setting(ctx context.Context, name string) (value []byte, ok bool, err error) {
	ok, err = queryRow(ctx, r.q, "SELECT value FROM settings WHERE name=?", []any{name}, &value)
	return value, ok, dbError("setting", err)
}

// SetSetting stores a value under a name.
func (t *transaction) SetSetting(ctx context.Context, name string, value []byte) error {
	_, err := t.exec(ctx, t.texts.putSetting, name, emptyKey(value))
	return dbError("set setting", err)
}
