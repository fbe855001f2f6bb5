package objects

import (
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/feed"
	"zarafa/storage"
)

// A subtree is everything below a folder.
type subtree struct {
	folders  []*storage.Row // parents before children, without the folder itself
	messages []*storage.Row
	// counted tells of each message whether the store's size includes it: not if it, or a folder above it, is
	// soft-deleted.
	counted []bool
}

// expand reads everything below a folder, which a deletion in batches has left little of. counted says whether the messages directly in it are part of the store's size.
func expand(ctx context.Context, ch *change.Change, folder storage.Ref, counted bool, t *subtree) error {
	type branch struct {
		id      uint32
		row     *storage.Row // nil for the folder itself
		counted bool
	}
	return descend(branch{id: folder.ID, counted: counted}, func(b branch) ([]branch, error) {
		if b.row != nil {
			t.folders = append(t.folders, b.row)
			ch.Know(b.row.Ref)
		}
		messages, err := ch.RowsOf(ctx, storage.RowQuery{Parent: b.id, Type: mapi.TypeMessage})
		if err != nil {
			return nil, err
		}
		for _, m := range messages {
			t.messages = append(t.messages, m)
			t.counted = append(t.counted, b.counted && !m.Deleted())
		}
		folders, err := ch.RowsOf(ctx, storage.RowQuery{Parent: b.id, Type: mapi.TypeFolder})
		below := make([]branch, len(folders))
		for i, f := range folders {
			below[i] = branch{id: f.ID, row: f, counted: b.counted && !f.Deleted()}
		}
		return below, err
	})
}

// size is what the store's size holds of a subtree.
func (t *subtree) size() int64 {
	var size int64
	for i, m := range t.messages {
		if t.counted[i] {
			size += messageSize(m)
		}
	}
	return size
}

// underDeleted reports whether a folder is soft-deleted or lies in one that is.
func underDeleted(ctx context.Context, ch *change.Change, folder uint32) (bool, error) {
	var walk storage.Ascent
	for folder != 0 {
		if err := walk.Step(folder); err != nil {
			return false, err
		}
		ref, err := ch.Folder(ctx, folder)
		if err != nil {
			return false, err
		}
		if ref.Deleted() {
			return true, nil
		}
		folder = ref.Parent
	}
	return false, nil
}

// hardDelete removes messages and folders with all that is in them.
func hardDelete(ctx context.Context, ch *change.Change, roots []*storage.Row) error {
	var ids []uint32
	for _, r := range roots {
		ch.Know(r.Ref)
		under, err := underDeleted(ctx, ch, r.Parent)
		if err != nil {
			return err
		}
		ch.Leave(r.Ref, r.Props)
		counted := !under && !r.Deleted()
		var t subtree
		if r.Type == mapi.TypeFolder {
			if err := expand(ctx, ch, r.Ref, counted, &t); err != nil {
				return err
			}
		} else if counted {
			ch.Resize(-messageSize(r))
		}
		ch.Resize(-t.size())
		if err := removeRows(ctx, ch, r, &t, &ids); err != nil {
			return err
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if err := leaveSearches(ctx, ch, ids); err != nil {
		return err
	}
	return ch.Delete(ctx, ids)
}

// leaveSearches counts and announces that messages, which are about to be deleted, leave the search folders that show them. Their results are
// deleted with them.
func leaveSearches(ctx context.Context, ch *change.Change, messages []uint32) error {
	found, err := ch.ResultsOf(ctx, 0, messages)
	if err != nil {
		return err
	}
	for _, r := range found {
		folder, err := ch.Folder(ctx, r.Folder)
		if mapi.CodeOf(err) == mapi.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		delta := storage.Counters{Content: -1}
		if !r.Read {
			delta.Unread = -1
		}
		ch.Count(r.Folder, delta)
		ch.Result(feed.ResultChange{Kind: feed.Deleted, Folder: folder, Message: storage.Ref{ID: r.Message, Store: ch.Store, Type: mapi.TypeMessage}})
	}
	return nil
}

// removeRows records and announces the removal of a root and its subtree, the innermost first, and collects the ids.
func removeRows(ctx context.Context, ch *change.Change, root *storage.Row, t *subtree, ids *[]uint32) error {
	remove := func(r *storage.Row) error {
		*ids = append(*ids, r.ID)
		if err := ch.LeavesQueue(ctx, r.ID); err != nil {
			return err
		}
		if err := recordDelete(ctx, ch, r.Ref, mapi.ChangeHardDelete); err != nil {
			return err
		}
		return announceDelete(ctx, ch, r.Ref, r.Ref, true)
	}
	for _, m := range t.messages {
		if err := remove(m); err != nil {
			return err
		}
	}
	for i := len(t.folders) - 1; i >= 0; i-- {
		if err := remove(t.folders[i]); err != nil {
			return err
		}
	}
	return remove(root)
}

// softDeleteFolders marks folders as deleted, in one transaction; search folders go for good. What is in them stays as it is but leaves the
// store's size, and is recorded as deleted, in batches after that: if the server dies in between, clients that synchronise still learn from the folder's own
// record that it is gone, and the purge records what it removes. refuse, if not nil, may object to what is in them.
func (r *removal) softDeleteFolders(folders []storage.Ref, refuse func(*measure) error) error {
	var see func([]storage.Ref) error
	if r.may != nil {
		see = r.check
	}
	var marked []storage.Ref
	err := r.svc.onTrees(r.ctx, r.author, folders, see, func(ctx context.Context, ch *change.Change, trees []*measure) error {
		marked = nil
		for _, m := range trees {
			if refuse != nil {
				if err := refuse(m); err != nil {
					return err
				}
			}
			done, err := softDeleteFolder(ctx, ch, m)
			if err != nil {
				return err
			}
			if done {
				marked = append(marked, m.folder)
			}
		}
		return nil
	})
	for _, f := range marked {
		if err == nil {
			err = r.recordBelow(f)
		}
	}
	return err
}

// softDeleteFolder marks one folder. It reports whether that is what it did.
func softDeleteFolder(ctx context.Context, ch *change.Change, m *measure) (bool, error) {
	rows, err := ch.RowsOf(ctx, storage.RowQuery{IDs: []uint32{m.folder.ID}})
	if err != nil || len(rows) == 0 {
		return false, err
	}
	row := rows[0]
	switch {
	case row.FolderKind() == mapi.FolderSearch:
		return false, hardDelete(ctx, ch, rows)
	case row.Deleted():
		return false, nil
	}
	under, err := underDeleted(ctx, ch, row.Parent)
	if err != nil {
		return false, err
	}
	if !under {
		ch.Resize(-m.size)
	}
	return true, softDelete(ctx, ch, rows)
}

// recordBelow notes for synchronisation that what lies in a folder went with it.
func (r *removal) recordBelow(folder storage.Ref) error {
	in := *r
	in.root, in.still = folder, func(row *storage.Row) bool { return row.Deleted() }
	var waiting []storage.Ref // across folders: most hold few messages
	record := func(list []storage.Ref, enough int) error {
		waiting = append(waiting, list...)
		for n := r.svc.batch(); len(waiting) > 0 && len(waiting) >= enough; waiting = waiting[min(n, len(waiting)):] {
			if err := in.do(waiting[:min(n, len(waiting))], recordSoftDeletes); err != nil {
				return err
			}
		}
		return nil
	}
	err := descend(folder, func(f storage.Ref) (below []storage.Ref, err error) {
		q := storage.RowQuery{Parent: f.ID, Type: mapi.TypeMessage, FlagsMask: mapi.FlagDeleted, Limit: r.svc.batch()}
		add := func(page []storage.Ref) error { return record(page, r.svc.batch()) }
		if err := storage.RefPages(r.ctx, r.svc.store, q, add); err != nil {
			return nil, err
		}
		if below, err = r.svc.subfolders(r.ctx, f); err != nil {
			return nil, err
		}
		return below, add(slices.DeleteFunc(slices.Clone(below), storage.Ref.Deleted))
	})
	if err != nil {
		return err
	}
	return record(nil, 1)
}

func recordSoftDeletes(ctx context.Context, ch *change.Change, rows []*storage.Row) error {
	for _, row := range rows {
		if row.Deleted() {
			continue
		}
		if err := recordDelete(ctx, ch, row.Ref, mapi.ChangeSoftDelete); err != nil {
			return err
		}
	}
	return nil
}
