package storagetest

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"zarafa/mapi"
	"zarafa/storage"
)

func (f *fixture) same(what string, got any, err error, want any) {
	f.Helper()
	if err != nil || !reflect.DeepEqual(got, want) {
		f.Errorf("%s: %v, %v; want %v", what, got, err, want)
	}
}

func testMailboxes(t *testing.T, f *fixture) {
	a := storage.Mailbox{ID: 10, Root: 11, GUID: mapi.NewGUID(), Type: mapi.StorePrivate, UserID: 3, UserName: "jörg", Company: 7}
	b := storage.Mailbox{ID: 20, Root: 21, GUID: mapi.NewGUID(), Type: mapi.StorePublic, UserID: 1}
	f.update(storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
		if err := tx.PutMailbox(ctx, a); err != nil {
			return err
		}
		return tx.PutMailbox(ctx, b)
	})
	list := func(q storage.MailboxQuery, want ...storage.Mailbox) {
		t.Helper()
		got, err := f.s.Mailboxes(f.ctx, q)
		f.same("mailboxes", got, err, want)
	}
	public := mapi.StorePublic
	list(storage.MailboxQuery{}, a, b)
	list(storage.MailboxQuery{ID: &b.ID}, b)
	list(storage.MailboxQuery{GUID: &a.GUID}, a)
	list(storage.MailboxQuery{UserID: &a.UserID}, a)
	list(storage.MailboxQuery{Type: &public}, b)
	list(storage.MailboxQuery{Type: &public, UserID: &a.UserID})
	a.UserID = 0
	f.update(storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error { return tx.PutMailbox(ctx, a) })
	list(storage.MailboxQuery{}, a, b)
	err := f.s.Update(f.ctx, 0, func(ctx context.Context, tx storage.Tx) error {
		return tx.PutMailbox(ctx, storage.Mailbox{ID: 30, GUID: a.GUID})
	}, nil)
	f.wantCode(mapi.Collision, err)

	folders := []storage.ReceiveFolder{{Store: 10, Class: "", Folder: 5}, {Store: 10, Class: "IPM", Folder: 6}, {Store: 10, Class: "IPM ", Folder: 7}, {Store: 10, Class: "ipm", Folder: 8}}
	f.update(10, func(ctx context.Context, tx storage.Tx) error {
		for _, r := range append(folders, storage.ReceiveFolder{Store: 20, Class: "IPM", Folder: 9}, storage.ReceiveFolder{Store: 10, Class: "IPM", Folder: 6}) {
			if err := tx.PutReceiveFolder(ctx, r); err != nil {
				return err
			}
		}
		return tx.PutACE(ctx, 10, 10, mapi.ACE{UserID: 1, Type: mapi.ACEGrant, Rights: 3})
	})
	got, err := f.s.ReceiveFolders(f.ctx, 10)
	f.same("receive folders", got, err, folders)
	f.update(storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error { return tx.DeleteMailbox(ctx, 10) })
	list(storage.MailboxQuery{}, b)
	got, err = f.s.ReceiveFolders(f.ctx, 10)
	f.same("receive folders", got, err, []storage.ReceiveFolder(nil))
	acl, err := f.s.ACL(f.ctx, 10)
	f.same("acl", acl, err, []mapi.ACE(nil))
}

func testACL(t *testing.T, f *fixture) {
	list := []mapi.ACE{{UserID: 1, Type: mapi.ACEDenied, Rights: mapi.RightsAll}, {UserID: 1, Type: mapi.ACEGrant, Rights: 2}, {UserID: 5, Type: mapi.ACEGrant, Rights: 3}}
	f.update(1, func(ctx context.Context, tx storage.Tx) error {
		for _, e := range list {
			if err := tx.PutACE(ctx, 1, 7, mapi.ACE{UserID: e.UserID, Type: e.Type, Rights: 0}); err != nil {
				return err
			}
			if err := tx.PutACE(ctx, 1, 7, e); err != nil {
				return err
			}
		}
		return tx.PutACE(ctx, 1, 8, list[2])
	})
	got, err := f.s.ACL(f.ctx, 7)
	f.same("acl", got, err, list)
	f.update(1, func(ctx context.Context, tx storage.Tx) error { return tx.DeleteACE(ctx, 7, 1, mapi.ACEDenied) })
	got, err = f.s.ACL(f.ctx, 7)
	f.same("acl", got, err, list[1:])
	f.update(1, func(ctx context.Context, tx storage.Tx) error { return tx.DeleteUserACEs(ctx, 5) })
	got, err = f.s.ACL(f.ctx, 8)
	f.same("acl", got, err, []mapi.ACE(nil))
}

func testQueue(t *testing.T, f *fixture) {
	a := storage.QueueEntry{Store: 1, Message: 5, Flags: mapi.SubmitLocal}
	b := storage.QueueEntry{Store: 1, Message: 5, Flags: mapi.SubmitMaster | mapi.SubmitDoSentMail}
	c := storage.QueueEntry{Store: 2, Message: 9, Flags: mapi.SubmitMaster}
	f.update(1, func(ctx context.Context, tx storage.Tx) error {
		for _, e := range []storage.QueueEntry{a, b, c, {Store: 1, Message: 5, Flags: mapi.SubmitMaster}, b} {
			if err := tx.PutQueueEntry(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	got, err := f.s.Queue(f.ctx, 0)
	f.same("queue", got, err, []storage.QueueEntry{c, b, a})
	got, err = f.s.Queue(f.ctx, 2)
	f.same("queue", got, err, []storage.QueueEntry{c})
	got, err = f.s.QueueEntries(f.ctx, 5)
	f.same("entries", got, err, []storage.QueueEntry{b, a})
	f.update(1, func(ctx context.Context, tx storage.Tx) error { return tx.DeleteQueueEntry(ctx, 5, true) })
	got, err = f.s.QueueEntries(f.ctx, 5)
	f.same("entries", got, err, []storage.QueueEntry{a})
}

func testSearch(t *testing.T, f *fixture) {
	var list []storage.SearchResult
	for i := range uint32(100) {
		list = append(list, storage.SearchResult{Message: 100 + i, Read: i%2 == 0})
	}
	f.update(1, func(ctx context.Context, tx storage.Tx) error {
		if err := tx.PutSearchResults(ctx, 1, 7, list); err != nil {
			return err
		}
		list[0].Read = false
		if err := tx.PutSearchResults(ctx, 1, 7, list[:1]); err != nil {
			return err
		}
		return tx.PutSearchResults(ctx, 1, 6, list[:2])
	})
	got, err := f.s.SearchResults(f.ctx, 7)
	f.same("results", got, err, list)
	in := func(folder uint32, r storage.SearchResult) storage.FoundIn {
		return storage.FoundIn{Folder: folder, SearchResult: r}
	}
	found, err := f.s.ResultsOf(f.ctx, 0, []uint32{101, 999, 100})
	f.same("found", found, err, []storage.FoundIn{in(6, list[0]), in(6, list[1]), in(7, list[0]), in(7, list[1])})
	found, err = f.s.ResultsOf(f.ctx, 6, []uint32{101})
	f.same("found in one", found, err, []storage.FoundIn{in(6, list[1])})
	found, err = f.s.ResultsOf(f.ctx, 6, nil)
	f.same("found of nothing", found, err, []storage.FoundIn(nil))
	f.update(1, func(ctx context.Context, tx storage.Tx) error {
		if err := tx.DeleteSearchResults(ctx, 6, []uint32{101, 999}); err != nil {
			return err
		}
		if err := tx.DeleteSearchResults(ctx, 6, []uint32{}); err != nil {
			return err
		}
		return tx.DeleteSearchResults(ctx, 7, nil)
	})
	got, err = f.s.SearchResults(f.ctx, 6)
	f.same("results", got, err, list[:1])
	got, err = f.s.SearchResults(f.ctx, 7)
	f.same("results", got, err, []storage.SearchResult(nil))
}

func testNames(t *testing.T, f *fixture) {
	guid := mapi.NewGUID()
	names := []storage.Name{
		{GUID: guid, LID: 0x8501}, {GUID: guid, IsString: true, String: "Keywords"}, {GUID: guid, IsString: true, String: "keywords"},
		{GUID: guid, IsString: true, String: "Keywords "}, {GUID: guid, LID: 0}, {GUID: guid, IsString: true}, {GUID: mapi.NewGUID(), LID: 0x8501},
	}
	for round := range 2 {
		f.update(storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
			for i := range names {
				n, err := tx.AddName(ctx, storage.Name{GUID: names[i].GUID, LID: names[i].LID, IsString: names[i].IsString, String: names[i].String})
				if err != nil {
					return err
				}
				if round == 1 && n.ID != names[i].ID || n.ID != uint32(i+1) {
					t.Errorf("name %d has id %d", i, n.ID)
				}
				names[i] = n
			}
			return nil
		})
	}
	got, err := f.s.Names(f.ctx, 0)
	f.same("names", got, err, names)
	got, err = f.s.Names(f.ctx, 3)
	f.same("names", got, err, names[3:])
}

func testDirectory(t *testing.T, f *fixture) {
	everyone := storage.UserID{ID: 1, ExternalID: []byte{1}, Class: mapi.ClassSecurityGroup}
	system := storage.UserID{ID: 2, ExternalID: []byte{2}, Class: mapi.ClassActiveUser, Signature: "s"}
	john := storage.UserID{ExternalID: []byte("john\x00"), Class: mapi.ClassActiveUser, Signature: "1", Company: 9}
	f.update(storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) (err error) {
		for _, u := range []*storage.UserID{&everyone, &system, &john} {
			if u.ID, err = tx.AddUserID(ctx, *u); err != nil {
				return err
			}
		}
		if _, err := tx.AddUserID(ctx, storage.UserID{ExternalID: john.ExternalID, Class: john.Class}); mapi.CodeOf(err) != mapi.Collision {
			t.Errorf("a second id for john: %v", err)
		}
		john.Signature = "2"
		return tx.PutUserID(ctx, john)
	})
	if john.ID != 3 {
		t.Errorf("the first user has id %d", john.ID)
	}
	users, err := f.s.UserIDs(f.ctx)
	f.same("users", users, err, []storage.UserID{everyone, system, john})
	f.update(storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error { return tx.DeleteUserID(ctx, 3) })

	o := storage.DirectoryObject{ExternalID: []byte("john\x00"), Class: mapi.ClassActiveUser,
		Props: map[string]string{"loginname": "john", "fullname": "John Ü", "0x3A08001E": ""}, Multi: map[string][]string{"0x800F101E": {"b", "a", "b"}}}
	g := storage.DirectoryObject{ExternalID: []byte("x"), Class: mapi.ClassGroup, Props: map[string]string{"groupname": "all"}, Multi: map[string][]string{}}
	rel := storage.DirectoryRelation{Parent: g.ExternalID, Child: o.ExternalID, Type: storage.RelationGroupMember}
	f.update(storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
		old := o
		old.Props, old.Multi = map[string]string{"gone": "x"}, map[string][]string{"gone": {"x"}}
		for _, d := range []storage.DirectoryObject{old, g, o} {
			if err := tx.PutDirectoryObject(ctx, d); err != nil {
				return err
			}
		}
		if err := tx.PutRelation(ctx, rel); err != nil {
			return err
		}
		if err := tx.PutRelation(ctx, rel); mapi.CodeOf(err) != mapi.Collision {
			t.Errorf("relation twice: %v", err)
		}
		return nil
	})
	objects, err := f.s.DirectoryObjects(f.ctx)
	f.same("directory", objects, err, []storage.DirectoryObject{o, g})
	rels, err := f.s.Relations(f.ctx)
	f.same("relations", rels, err, []storage.DirectoryRelation{rel})
	f.update(storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
		if err := tx.DeleteRelation(ctx, rel); err != nil {
			return err
		}
		if err := tx.DeleteRelation(ctx, rel); mapi.CodeOf(err) != mapi.NotFound {
			t.Errorf("deleting a relation twice: %v", err)
		}
		if err := tx.PutRelation(ctx, rel); err != nil {
			return err
		}
		return tx.DeleteDirectoryObject(ctx, o.ExternalID)
	})
	objects, err = f.s.DirectoryObjects(f.ctx)
	f.same("directory", objects, err, []storage.DirectoryObject{g})
	rels, err = f.s.Relations(f.ctx)
	f.same("relations", rels, err, []storage.DirectoryRelation(nil))
}

func testSettings(t *testing.T, f *fixture) {
	if _, ok, err := f.s.Setting(f.ctx, "none"); ok || err != nil {
		t.Error(ok, err)
	}
	for _, value := range [][]byte{{0, 255}, {}, []byte("text")} {
		f.update(storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error { return tx.SetSetting(ctx, "a", value) })
		got, ok, err := f.s.Setting(f.ctx, "a")
		if err != nil || !ok || string(got) != string(value) {
			t.Errorf("setting %q: %q %v %v", value, got, ok, err)
		}
	}
	if f.s.ServerGUID() == (mapi.GUID{}) {
		t.Error("no server GUID")
	}
	f.must(f.s.Ping(f.ctx))
}

func testChanges(t *testing.T, f *fixture) {
	var ids []uint32
	change := func(parent, key string, typ uint32) {
		t.Helper()
		f.update(1, func(ctx context.Context, tx storage.Tx) error {
			id, err := tx.NewChangeID(ctx)
			if err != nil {
				return err
			}
			if err := tx.PutChange(ctx, storage.Change{ID: id, Parent: []byte(parent), SourceKey: []byte(key), Type: typ, Flags: 1, Sync: 4}); err != nil {
				return err
			}
			if got, err := tx.MaxChange(ctx, []byte(parent)); err != nil || got != id {
				t.Errorf("the transaction does not see its change: %d %v", got, err)
			}
			ids = append(ids, id)
			return nil
		})
	}
	max := func(parent []byte, want uint32) {
		t.Helper()
		got, err := f.s.MaxChange(f.ctx, parent)
		f.same("max", got, err, want)
	}
	max(nil, 0)
	max([]byte("p"), 0)
	change("p", "a", 0x1001)
	change("p", "a", 0x1002)
	change("q", "b", 0x1001)
	change("p", "a", 0x1001)
	if ids[0] != 1 || ids[3] <= ids[2] {
		t.Errorf("ids %v", ids)
	}
	max(nil, ids[3])
	max([]byte("q"), ids[2])
	got, err := f.s.Changes(f.ctx, []byte("p"), 0)
	f.same("changes", got, err, []storage.Change{
		{ID: ids[1], Parent: []byte("p"), SourceKey: []byte("a"), Type: 0x1002, Flags: 1, Sync: 4},
		{ID: ids[3], Parent: []byte("p"), SourceKey: []byte("a"), Type: 0x1001, Flags: 1, Sync: 4}})
	got, err = f.s.Changes(f.ctx, nil, ids[1])
	if err != nil || len(got) != 2 || got[0].ID != ids[2] {
		t.Errorf("all changes: %v %v", got, err)
	}
	c, ok, err := f.s.NewestChange(f.ctx, []byte("p"), []byte("a"), 0x1001)
	if err != nil || !ok || c.ID != ids[3] {
		t.Errorf("newest: %v %v %v", c, ok, err)
	}
	if _, ok, err := f.s.NewestChange(f.ctx, []byte("p"), []byte("a"), 0x1005); ok || err != nil {
		t.Errorf("newest of none: %v %v", ok, err)
	}
	err = f.s.Update(f.ctx, 1, func(ctx context.Context, tx storage.Tx) error {
		return tx.PutChange(ctx, storage.Change{ID: 99, Parent: []byte("p")})
	}, nil)
	f.wantCode(mapi.InvalidParameter, err)

	var ab uint32
	f.update(storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) (err error) {
		for range 2 {
			if ab, err = tx.PutABChange(ctx, storage.ABChange{Parent: []byte("c"), SourceKey: []byte("u"), Type: 0x4001}); err != nil {
				return err
			}
		}
		return nil
	})
	abs, err := f.s.ABChanges(f.ctx, 0)
	f.same("address book", abs, err, []storage.ABChange{{ID: ab, Parent: []byte("c"), SourceKey: []byte("u"), Type: 0x4001}})
}

func testSyncs(t *testing.T, f *fixture) {
	now := time.Unix(1700000000, 0).UTC()
	s := storage.Sync{SourceKey: []byte("folder"), ChangeID: 1, Type: 1, Time: now}
	all := storage.Sync{SourceKey: []byte{}, ChangeID: 1, Type: 2, Time: now.Add(-time.Hour)}
	f.update(1, func(ctx context.Context, tx storage.Tx) (err error) {
		if s.ID, err = tx.AddSync(ctx, s); err != nil {
			return err
		}
		if all.ID, err = tx.AddSync(ctx, all); err != nil {
			return err
		}
		s.ChangeID = 55
		return tx.PutSync(ctx, s)
	})
	if s.ID != 1 {
		t.Errorf("first sync id %d", s.ID)
	}
	got, err := f.s.Sync(f.ctx, s.ID)
	f.same("sync", got, err, s)
	list, err := f.s.SyncsOf(f.ctx, nil)
	f.same("syncs", list, err, []storage.Sync{all})
	_, err = f.s.Sync(f.ctx, 999)
	f.wantCode(mapi.NotFound, err)
	err = f.s.Update(f.ctx, 1, func(ctx context.Context, tx storage.Tx) error { return tx.PutSync(ctx, storage.Sync{ID: 999}) }, nil)
	f.wantCode(mapi.NotFound, err)

	set := func(change uint32, wantOK bool, want ...string) {
		t.Helper()
		keys, ok, err := f.s.SyncedMessages(f.ctx, s.ID, change)
		var got []string
		for _, k := range keys {
			got = append(got, string(k))
		}
		if err != nil || ok != wantOK || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("set %d: %v %v %v, want %v %v", change, got, ok, err, want, wantOK)
		}
	}
	f.update(1, func(ctx context.Context, tx storage.Tx) error {
		if err := tx.AddSynced(ctx, s.ID, []byte("early")); err != nil {
			return err
		}
		if err := tx.PutSyncedMessages(ctx, s.ID, 10, nil); err != nil {
			return err
		}
		if err := tx.PutSyncedMessages(ctx, s.ID, 20, [][]byte{[]byte("a"), []byte("b")}); err != nil {
			return err
		}
		if err := tx.AddSynced(ctx, s.ID, []byte("c")); err != nil {
			return err
		}
		if err := tx.RemoveSynced(ctx, s.ID, []byte("a")); err != nil {
			return err
		}
		return tx.PutSyncedMessages(ctx, all.ID, 5, [][]byte{[]byte("x")})
	})
	set(5, false)
	set(10, true)
	set(20, true, "b", "c")
	sets, err := f.s.SyncedSets(f.ctx, s.ID)
	f.same("sets", sets, err, []uint32{10, 20})
	f.update(1, func(ctx context.Context, tx storage.Tx) error {
		if err := tx.DeleteSyncedSet(ctx, s.ID, 10); err != nil {
			return err
		}
		return tx.DeleteSyncsBefore(ctx, now)
	})
	set(10, false)
	set(20, true, "b", "c")
	_, err = f.s.Sync(f.ctx, all.ID)
	f.wantCode(mapi.NotFound, err)
	if _, ok, err := f.s.SyncedMessages(f.ctx, all.ID, 5); ok || err != nil {
		t.Errorf("set of a deleted sync: %v %v", ok, err)
	}
}
