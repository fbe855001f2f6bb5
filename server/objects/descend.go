package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/storage"
)

// descend visits a folder and all below it, each before those in it; visit gives what lies directly in a folder. Trees may be deeper
// than what the server makes itself, so nothing here depends on their depth.
func descend[T any](top T, visit func(T) ([]T, error)) error {
	for stack := []T{top}; len(stack) > 0; {
		next := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		below, err := visit(next)
		if err != nil {
			return err
		}
		for i := len(below) - 1; i >= 0; i-- {
			stack = append(stack, below[i])
		}
	}
	return nil
}

// place finds the depth at which something lies that is put into a folder. It fails with NOT_FOUND if the folder, or one above it, is
// deleted, and with FOLDER_CYCLE if moving, which is to be put there, is among them (0: it is new).
func (ch *Change) place(ctx context.Context, folder, moving uint32) (depth int, err error) {
	var walk storage.Ascent
	for id := folder; ; {
		if id == moving {
			return 0, mapi.Errorf(mapi.FolderCycle, "objects", "folder %d lies in folder %d", folder, moving)
		}
		if err := walk.Step(id); err != nil {
			return 0, err
		}
		ref, err := ch.Folder(ctx, id)
		if err != nil {
			return 0, err
		}
		if ref.Deleted() {
			return 0, mapi.Errorf(mapi.NotFound, "objects", "folder %d is deleted", id)
		}
		depth++
		if ref.Type != mapi.TypeFolder || ref.FolderKind() == mapi.FolderRoot {
			return depth, nil
		}
		id = ref.Parent
	}
}

// depth is how many folders lie above one, deleted or not.
func (ch *Change) depth(ctx context.Context, folder storage.Ref) (int, error) {
	var walk storage.Ascent
	depth := 0
	for ref := folder; ref.Type == mapi.TypeFolder && ref.FolderKind() != mapi.FolderRoot; depth++ {
		if err := walk.Step(ref.ID); err != nil {
			return 0, err
		}
		var err error
		if ref, err = ch.Folder(ctx, ref.Parent); err != nil {
			return 0, err
		}
	}
	return depth, nil
}

// tooDeep fails with TOO_COMPLEX if a folder at a depth, and as many levels of folders below it, are more than may be.
func tooDeep(depth, height int) error {
	if depth+height > storage.MaxFolderDepth {
		return mapi.Errorf(mapi.TooComplex, "objects", "folders would be nested %d deep, the limit is %d", depth+height, storage.MaxFolderDepth)
	}
	return nil
}

// height is how many levels of folders lie below one, the deleted ones too, which may come back. Beyond a limit it does not look.
func (ch *Change) height(ctx context.Context, folder *storage.Row, limit int) (int, error) {
	level, height := []*storage.Row{folder}, 0
	for ; height <= limit; height++ {
		var below []*storage.Row
		for _, f := range level {
			if f.Counters.Subfolders+f.Counters.DeletedFolders == 0 {
				continue
			}
			rows, err := ch.rowsOf(ctx, storage.RowQuery{Parent: f.ID, Type: mapi.TypeFolder})
			if err != nil {
				return 0, err
			}
			below = append(below, rows...)
		}
		if len(below) == 0 {
			break
		}
		level = below
	}
	return height, nil
}
