package change

import (
	"context"

	"zarafa/mapi"
	"zarafa/storage"
)

// Place finds the depth at which something lies that is put into a folder. It fails with NOT_FOUND if the folder, or one above it, is
// deleted, and with FOLDER_CYCLE if moving, which is to be put there, is among them (0: it is new).
func (ch *Change) Place(ctx context.Context, folder, moving uint32) (depth int, err error) {
	var walk storage.Ascent
	for id := folder; ; {
		if id == moving {
			return 0, mapi.Errorf(mapi.FolderCycle, "change", "folder %d lies in folder %d", folder, moving)
		}
		if err := walk.Step(id); err != nil {
			return 0, err
		}
		ref, err := ch.Folder(ctx, id)
		if err != nil {
			return 0, err
		}
		if ref.Deleted() {
			return 0, mapi.Errorf(mapi.NotFound, "change", "folder %d is deleted", id)
		}
		depth++
		if ref.Type != mapi.TypeFolder || ref.FolderKind() == mapi.FolderRoot {
			return depth, nil
		}
		id = ref.Parent
	}
}

// TooDeep fails with TOO_COMPLEX if a folder at a depth, and as many levels of folders below it, are more than may be.
func TooDeep(depth, height int) error {
	if depth+height > storage.MaxFolderDepth {
		return mapi.Errorf(mapi.TooComplex, "change", "folders would be nested %d deep, the limit is %d", depth+height, storage.MaxFolderDepth)
	}
	return nil
}
