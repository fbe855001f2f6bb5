package objects

import (
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// TestTypesOfNewFolders: both operations that make folders take the same types, and 0 for an ordinary folder.
func TestTypesOfNewFolders(t *testing.T) {
	b := newBench(t)
	single := func(kind uint32, name string) ([]byte, error) {
		var resp wire.CreateFolderResponse
		err := b.svc.CreateFolder(b.as(alice), &wire.CreateFolderRequest{ParentID: b.root[alice], Type: kind, Name: wire.Text(name)}, &resp)
		return resp.EntryID, err
	}
	batch := func(kind uint32, name string) ([]byte, error) {
		var resp wire.CreateFoldersResponse
		req := &wire.CreateFoldersRequest{ParentEID: b.root[alice], Batch: []wire.NewFolder{{Type: kind, Name: wire.Text(name)}}}
		if err := b.svc.CreateFolders(b.as(alice), req, &resp); err != nil {
			return nil, err
		}
		return resp.EntryIDs[0], nil
	}
	for op, create := range map[string]func(uint32, string) ([]byte, error){"createFolder": single, "create_folders": batch} {
		for kind, want := range map[uint32]uint32{0: mapi.FolderGeneric, mapi.FolderGeneric: mapi.FolderGeneric, mapi.FolderSearch: mapi.FolderSearch} {
			id, err := create(kind, op+string(rune('0'+kind)))
			b.ok(err)
			if got, shown := b.ref(id).FolderKind(), value(b.load(alice, id), mapi.PrFolderType); got != want || uint32(shown.Num) != want {
				t.Errorf("%s of type %d made a folder of type %d that shows %d", op, kind, got, shown.Num)
			}
			_, err = create(kind, "")
			b.fails(err, mapi.InvalidParameter)
		}
		for _, kind := range []uint32{3, 0x400, 0xFFFFFFFF} {
			_, err := create(kind, op)
			b.fails(err, mapi.InvalidType)
		}
	}
	b.consistent(alice)
}
