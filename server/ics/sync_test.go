package ics_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/wire"
)

// Flags of getChanges.
const (
	noDeletions     = 0x2
	noSoftDeletions = 0x4
	readState       = 0x8
	associated      = 0x10
	normal          = 0x20
	catchUp         = 0x400
	noDBChanges     = 0x80000
)

// client is a sync and what its client knows.
type client struct {
	b     *bench
	user  uint32
	id    uint32
	state uint32
	kind  uint32
	flags uint32
	// names of source keys, for messages of tests
	names map[string]string
}

// newSync registers a sync of a folder; kind is 1 for contents, 2 for the folders below.
func (b *bench) newSync(folder storage.Ref, kind, flags uint32) *client {
	b.Helper()
	var resp wire.SetSyncStatusResponse
	b.OK(b.svc.SetSyncStatus(b.As(b.alice.User), &wire.SetSyncStatusRequest{SourceKeyFolder: folder.SourceKey, ChangeType: kind}, &resp))
	return &client{b: b, user: b.alice.User, id: resp.SyncID, kind: kind, flags: flags, names: make(map[string]string)}
}

// named gives the client a short name for an item.
func (c *client) named(name string, ref storage.Ref) storage.Ref {
	c.names[string(ref.SourceKey)] = name
	return ref
}

func (c *client) ask(r *mapi.Restriction) *wire.ICSChangeResponse {
	c.b.Helper()
	var resp wire.ICSChangeResponse
	c.b.OK(c.b.svc.GetChanges(c.b.As(c.user), &wire.GetChangesRequest{
		SyncID: c.id, ChangeID: c.state, ChangeType: c.kind, Flags: c.flags, Restrict: r,
	}, &resp))
	return &resp
}

// sees asks for changes, checks them against "name:type" (hexadecimal) and moves to the new state.
func (c *client) sees(r *mapi.Restriction, want ...string) {
	c.b.Helper()
	resp := c.ask(r)
	got := []string{}
	for _, ch := range resp.ChangesArray {
		got = append(got, fmt.Sprintf("%s:%x", c.names[string(ch.SourceKey)], ch.ChangeType))
	}
	if !slices.Equal(got, append([]string{}, want...)) {
		c.b.Errorf("at state %d: got %v, want %v", c.state, got, want)
	}
	c.state = resp.MaxChangeID
}

// setRead sets or clears the read flag.
func (b *bench) setRead(sync uint32, read bool, messages ...storage.Ref) {
	b.Helper()
	req := wire.SetReadFlagsRequest{SyncID: sync}
	if !read {
		req.Flags = 4
	}
	for _, m := range messages {
		req.Messages = append(req.Messages, m.EntryID)
	}
	b.OK(b.Objects.SetReadFlags(b.As(b.alice.User), &req, &wire.SetReadFlagsResponse{}))
}

func TestContentsSync(t *testing.T) {
	b := newBench(t)
	c := b.newSync(b.folder, 1, normal|readState)
	m1, m2 := c.named("1", b.NewMessage(b.alice.User, b.folder, "1")), c.named("2", b.NewMessage(b.alice.User, b.folder, "2"))
	m3 := c.named("3", b.SaveAs(b.As(b.alice.User), b.folder, &wire.SaveObject{}, 0, c.id))
	c.named("fai", b.SaveAs(b.As(b.alice.User), b.folder, &wire.SaveObject{}, mapi.FlagAssociated, 0))

	first := c.ask(nil)
	for i, want := range []storage.Ref{m2, m1} { // newest first, its own and associated ones left out
		got := first.ChangesArray[i]
		if !bytes.Equal(got.SourceKey, want.SourceKey) || !bytes.Equal(got.ParentSourceKey, b.folder.SourceKey) || got.ChangeID != b.changes(want)[0].ID {
			t.Errorf("change %d: %+v", i, got)
		}
	}
	c.sees(nil, "2:1001", "1:1001")
	c.sees(nil)
	if c.state != first.MaxChangeID {
		t.Error("the state moved without a change")
	}
	b.Change(b.alice.User, m3, mapi.String(mapi.PrSubject, "changed"))
	b.setRead(0, true, m1)
	c.sees(nil, "3:1002", "1:1003")
	b.setRead(c.id, true, m2) // by the sync itself
	b.Change(b.alice.User, m1, mapi.String(mapi.PrSubject, "changed"))
	b.Change(b.alice.User, m1, mapi.String(mapi.PrSubject, "again"))
	b.Delete(b.alice.User, 0, m2)
	b.Delete(b.alice.User, mapi.DelHard, m3)
	c.sees(nil, "1:1002", "2:1004", "3:1005")
}

// Flags choose among the changes.
func TestContentsSyncFlags(t *testing.T) {
	b := newBench(t)
	all := b.newSync(b.folder, 1, normal|associated|readState)
	soft, hard := all.named("soft", b.NewMessage(b.alice.User, b.folder, "")), all.named("hard", b.NewMessage(b.alice.User, b.folder, ""))
	fai := all.named("fai", b.SaveAs(b.As(b.alice.User), b.folder, &wire.SaveObject{}, mapi.FlagAssociated, 0))
	gone := all.named("gone", b.SaveAs(b.As(b.alice.User), b.folder, &wire.SaveObject{}, mapi.FlagAssociated, 0))
	read := all.named("read", b.NewMessage(b.alice.User, b.folder, ""))
	all.sees(nil, "read:1001", "gone:1001", "fai:1001", "hard:1001", "soft:1001")
	b.Delete(b.alice.User, 0, soft)
	b.Delete(b.alice.User, mapi.DelHard, hard)
	b.Delete(b.alice.User, mapi.DelHard, gone)
	b.setRead(0, true, read)
	b.Change(b.alice.User, fai, mapi.String(mapi.PrSubject, "x"))
	for _, c := range []struct {
		flags uint32
		want  []string
	}{
		{normal | associated | readState, []string{"soft:1004", "hard:1005", "gone:1005", "read:1003", "fai:1002"}},
		{normal | associated, []string{"soft:1004", "hard:1005", "gone:1005", "fai:1002"}},
		{normal | readState, []string{"soft:1004", "hard:1005", "gone:1005", "read:1003"}},
		{associated, []string{"hard:1005", "gone:1005", "fai:1002"}},
		{normal | noSoftDeletions, []string{"hard:1005", "gone:1005"}},
		{normal | noDeletions, nil},
		{normal | catchUp, []string{"soft:1004", "hard:1005", "gone:1005"}},
		{0, []string{"hard:1005", "gone:1005"}},
	} {
		one := *all
		one.flags = c.flags
		one.sees(nil, c.want...)
	}
}

// A folder without records gets one that nobody sees, so that the client has a state to come back with.
func TestEmptyFolderHasAState(t *testing.T) {
	b := newBench(t)
	c := b.newSync(b.folder, 1, normal)
	quiet := *c
	quiet.flags |= noDBChanges
	if resp := quiet.ask(nil); resp.MaxChangeID != 0 {
		t.Errorf("state %d without writing", resp.MaxChangeID)
	}
	c.sees(nil)
	if c.state == 0 {
		t.Fatal("no state")
	}
	state := c.state
	c.sees(nil)
	if c.state != state {
		t.Errorf("state %d, was %d", c.state, state)
	}
	c.named("1", b.NewMessage(b.alice.User, b.folder, "1"))
	c.sees(nil, "1:1001")
}

func TestHierarchySync(t *testing.T) {
	b := newBench(t)
	root := b.Ref(b.alice.Root)
	c := b.newSync(root, 2, 0)
	c.named("inbox", b.folder)
	sub := c.named("sub", b.NewFolder(b.alice.User, b.folder.EntryID, "Sub", mapi.FolderGeneric))
	c.named("search", b.NewFolder(b.alice.User, b.folder.EntryID, "Search", mapi.FolderSearch))
	b.NewMessage(b.alice.User, sub, "messages are no part of it")
	cut := *c
	cut.flags = catchUp
	cut.sees(nil)
	c.sees(nil, "inbox:2001", "sub:2001")
	if newest, err := b.Store.MaxChange(t.Context(), nil); err != nil || c.state != newest || cut.state != newest {
		t.Errorf("states %d and %d, the newest change is %d (%v)", c.state, cut.state, newest, err)
	}
	state := c.state
	c.named("deep", b.NewFolder(b.alice.User, sub.EntryID, "Deep", mapi.FolderGeneric))
	c.sees(nil, "deep:2001")
	b.OK(b.svc.SetSyncStatus(b.As(b.alice.User), &wire.SetSyncStatusRequest{
		SourceKeyFolder: root.SourceKey, SyncID: c.id, ChangeID: c.state, ChangeType: 2,
	}, &wire.SetSyncStatusResponse{}))
	reported := c.state
	c.sees(nil)
	if c.state != reported || reported <= state {
		t.Errorf("state %d after %d", c.state, reported)
	}
	b.OK(b.Objects.DeleteFolder(b.As(b.alice.User), &wire.DeleteFolderRequest{EntryID: sub.EntryID, Flags: 5}, &wire.DeleteFolderResponse{}))
	c.sees(nil, "sub:2004")
}

// Others see only the folders that they may see.
func TestHierarchySyncOfAnother(t *testing.T) {
	b := newBench(t)
	bob := b.NewMailbox("bob")
	c := b.newSync(b.folder, 2, 0)
	c.user = bob.User
	ask := func() error {
		return b.svc.GetChanges(b.As(bob.User), &wire.GetChangesRequest{SyncID: c.id, ChangeType: 2}, &wire.ICSChangeResponse{})
	}
	b.Fails(ask(), mapi.NoAccess)
	b.grant(b.folder.EntryID, bob.User, mapi.RightFolderVisible)
	hidden := c.named("hidden", b.NewFolder(b.alice.User, b.folder.EntryID, "Hidden", mapi.FolderGeneric))
	c.named("shown", b.NewFolder(b.alice.User, b.folder.EntryID, "Shown", mapi.FolderGeneric))
	c.named("below", b.NewFolder(b.alice.User, hidden.EntryID, "Below", mapi.FolderGeneric))
	b.grant(hidden.EntryID, bob.User, 0)
	c.sees(nil, "shown:2001")
}

// grant gives a user rights on a folder.
func (b *bench) grant(folder mapi.EntryID, user uint32, r mapi.Rights) {
	b.Helper()
	b.OK(b.ACL.SetRights(b.As(b.alice.User), &wire.SetRightsRequest{EntryID: folder, RightsArray: []wire.Rights{
		{UlUserID: user, Type: mapi.ACEGrant, Rights: uint32(r), State: mapi.ACEStateNew},
	}}, &wire.SetRightsResponse{}))
}

func TestSyncStatus(t *testing.T) {
	b := newBench(t)
	bob := b.NewMailbox("bob")
	root := b.Ref(b.alice.Root)
	status := func(user uint32, key []byte, id, change, kind uint32) error {
		return b.svc.SetSyncStatus(b.As(user), &wire.SetSyncStatusRequest{
			SourceKeyFolder: key, SyncID: id, ChangeID: change, ChangeType: kind,
		}, &wire.SetSyncStatusResponse{})
	}
	c := b.newSync(b.folder, 1, normal)
	if known, err := b.Store.Sync(t.Context(), c.id); err != nil || known.ChangeID != 1 || known.Type != 1 || !known.Time.Equal(b.Now) {
		t.Errorf("%+v %v", known, err)
	}
	b.Now = b.Now.Add(time.Hour)
	b.OK(status(b.alice.User, b.folder.SourceKey, c.id, 17, 1))
	if known, err := b.Store.Sync(t.Context(), c.id); err != nil || known.ChangeID != 17 || !known.Time.Equal(b.Now) {
		t.Errorf("%+v %v", known, err)
	}
	b.Fails(status(b.alice.User, b.folder.SourceKey, c.id, 18, 2), mapi.Collision)
	b.Fails(status(b.alice.User, root.SourceKey, c.id, 18, 1), mapi.Collision)
	b.Fails(status(b.alice.User, b.folder.SourceKey, 999, 18, 1), mapi.NotFound)
	b.Fails(status(b.alice.User, []byte("unknown key of a folder"), 0, 0, 1), mapi.NotFound)
	b.Fails(status(b.alice.User, b.folder.SourceKey, 0, 0, 3), mapi.InvalidType)
	b.Fails(status(bob.User, b.folder.SourceKey, 0, 0, 1), mapi.NoAccess)
	b.Fails(status(b.alice.User, nil, 0, 0, 1), mapi.NoAccess)
	b.OK(status(mapi.UserSystem, nil, 0, 0, 1))

	ask := func(id, change, kind uint32) error {
		return b.svc.GetChanges(b.As(b.alice.User), &wire.GetChangesRequest{SyncID: id, ChangeID: change, ChangeType: kind}, &wire.ICSChangeResponse{})
	}
	b.Fails(ask(0, 0, 1), mapi.InvalidParameter)
	b.Fails(ask(999, 0, 1), mapi.DatabaseError)
	b.Fails(ask(999, 1, 1), mapi.NotFound)
	b.Fails(ask(c.id, 0, 2), mapi.Collision)
	b.Fails(ask(c.id, 0, 7), mapi.InvalidType)
}

func TestSyncStates(t *testing.T) {
	b := newBench(t)
	inbox, empty := b.newSync(b.folder, 1, normal), b.newSync(b.NewFolder(b.alice.User, b.alice.Root, "Empty", mapi.FolderGeneric), 1, normal)
	message := b.NewMessage(b.alice.User, b.folder, "x")
	var resp wire.GetSyncStatesReponse
	b.OK(b.svc.GetSyncStates(b.As(b.alice.User), &wire.GetSyncStatesRequest{SyncID: []uint32{empty.id, 999, inbox.id}}, &resp))
	if want := []wire.SyncState{{SyncID: empty.id}, {SyncID: inbox.id, ChangeID: b.changes(message)[0].ID}}; !slices.Equal(resp.SyncStates, want) {
		t.Errorf("%+v, want %+v", resp.SyncStates, want)
	}
}

// Numbers of syncs can be guessed, so every operation that takes one asks for the rights on its folder.
func TestSyncsOfOthers(t *testing.T) {
	b := newBench(t)
	bob := b.NewMailbox("bob")
	var server wire.SetSyncStatusResponse
	b.OK(b.svc.SetSyncStatus(b.As(mapi.UserSystem), &wire.SetSyncStatusRequest{ChangeType: 1}, &server))
	contents, folders := b.newSync(b.folder, 1, normal), b.newSync(b.folder, 2, 0)
	b.NewMessage(b.alice.User, b.folder, "x")
	check := func(when string, user uint32, visible ...uint32) {
		t.Helper()
		for id, kind := range map[uint32]uint32{contents.id: 1, folders.id: 2, server.SyncID: 1} {
			var states wire.GetSyncStatesReponse
			b.OK(b.svc.GetSyncStates(b.As(user), &wire.GetSyncStatesRequest{SyncID: []uint32{id}}, &states))
			key := b.folder.SourceKey
			if id == server.SyncID {
				key = nil
			}
			may := slices.Contains(visible, id)
			changes := b.svc.GetChanges(b.As(user), &wire.GetChangesRequest{SyncID: id, ChangeID: 1, ChangeType: kind}, &wire.ICSChangeResponse{})
			status := b.svc.SetSyncStatus(b.As(user), &wire.SetSyncStatusRequest{
				SourceKeyFolder: key, SyncID: id, ChangeID: 1, ChangeType: kind,
			}, &wire.SetSyncStatusResponse{})
			if len(states.SyncStates) == 1 != may || (mapi.CodeOf(changes) == mapi.OK) != may || (mapi.CodeOf(status) == mapi.OK) != may {
				t.Errorf("%s, sync %d: states %+v, changes %v, status %v; allowed: %t", when, id, states.SyncStates, changes, status, may)
			}
		}
	}
	check("the owner", b.alice.User, contents.id, folders.id)
	check("the system", mapi.UserSystem, contents.id, folders.id, server.SyncID)
	check("a stranger", bob.User)
	b.grant(b.folder.EntryID, bob.User, mapi.RightFolderVisible)
	check("one who sees the folder", bob.User, folders.id)
	b.grant(b.folder.EntryID, bob.User, mapi.RightFolderVisible|mapi.RightReadAny)
	check("one who reads", bob.User, folders.id, contents.id)
	b.grant(b.folder.EntryID, bob.User, 0)
	check("after the rights were taken away", bob.User)
}

// A sync of the whole server is for administrators and starts from now.
func TestServerSync(t *testing.T) {
	b := newBench(t)
	c := &client{b: b, user: mapi.UserSystem, kind: 1, flags: normal | associated, names: make(map[string]string)}
	var resp wire.SetSyncStatusResponse
	b.OK(b.svc.SetSyncStatus(b.As(mapi.UserSystem), &wire.SetSyncStatusRequest{ChangeType: 1}, &resp))
	c.id = resp.SyncID
	b.NewMessage(b.alice.User, b.folder, "before")
	b.Fails(b.svc.GetChanges(b.As(mapi.UserSystem), &wire.GetChangesRequest{SyncID: c.id, ChangeType: 1}, &wire.ICSChangeResponse{}), mapi.NoSupport)
	c.flags |= catchUp
	c.sees(nil)
	c.flags &^= catchUp
	c.named("1", b.NewMessage(b.alice.User, b.folder, "1"))
	b.NewFolder(b.alice.User, b.alice.Root, "Folder", mapi.FolderGeneric)
	c.sees(nil, "1:1001")
	c.sees(nil)
}

func TestAddressBookSync(t *testing.T) {
	b := newBench(t)
	ask := func(after uint32) *wire.ICSChangeResponse {
		var resp wire.ICSChangeResponse
		b.OK(b.svc.GetChanges(b.As(b.alice.User), &wire.GetChangesRequest{ChangeID: after, ChangeType: 3}, &resp))
		return &resp
	}
	types := func(resp *wire.ICSChangeResponse) (list []string) {
		for _, ch := range resp.ChangesArray {
			id, ok := mapi.ParseABEntryID(ch.SourceKey)
			parent, pok := mapi.ParseABEntryID(ch.ParentSourceKey)
			if !ok || !pok || id.Version != 1 || parent.ID != 1 || parent.Type != mapi.TypeABCont {
				t.Errorf("%+v", ch)
			}
			list = append(list, fmt.Sprintf("%d:%x", id.ID, ch.ChangeType))
		}
		return list
	}
	first := ask(0)
	if got, want := types(first), []string{fmt.Sprintf("%d:4001", b.alice.User)}; !slices.Equal(got, want) || first.MaxChangeID == 0 {
		t.Errorf("got %v up to %d, want %v", got, first.MaxChangeID, want)
	}
	if next := ask(first.MaxChangeID); len(next.ChangesArray) != 0 || next.MaxChangeID != first.MaxChangeID {
		t.Errorf("%+v", next)
	}
	bob := b.NewMailbox("bob")
	if got, want := types(ask(first.MaxChangeID)), []string{fmt.Sprintf("%d:4001", bob.User)}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Syncs that nobody uses are forgotten after their time.
func TestCleanUp(t *testing.T) {
	b := newBench(t)
	old := b.newSync(b.folder, 1, normal)
	b.Now = b.Now.Add(48 * time.Hour)
	young := b.newSync(b.folder, 1, normal)
	b.OK(b.svc.CleanUp(t.Context(), b.Now, 0))
	b.OK(b.svc.CleanUp(t.Context(), b.Now, 24*time.Hour))
	if _, err := b.Store.Sync(t.Context(), old.id); mapi.CodeOf(err) != mapi.NotFound {
		t.Errorf("%v", err)
	}
	if _, err := b.Store.Sync(t.Context(), young.id); err != nil {
		t.Error(err)
	}
}
