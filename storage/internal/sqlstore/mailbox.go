package sqlstore

import (
	"context"
	"strings"

	"zarafa/mapi"
	"zarafa/storage"
)

// Mailboxes lists the rows of mailbox stores that a query selects.
func (r reader) Mailboxes(ctx context.Context, q storage.MailboxQuery) ([]storage.Mailbox, error) {
	var where []string
	var args []any
	if q.ID != nil {
		where, args = append(where, "id=?"), append(args, *q.ID)
	}
	if q.GUID != nil {
		where, args = append(where, "guid=?"), append(args, q.GUID[:])
	}
	if q.UserID != nil {
		where, args = append(where, "user_id=?"), append(args, *q.UserID)
	}
	if q.Type != nil {
		where, args = append(where, "type=?"), append(args, *q.Type)
	}
	text := "SELECT id,root,guid,type,user_id,user_name,company FROM stores"
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	rows, err := r.q.query(ctx, text+" ORDER BY id", args...)
	if err != nil {
		return nil, dbError("mailboxes", err)
	}
	var list []storage.Mailbox
	err = each(rows, func() error {
		var m storage.Mailbox
		var guid []byte
		if err := rows.Scan(&m.ID, &m.Root, &guid, &m.Type, &m.UserID, &m.UserName, &m.Company); err != nil {
			return err
		}
		copy(m.GUID[:], guid)
		list = append(list, m)
		return nil
	})
	return list, dbError("mailboxes", err)
}

// ReceiveFolders lists the receive folders of a store, by message class.
func (r reader) ReceiveFolders(ctx context.Context, store uint32) ([]storage.ReceiveFolder, error) {
	rows, err := r.q.query(ctx, "SELECT messageclass,objid FROM receivefolder WHERE storeid=? ORDER BY messageclass", store)
	if err != nil {
		return nil, dbError("receive folders", err)
	}
	var list []storage.ReceiveFolder
	err = each(rows, func() error {
		f := storage.ReceiveFolder{Store: store}
		err := rows.Scan(&f.Class, &f.Folder)
		list = append(list, f)
		return err
	})
	return list, dbError("receive folders", err)
}

// PutMailbox inserts or replaces the row of a mailbox store; COLLISION if another store has its GUID.
func (t *transaction) PutMailbox(ctx context.Context, m storage.Mailbox) error {
	same, err := t.Mailboxes(ctx, storage.MailboxQuery{GUID: &m.GUID})
	if err != nil {
		return err
	}
	if len(same) > 0 && same[0].ID != m.ID {
		return mapi.Errorf(mapi.Collision, "storage", "mailbox %d has the GUID %v", same[0].ID, m.GUID)
	}
	_, err = t.exec(ctx, t.texts.putStore, m.ID, m.Root, m.GUID[:], m.Type, m.UserID, m.UserName, m.Company)
	return dbError("put mailbox", err)
}

// DeleteMailbox removes the row, the receive folders and the access control list of the store; the objects stay until deleted.
func (t *transaction) DeleteMailbox(ctx context.Context, id uint32) error {
	for _, text := range []string{
		"DELETE FROM stores WHERE id=?", "DELETE FROM receivefolder WHERE storeid=?", "DELETE FROM acl WHERE store=?",
	} {
		if _, err := t.exec(ctx, text, id); err != nil {
			return dbError("delete mailbox", err)
		}
	}
	return nil
}

// PutReceiveFolder makes a folder the receive folder of a store's message class.
func (t *transaction) PutReceiveFolder(ctx context.Context, r storage.ReceiveFolder) error {
	_, err := t.exec(ctx, t.texts.putReceive, r.Store, r.Class, r.Folder)
	return dbError("put receive folder", err)
}

// ACL lists the entries of a store or folder; an empty list is no error.
func (r reader) ACL(ctx context.Context, object uint32) ([]mapi.ACE, error) {
	rows, err := r.q.query(ctx, "SELECT id,type,rights FROM acl WHERE hierarchy_id=? ORDER BY id,type", object)
	if err != nil {
		return nil, dbError("acl", err)
	}
	var list []mapi.ACE
	err = each(rows, func() error {
		var e mapi.ACE
		err := rows.Scan(&e.UserID, &e.Type, (*uint32)(&e.Rights))
		list = append(list, e)
		return err
	})
	return list, dbError("acl", err)
}

// PutACE inserts or replaces the entry of a user and type in the access control list of a store or folder.
func (t *transaction) PutACE(ctx context.Context, store, object uint32, e mapi.ACE) error {
	_, err := t.exec(ctx, t.texts.putACE, store, object, e.UserID, e.Type, uint32(e.Rights))
	return dbError("put acl", err)
}

// DeleteACE removes the entry of a user and type from an access control list, if there is one.
func (t *transaction) DeleteACE(ctx context.Context, object, user, aceType uint32) error {
	_, err := t.exec(ctx, "DELETE FROM acl WHERE hierarchy_id=? AND id=? AND type=?", object, user, aceType)
	return dbError("delete acl", err)
}

// DeleteUserACEs removes the entries of a user from all access control lists.
func (t *transaction) DeleteUserACEs(ctx context.Context, user uint32) error {
	_, err := t.exec(ctx, "DELETE FROM acl WHERE id=?", user)
	return dbError("delete acl", err)
}
