package sqlstore

import (
	"context"
	"maps"
	"slices"

	"zarafa/mapi"
	"zarafa/storage"
)

// UserIDs lists the numbers of all directory objects with what they stand for, ascending.
func (r reader) UserIDs(ctx context.Context) ([]storage.UserID, error) {
	rows, err := r.q.query(ctx, "SELECT id,externid,objectclass,signature,company FROM users ORDER BY id")
	if err != nil {
		return nil, dbError("user ids", err)
	}
	var list []storage.UserID
	err = each(rows, func() error {
		var u storage.UserID
		err := rows.Scan(&u.ID, &u.ExternalID, (*uint32)(&u.Class), &u.Signature, &u.Company)
		list = append(list, u)
		return err
	})
	return list, dbError("user ids", err)
}

// AddUserID gives the object the number u.ID, or the next one if that is 0; COLLISION if the number is taken or the external
// id of that class has one.
func (t *transaction) AddUserID(ctx context.Context, u storage.UserID) (uint32, error) {
	var err error
	if u.ID == 0 {
		u.ID, err = t.number(ctx, seqUser)
	} else {
		err = t.claim(ctx, seqUser, uint64(u.ID))
	}
	if err != nil {
		return 0, dbError("add user id", err)
	}
	_, err = t.exec(ctx, "INSERT INTO users (id,externid,objectclass,signature,company) VALUES (?,?,?,?,?)",
		u.ID, emptyKey(u.ExternalID), uint32(u.Class), u.Signature, u.Company)
	if t.isDuplicate(err) {
		return 0, mapi.Errorf(mapi.Collision, "storage", "user id %d or the external id %x is taken", u.ID, u.ExternalID)
	}
	return u.ID, dbError("add user id", err)
}

// PutUserID inserts or replaces the row with the number u.ID.
func (t *transaction) PutUserID(ctx context.Context, u storage.UserID) error {
	_, err := t.exec(ctx, t.texts.putUser, u.ID, emptyKey(u.ExternalID), uint32(u.Class), u.Signature, u.Company)
	return dbError("put user id", err)
}

// DeleteUserID removes the row of a number, if there is one.
func (t *transaction) DeleteUserID(ctx context.Context, id uint32) error {
	_, err := t.exec(ctx, "DELETE FROM users WHERE id=?", id)
	return dbError("delete user id", err)
}

// DirectoryObjects lists all objects of the directory with their properties, by external id. The three statements run one
// after the other; the directory has one
// lane, and the server reads it when nothing writes there.
func (r reader) DirectoryObjects(ctx context.Context) ([]storage.DirectoryObject, error) {
	var list []storage.DirectoryObject
	at := map[string]int{}
	rows, err := r.q.query(ctx, "SELECT externid,objectclass FROM object ORDER BY externid")
	if err != nil {
		return nil, dbError("directory", err)
	}
	err = each(rows, func() error {
		o := storage.DirectoryObject{Props: map[string]string{}, Multi: map[string][]string{}}
		err := rows.Scan(&o.ExternalID, (*uint32)(&o.Class))
		at[string(o.ExternalID)] = len(list)
		list = append(list, o)
		return err
	})
	if err != nil {
		return nil, dbError("directory", err)
	}
	err = r.directoryValues(ctx, "SELECT externid,propname,value FROM objectproperty", func(id, name, value string) {
		if i, ok := at[id]; ok {
			list[i].Props[name] = value
		}
	})
	if err == nil {
		err = r.directoryValues(ctx, "SELECT externid,propname,value FROM objectmvproperty ORDER BY externid,propname,orderid", func(id, name, value string) {
			if i, ok := at[id]; ok {
				list[i].Multi[name] = append(list[i].Multi[name], value)
			}
		})
	}
	return list, dbError("directory", err)
}

func (r reader) directoryValues(ctx context.Context, text string, add func(id, name, value string)) error {
	rows, err := r.q.query(ctx, text)
	if err != nil {
		return err
	}
	return each(rows, func() error {
		var id, name, value string
		err := rows.Scan(&id, &name, &value)
		add(id, name, value)
		return err
	})
}

// Relations lists the external ids of the children of a parent (group → members).
func (r reader) Relations(ctx context.Context) ([]storage.DirectoryRelation, error) {
	rows, err := r.q.query(ctx, "SELECT parentexternid,externid,relationtype FROM objectrelation ORDER BY parentexternid,relationtype,externid")
	if err != nil {
		return nil, dbError("relations", err)
	}
	var list []storage.DirectoryRelation
	err = each(rows, func() error {
		var rel storage.DirectoryRelation
		err := rows.Scan(&rel.Parent, &rel.Child, &rel.Type)
		list = append(list, rel)
		return err
	})
	return list, dbError("relations", err)
}

// PutDirectoryObject inserts or replaces an object with all its properties.
func (t *transaction) PutDirectoryObject(ctx context.Context, o storage.DirectoryObject) error {
	if err := t.deleteDirectoryProps(ctx, o.ExternalID); err != nil {
		return dbError("put directory object", err)
	}
	if _, err := t.exec(ctx, t.texts.putObject, o.ExternalID, uint32(o.Class)); err != nil {
		return dbError("put directory object", err)
	}
	var args []any
	for _, name := range slices.Sorted(maps.Keys(o.Props)) {
		args = append(args, o.ExternalID, name, o.Props[name])
	}
	if err := t.insertRows(ctx, t.texts.insertObject, args); err != nil {
		return dbError("put directory object", err)
	}
	args = nil
	for _, name := range slices.Sorted(maps.Keys(o.Multi)) {
		for i, value := range o.Multi[name] {
			args = append(args, o.ExternalID, name, i, value)
		}
	}
	return dbError("put directory object", t.insertRows(ctx, t.texts.insertMulti, args))
}

func (t *transaction) deleteDirectoryProps(ctx context.Context, id []byte) error {
	for _, text := range []string{"DELETE FROM objectproperty WHERE externid=?", "DELETE FROM objectmvproperty WHERE externid=?"} {
		if _, err := t.exec(ctx, text, id); err != nil {
			return err
		}
	}
	return nil
}

// DeleteDirectoryObject removes an object with its relations.
func (t *transaction) DeleteDirectoryObject(ctx context.Context, externalID []byte) error {
	if err := t.deleteDirectoryProps(ctx, externalID); err != nil {
		return dbError("delete directory object", err)
	}
	for _, text := range []string{
		"DELETE FROM object WHERE externid=?", "DELETE FROM objectrelation WHERE parentexternid=?", "DELETE FROM objectrelation WHERE externid=?",
	} {
		if _, err := t.exec(ctx, text, externalID); err != nil {
			return dbError("delete directory object", err)
		}
	}
	return nil
}

// PutRelation adds a child to a parent; COLLISION if it is there.
func (t *transaction) PutRelation(ctx context.Context, r storage.DirectoryRelation) error {
	_, err := t.exec(ctx, "INSERT INTO objectrelation (parentexternid,externid,relationtype) VALUES (?,?,?)", r.Parent, r.Child, r.Type)
	if t.isDuplicate(err) {
		return mapi.Errorf(mapi.Collision, "storage", "the relation exists")
	}
	return dbError("put relation", err)
}

// DeleteRelation takes a child from a parent; NOT_FOUND if it is not there.
func (t *transaction) DeleteRelation(ctx context.Context, r storage.DirectoryRelation) error {
	n, err := t.exec(ctx, "DELETE FROM objectrelation WHERE parentexternid=? AND externid=? AND relationtype=?", r.Parent, r.Child, r.Type)
	if err == nil && n == 0 {
		return notFound("relation of", hexOf(r.Child))
	}
	return dbError("delete relation", err)
}
