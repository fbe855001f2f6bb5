package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/change"
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

// depthOf is how many folders lie above one, deleted or not.
func depthOf(ctx context.Context, ch *change.Change, folder storage.Ref) (int, error) {
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

// levelsBelow is how many levels of folders lie below one, the deleted ones too, which may come back. Beyond a limit it does not look.
func levelsBelow(ctx context.Context, ch *change.Change, folder *storage.Row, limit int) (int, error) {
	level, height := []*storage.Row{folder}, 0
	for ; height <= limit; height++ {
		var below []*storage.Row
		for _, f := range level {
			if f.Counters.Subfolders+f.Counters.DeletedFolders == 0 {
				continue
			}
			rows, err := ch.RowsOf(ctx, storage.RowQuery{Parent: f.ID, Type: mapi.TypeFolder})
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
