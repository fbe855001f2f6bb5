package storagetest

import (
	"bytes"
	"context"
	"database/sql"
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
)

// Views checks that an administrator can read properties with plain SQL, through db, a
// connection of his own to the database of s.
func Views(t *testing.T, s storage.Store, db *sql.DB) {
	f := &fixture{T: t, ctx: t.Context(), s: s}
	m := f.mailbox()
	long := strings.Repeat("ü", 300)
	o := f.message(m, func(o *storage.Object) {
		o.Props.Set(mapi.String(mapi.PrBody, long))
		o.Props.Set(mapi.Binary(mapi.MakeTag(0x1013, mapi.PtBinary), bytes.Repeat([]byte("h"), 50000)))
		o.Props.Set(mapi.Strings(0x6800101F, "a", "b"))
	})
	value := func(id uint32, tag string) (list []string) {
		t.Helper()
		rows, err := db.QueryContext(f.ctx, "SELECT value,instanceid FROM properties WHERE hierarchyid=? AND tag=?", id, tag)
		f.must(err)
		defer rows.Close()
		for rows.Next() {
			var text sql.NullString
			var instance sql.NullInt64
			f.must(rows.Scan(&text, &instance))
			if instance.Valid {
				text.String = "in lob"
			}
			list = append(list, text.String)
		}
		f.must(rows.Err())
		return list
	}
	for _, c := range []struct {
		id   uint32
		tag  string
		want string
	}{
		{o.ID, "001A001F", "IPM.Note"}, {o.ID, "0037001F", o.Props.Str(mapi.PrSubject)}, {o.ID, "1000001F", long},
		{o.ID, "0E04001F", "Anna; Otto"}, {o.ID, "0E080003", "4711"}, {o.ID, "0E070003", "16"}, {o.ID, "30080040", "130000000000000000"},
		{o.ID, "10130102", "in lob"}, {o.ID, "6800101F", `["a","b"]`},
		{o.Children[0].ID, "3001001F", "Anna"}, {o.Children[2].Children[0].ID, "0037001F", "embedded"},
		{m.inbox, "3001001F", "object 3"}, {m.store, "30070040", "130000000000000000"},
	} {
		got := value(c.id, c.tag)
		if c.tag == "6800101F" && len(got) == 1 {
			got[0] = strings.ReplaceAll(got[0], ", ", ",") // databases format JSON
		}
		if len(got) != 1 || got[0] != c.want {
			t.Errorf("object %d, property %s: %.80q, want %q", c.id, c.tag, got, c.want)
		}
	}
	f.update(m.store, func(ctx context.Context, tx storage.Tx) error {
		o, err := tx.Object(ctx, o.ID)
		if err != nil {
			return err
		}
		o.Props.Set(mapi.String(mapi.PrSubject, long))
		return tx.PutObject(ctx, o)
	})
	if got := value(o.ID, "0037001F"); len(got) != 1 || got[0] != long {
		t.Errorf("a long subject: %.80q", got)
	}
	f.update(storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
		for id, ext := range map[uint32]string{7: "group", 8: "user"} {
			if _, err := tx.AddUserID(ctx, storage.UserID{ID: id, ExternalID: []byte(ext), Class: mapi.ClassActiveUser}); err != nil {
				return err
			}
		}
		return tx.PutRelation(ctx, storage.DirectoryRelation{Parent: []byte("group"), Child: []byte("user"), Type: storage.RelationGroupMember})
	})
	var group, user int
	f.must(db.QueryRowContext(f.ctx, "SELECT group_id,user_id FROM usergroup_acl").Scan(&group, &user))
	if group != 7 || user != 8 {
		t.Errorf("usergroup_acl: %d %d", group, user)
	}
}
