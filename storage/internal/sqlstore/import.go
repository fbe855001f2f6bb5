package sqlstore

import (
	"context"

	"zarafa/mapi"
	"zarafa/storage"
)

// ClaimNumbers keeps numbers up to those given from being given to anything new.
func (t *transaction) ClaimNumbers(ctx context.Context, n storage.Numbers) error {
	for id, highest := range [sequenceCount]uint64{
		seqObject: uint64(n.Object), seqSourceKey: n.SourceKey, seqIMAP: uint64(n.IMAP), seqChange: uint64(n.Change),
		seqABChange: uint64(n.ABChange), seqSync: uint64(n.Sync), seqUser: uint64(n.User), seqName: uint64(n.Name),
	} {
		if highest == 0 {
			continue
		}
		if err := t.claim(ctx, sequenceID(id), highest); err != nil {
			return dbError("claim numbers", err)
		}
	}
	return nil
}

// claim keeps a sequence above a number that the caller chose.
func (t *transaction) claim(ctx context.Context, id sequenceID, n uint64) error {
	next := &t.store.seq.next[id]
	for {
		old := next.Load()
		if old > n || next.CompareAndSwap(old, n+1) {
			return t.reserved.cover(ctx, t, id, n)
		}
	}
}

// ImportServerGUID makes the installation the other one, when the database is opened next.
func (t *transaction) ImportServerGUID(ctx context.Context, guid [16]byte) error {
	return t.SetSetting(ctx, serverGUIDSetting, guid[:])
}

// ImportName writes a name under the id it has.
func (t *transaction) ImportName(ctx context.Context, n storage.Name) error {
	if n.ID == 0 || len(n.String) > maxNameSize {
		return mapi.Errorf(mapi.InvalidParameter, "storage", "name %d has no id, or is longer than %d bytes", n.ID, maxNameSize)
	}
	isString := uint32(0)
	if n.IsString {
		isString, n.LID = 1, 0
	} else {
		n.String = ""
	}
	var there uint32
	const find = "SELECT id FROM names WHERE guid=? AND isstring=? AND nameid=? AND namestring=?"
	ok, err := queryRow(ctx, t, find, []any{n.GUID[:], isString, n.LID, n.String}, &there)
	switch {
	case err != nil:
		return dbError("import name", err)
	case ok && there == n.ID:
		return nil
	case ok:
		return mapi.Errorf(mapi.Collision, "storage", "name %d has the id %d", n.ID, there)
	}
	_, err = t.exec(ctx, "INSERT INTO names (id,guid,isstring,nameid,namestring) VALUES (?,?,?,?,?)", n.ID, n.GUID[:], isString, n.LID, n.String)
	if t.isDuplicate(err) {
		return mapi.Errorf(mapi.Collision, "storage", "the id %d belongs to another name", n.ID)
	}
	return dbError("import name", err)
}

// ImportSync inserts or replaces a sync under the id it has.
func (t *transaction) ImportSync(ctx context.Context, s storage.Sync) error { return t.putSync(ctx, s) }

// ImportABChange records a change of the address book under the id it has.
func (t *transaction) ImportABChange(ctx context.Context, c storage.ABChange) error {
	var parent, key []byte
	var kind uint32
	ok, err := queryRow(ctx, t, "SELECT parentsourcekey,sourcekey,change_type FROM abchanges WHERE id=?", []any{c.ID}, &parent, &key, &kind)
	if err != nil {
		return dbError("import address book change", err)
	}
	if ok && (string(parent) != string(c.Parent) || string(key) != string(c.SourceKey) || kind != c.Type) {
		return mapi.Errorf(mapi.Collision, "storage", "the address book's change %d is of another object", c.ID)
	}
	_, err = t.exec(ctx, t.texts.putABChange, c.Parent, c.SourceKey, c.Type, c.ID)
	return dbError("import address book change", err)
}
