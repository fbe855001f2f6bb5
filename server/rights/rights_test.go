package rights

import (
	"context"
	"testing"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/server/feed"
	"zarafa/storage"
)

// Users: 2 SYSTEM, 3 owner of the store, 4 and 5 ordinary (5 in group 10), 6 an administrator.
type world struct {
	directory.Directory
	refs  map[uint32]storage.Ref
	boxes map[uint32]storage.Mailbox
	acls  map[uint32][]mapi.ACE
	reads int
}

func (w *world) Ref(_ context.Context, id uint32) (storage.Ref, error) {
	if r, ok := w.refs[id]; ok {
		return r, nil
	}
	return storage.Ref{}, mapi.NotFound
}
func (w *world) ByEntryID(context.Context, mapi.EntryID) (storage.Ref, error) {
	return storage.Ref{}, mapi.NotFound
}
func (w *world) Mailbox(_ context.Context, id uint32) (storage.Mailbox, error) {
	return w.boxes[id], nil
}
func (w *world) ACL(_ context.Context, id uint32) ([]mapi.ACE, error) {
	w.reads++
	return w.acls[id], nil
}
func (w *world) ByID(_ context.Context, id uint32) (*directory.Object, error) {
	o := &directory.Object{ID: id, Class: mapi.ClassActiveUser}
	if id == 6 {
		o.AdminLevel = 2
	}
	return o, nil
}
func (w *world) GroupsOf(_ context.Context, user uint32) ([]uint32, error) {
	if user == 5 {
		return []uint32{mapi.UserEveryone, 10}, nil
	}
	return []uint32{mapi.UserEveryone}, nil
}
func (w *world) IsAdminOver(_ context.Context, caller, _ uint32) (bool, error) {
	return caller == 6, nil
}

func (w *world) Hosted() bool                                 { return false }
func (w *world) Reaches(context.Context, uint32, uint32) bool { return true }

const (
	storeID, rootID, inboxID, subID, messageID, ownedID = 100, 101, 102, 103, 104, 105
)

func newWorld() *world {
	w := &world{
		refs: map[uint32]storage.Ref{
			storeID:   {ID: storeID, Store: storeID, Type: mapi.TypeStore, Owner: 3},
			rootID:    {ID: rootID, Store: storeID, Parent: storeID, Type: mapi.TypeFolder, Owner: 3},
			inboxID:   {ID: inboxID, Store: storeID, Parent: rootID, Type: mapi.TypeFolder, Flags: 1, Owner: 3},
			subID:     {ID: subID, Store: storeID, Parent: inboxID, Type: mapi.TypeFolder, Flags: 1, Owner: 3},
			messageID: {ID: messageID, Store: storeID, Parent: subID, Type: mapi.TypeMessage, Owner: 3},
			ownedID:   {ID: ownedID, Store: storeID, Parent: subID, Type: mapi.TypeMessage, Owner: 4},
		},
		boxes: map[uint32]storage.Mailbox{storeID: {ID: storeID, Root: rootID, UserID: 3}},
		acls:  map[uint32][]mapi.ACE{},
	}
	return w
}

func grant(user uint32, r mapi.Rights) mapi.ACE {
	return mapi.ACE{UserID: user, Type: mapi.ACEGrant, Rights: r}
}

func TestCheck(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*world)
		config Config
		caller uint32
		object uint32
		need   Need
		want   mapi.Code
	}{
		{"SYSTEM may anything", nil, Config{}, 2, messageID, Owner, mapi.OK},
		{"everybody sees a store", nil, Config{}, 4, storeID, Read, mapi.OK},
		{"everybody sees a root folder", nil, Config{}, 4, rootID, Visible, mapi.OK},
		{"but does not create in it", nil, Config{}, 4, rootID, Create, mapi.NoAccess},
		{"the store's owner may anything", nil, Config{}, 3, ownedID, Owner, mapi.OK},
		{"in an archive he may read", archive, Config{}, 3, messageID, Read, mapi.OK},
		{"in an archive he may not edit", archive, Config{}, 3, messageID, Edit, mapi.NoAccess},
		{"an object's owner may read it", nil, Config{OwnerAutoFullAccess: true}, 4, ownedID, Read, mapi.OK},
		{"unless the setting is off", nil, Config{}, 4, ownedID, Read, mapi.NoAccess},
		{"an object's owner does not edit without a list", nil, Config{OwnerAutoFullAccess: true}, 4, ownedID, Edit, mapi.NoAccess},
		{"an object's owner is its owner", nil, Config{OwnerAutoFullAccess: true}, 4, ownedID, Owner, mapi.OK},
		{"EditOwned covers one's own", lists(subID, grant(4, mapi.RightEditOwned)), Config{OwnerAutoFullAccess: true}, 4, ownedID, Edit, mapi.OK},
		{"EditOwned covers nothing else", lists(subID, grant(4, mapi.RightEditOwned)), Config{OwnerAutoFullAccess: true}, 4, messageID, Edit, mapi.NoAccess},
		{"administrators may anything", nil, Config{}, 6, messageID, Delete, mapi.OK},
		{"restricted ones see", nil, Config{RestrictAdmin: true}, 6, inboxID, Visible, mapi.OK},
		{"restricted ones do not read", nil, Config{RestrictAdmin: true}, 6, messageID, Read, mapi.NoAccess},
		{"a grant to everyone", lists(inboxID, grant(1, mapi.RightReadAny)), Config{}, 4, messageID, Read, mapi.OK},
		{"a grant to a group", lists(inboxID, grant(10, mapi.RightReadAny)), Config{}, 5, messageID, Read, mapi.OK},
		{"not to others", lists(inboxID, grant(10, mapi.RightReadAny)), Config{}, 4, messageID, Read, mapi.NoAccess},
		{"grants of one level add up", lists(inboxID, grant(5, mapi.RightReadAny), grant(10, mapi.RightDeleteAny)), Config{}, 5, messageID, Delete, mapi.OK},
		{"the nearest level decides alone", func(w *world) {
			w.acls[inboxID] = []mapi.ACE{grant(4, mapi.RightsAll)}
			w.acls[subID] = []mapi.ACE{grant(4, mapi.RightFolderVisible)}
		}, Config{}, 4, messageID, Read, mapi.NoAccess},
		{"denied rows count for nothing", lists(inboxID, grant(4, mapi.RightReadAny), mapi.ACE{UserID: 4, Type: mapi.ACEDenied, Rights: mapi.RightsAll}), Config{}, 4, messageID, Read, mapi.OK},
		{"no list makes an owner", lists(inboxID, grant(4, mapi.RightsMask)), Config{}, 4, messageID, Owner, mapi.NoAccess},
		{"nothing is made below what is deleted", func(w *world) {
			r := w.refs[inboxID]
			r.Flags |= mapi.FlagDeleted
			w.refs[inboxID] = r
		}, Config{}, 3, subID, Create, mapi.NotFound},
	} {
		w := newWorld()
		if tc.change != nil {
			tc.change(w)
		}
		err := NewChecker(tc.config, w, w, w).Check(t.Context(), tc.caller, w.refs[tc.object], tc.need)
		if got := mapi.CodeOf(err); got != tc.want {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

func archive(w *world) {
	b := w.boxes[storeID]
	b.Type = mapi.StoreArchive
	w.boxes[storeID] = b
}

func lists(object uint32, acl ...mapi.ACE) func(*world) {
	return func(w *world) { w.acls[object] = acl }
}

// TestAccessOfAFolderCostsNothingPerRow: 50 rows of a folder read each list of the way up once.
func TestAccessOfAFolderCostsNothingPerRow(t *testing.T) {
	w := newWorld()
	w.acls[inboxID] = []mapi.ACE{grant(4, 0x41B)}
	c := NewChecker(Config{OwnerAutoFullAccess: true}, w, w, w)
	a, err := c.ForFolder(t.Context(), 4, w.refs[subID])
	if err != nil {
		t.Fatal(err)
	}
	reads := w.reads
	row := w.refs[messageID]
	if n := testing.AllocsPerRun(50, func() { _, _, _ = a.Access(row), a.Level(row), a.Rights(row) }); n != 0 {
		t.Errorf("%v allocations a row", n)
	}
	if w.reads != reads || reads != 2 {
		t.Errorf("%d lists were read, then %d", reads, w.reads-reads)
	}
	if got := a.Access(row); got != mapi.AccessRead {
		t.Errorf("PR_ACCESS of somebody else's message 0x%X", got)
	}
	folder := w.refs[subID]
	if got := a.Access(folder); got != mapi.AccessRead|mapi.AccessCreateContents {
		t.Errorf("PR_ACCESS of the folder 0x%X", got)
	}
	full, _ := c.ForFolder(t.Context(), 3, folder)
	if full.Access(folder) != 0x3F || full.Access(row) != 7 || full.Level(row) != 1 || full.Rights(folder) != mapi.RightsAll {
		t.Error("the owner has everything")
	}
}

func TestListsAreReadAgainAfterAChange(t *testing.T) {
	w := newWorld()
	c := NewChecker(Config{}, w, w, w)
	read := func() mapi.Code { return mapi.CodeOf(c.Check(t.Context(), 4, w.refs[messageID], Read)) }
	if read() != mapi.NoAccess {
		t.Fatal("not granted yet")
	}
	w.acls[inboxID] = []mapi.ACE{grant(4, mapi.RightReadAny)}
	if read() != mapi.NoAccess {
		t.Fatal("lists are cached until the feed tells")
	}
	c.Apply(&feed.Batch{ACLs: []uint32{inboxID}})
	if read() != mapi.OK {
		t.Error("the feed told, and the list was not read again")
	}
}
