package objects

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/storage"
	"zarafa/wire"
)

// chain makes folders in folders down to a number of levels, and gives the topmost and the deepest.
func (b *bench) chain(parent mapi.EntryID, name string, levels int) (top, bottom mapi.EntryID) {
	b.t.Helper()
	for i := range levels {
		parent = b.folder(alice, parent, name)
		if i == 0 {
			top = parent
		}
	}
	return top, parent
}

// graft moves a folder without asking how deep its tree will lie, as an earlier version did.
func (b *bench) graft(folder, dest mapi.EntryID) {
	b.t.Helper()
	src := b.ref(folder)
	b.ok(b.svc.writer.Do(b.t.Context(), src.Store, author(b.as(alice), 0), func(ctx context.Context, ch *change.Change) error {
		rows, err := ch.RowsOf(ctx, storage.RowQuery{IDs: []uint32{src.ID}})
		if err != nil {
			return err
		}
		return relocate(ctx, ch, rows[0], b.ref(dest), nil)
	}))
}

func (b *bench) createFolder(parent mapi.EntryID, name string, sync uint32) error {
	return b.svc.CreateFolder(b.as(alice), &wire.CreateFolderRequest{
		ParentID: parent, Type: mapi.FolderGeneric, Name: wire.Text(name), SyncID: sync}, &wire.CreateFolderResponse{})
}

func (b *bench) copyFolder(src, dest mapi.EntryID, flags uint32) error {
	return b.svc.CopyFolder(b.as(alice), &wire.CopyFolderRequest{EntryID: src, DestFolderID: dest, Flags: flags}, nil)
}

func (b *bench) deleteFolder(id mapi.EntryID, hard uint32) error {
	return b.svc.DeleteFolder(b.as(alice), &wire.DeleteFolderRequest{EntryID: id, Flags: mapi.DelFolders | mapi.DelMessages | hard}, nil)
}

// TestFoldersTooDeepAreRefused: the deepest folder that can be made can be used, and no way leads to a deeper one.
func TestFoldersTooDeepAreRefused(t *testing.T) {
	b := newBench(t)
	root := b.root[alice]
	_, bottom := b.chain(root, "down", storage.MaxFolderDepth)
	b.message(alice, bottom, "deep", 0)
	above, _ := b.svc.tree.Ref(t.Context(), b.ref(bottom).Parent)
	flat := b.folder(alice, root, "flat")
	tall, inTall := b.chain(root, "tall", 2)
	b.ok(b.deleteFolder(inTall, 0)) // it counts, for it may come back
	for name, do := range map[string]func() error{
		"create":      func() error { return b.createFolder(bottom, "x", 0) },
		"synchronise": func() error { return b.createFolder(bottom, "x", 7) },
		"create several": func() error {
			return b.svc.CreateFolders(b.as(alice), &wire.CreateFoldersRequest{ParentEID: bottom, Batch: []wire.NewFolder{{Type: 1, Name: wire.Text("x")}}},
				&wire.CreateFoldersResponse{})
		},
		"copy":                  func() error { return b.copyFolder(flat, bottom, 0) },
		"move":                  func() error { return b.copyFolder(flat, bottom, mapi.CopyMove) },
		"move with a subfolder": func() error { return b.copyFolder(tall, above.EntryID, mapi.CopyMove) },
	} {
		if err := do(); mapi.CodeOf(err) != mapi.TooComplex {
			t.Errorf("%s: %v, want TOO_COMPLEX", name, err)
		}
	}
	b.consistent(alice)
	b.ok(b.copyFolder(tall, above.EntryID, 0)) // alone it fits
	b.ok(b.copyFolder(flat, above.EntryID, mapi.CopyMove))
	b.consistent(alice)
}

// TestNothingIsMadeBelowDeletedFolders, neither by those who ask before the folder is deleted.
func TestNothingIsMadeBelowDeletedFolders(t *testing.T) {
	b := newBench(t)
	root := b.root[alice]
	top, bottom := b.chain(root, "gone", 3)
	flat := b.folder(alice, root, "flat")
	message := b.message(alice, flat, "one", 0)
	b.ok(b.deleteFolder(top, 0))
	for name, do := range map[string]func() error{
		"create":      func() error { return b.createFolder(bottom, "x", 0) },
		"synchronise": func() error { return b.createFolder(bottom, "x", 7) },
		"copy":        func() error { return b.copyFolder(flat, bottom, 0) },
		"move":        func() error { return b.copyFolder(flat, bottom, mapi.CopyMove) },
		"create, asked before": func() error {
			return b.change(func(ctx context.Context, ch *change.Change) error {
				_, _, err := createFolder(ctx, ch, b.ref(bottom), b.guid[alice], NewFolder{Kind: mapi.FolderGeneric, Name: "x"})
				return err
			})
		},
		"move, asked before": func() error {
			return b.change(func(ctx context.Context, ch *change.Change) error {
				return moveFolder(ctx, ch, b.ref(flat), b.ref(bottom), "", nil)
			})
		},
		"copy a message, asked before": func() error {
			return b.change(func(ctx context.Context, ch *change.Change) error {
				_, err := copyMessage(ctx, ch, b.ref(message), b.ref(bottom), b.guid[alice])
				return err
			})
		},
		"insert a message, asked before": func() error {
			return b.change(func(ctx context.Context, ch *change.Change) error {
				return ch.InsertMessage(ctx, &storage.Object{}, b.ref(bottom), nil)
			})
		},
	} {
		if err := do(); mapi.CodeOf(err) != mapi.NotFound {
			t.Errorf("%s: %v, want NOT_FOUND", name, err)
		}
	}
	b.consistent(alice)
}

func (b *bench) change(fn func(context.Context, *change.Change) error) error {
	return b.svc.writer.Do(b.t.Context(), b.ref(b.box[alice]).ID, author(b.as(alice), 0), fn)
}

// TestDeeperTreesCanBeTidied: what lies deeper than what can be made is read, emptied, moved up, deleted, brought back and purged like
// everything else; only to make it again, by a copy, is refused.
func TestDeeperTreesCanBeTidied(t *testing.T) {
	const levels = storage.MaxFolderDepth - 1
	b := newBench(t)
	root := b.root[alice]
	top, middle := b.chain(root, "upper", levels)
	lower, bottom := b.chain(root, "lower", levels)
	message := b.message(alice, bottom, "deep", 0)
	b.graft(lower, middle)
	b.load(alice, message)
	other := b.folder(alice, root, "other")
	b.fails(b.copyFolder(top, other, mapi.CopySubfolders), mapi.TooComplex)
	b.fails(b.copyFolder(top, other, mapi.CopyMove), mapi.TooComplex)
	b.ok(b.right.SetRights(b.as(alice), &wire.SetRightsRequest{EntryID: top, RightsArray: []wire.Rights{
		{UlUserID: bob, Type: mapi.ACEGrant, Rights: uint32(mapi.RightReadAny | mapi.RightFolderVisible), State: mapi.ACEStateNew}}}, &wire.SetRightsResponse{}))
	b.load(bob, message) // a right that was given far above
	b.consistent(alice)

	b.ok(b.deleteFolder(top, 0))
	b.consistent(alice)
	b.fails(b.createFolder(bottom, "x", 0), mapi.NotFound)
	b.ok(b.copyFolder(top, root, mapi.CopyMove)) // it comes back to where it was
	b.consistent(alice)
	b.ok(b.copyFolder(lower, root, mapi.CopyMove)) // and is put right
	b.consistent(alice)
	b.graft(lower, middle)
	b.ok(b.svc.EmptyFolder(b.as(alice), &wire.EmptyFolderRequest{EntryID: lower, Flags: mapi.DelHard}, nil))
	b.consistent(alice)
	b.ok(b.deleteFolder(lower, 0))
	b.ok(b.deleteFolder(top, mapi.DelHard))
	b.consistent(alice)
	if n := len(b.refsBelow(root)); n != 1 {
		t.Errorf("%d folders are left below the root, want the one that was not deleted", n)
	}
}

func (b *bench) refsBelow(folder mapi.EntryID) []storage.Ref {
	b.t.Helper()
	list, err := b.svc.subfolders(b.t.Context(), b.ref(folder))
	b.ok(err)
	return list
}

// sickStore fails to read one folder.
type sickStore struct {
	storage.Store
	folder uint32
}

func (s *sickStore) Refs(ctx context.Context, q storage.RowQuery) ([]storage.Ref, error) {
	if q.Parent == s.folder {
		return nil, mapi.Errorf(mapi.DatabaseError, "test", "folder %d cannot be read", s.folder)
	}
	return s.Store.Refs(ctx, q)
}

// TestPurgeGoesOnAfterABadStore: one that cannot be purged is named, and the others are purged, whichever comes first; a removed store
// is no different.
func TestPurgeGoesOnAfterABadStore(t *testing.T) {
	for sick, well := range map[uint32]uint32{alice: bob, bob: alice} {
		b := newBench(t)
		doomed := make(map[uint32]storage.Ref)
		for _, user := range []uint32{sick, well} {
			id := b.folder(user, b.root[user], "doomed")
			doomed[user] = b.ref(id)
			b.ok(b.svc.DeleteFolder(b.as(user), &wire.DeleteFolderRequest{EntryID: id, Flags: mapi.DelFolders | mapi.DelMessages}, nil))
		}
		box := b.ref(b.box[sick])
		b.svc.store = &sickStore{Store: b.store, folder: b.ref(b.root[sick]).ID}
		err := b.svc.purge(t.Context(), b.now, 0)
		if mapi.CodeOf(err) != mapi.DatabaseError || !strings.Contains(err.Error(), fmt.Sprintf("store %d:", box.ID)) {
			t.Errorf("the error %v does not name store %d", err, box.ID)
		}
		if _, err := b.store.Ref(t.Context(), doomed[well].ID); mapi.CodeOf(err) != mapi.NotFound {
			t.Errorf("the other store was not purged: %v", err)
		}
		b.svc.store = b.store
		b.ok(b.svc.purge(t.Context(), b.now, 0))
	}
}

// TestPurgeNamesFewStores: an error about thousands of stores stays readable.
func TestPurgeNamesFewStores(t *testing.T) {
	var failed purgeFailures
	if failed.add(1, nil); failed.err() != nil {
		t.Errorf("nothing failed: %v", failed.err())
	}
	for store := range uint32(1000) {
		failed.add(store, mapi.Errorf(mapi.Busy, "test", "no"))
	}
	if err := failed.err(); mapi.CodeOf(err) != mapi.Busy || strings.Count(err.Error(), "store ") != maxPurgeFailures || !strings.HasSuffix(err.Error(), "and 990 more stores") {
		t.Error(err)
	}
}
