package objects

import (
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// maxAttempts bounds how often a deletion starts over because objects came after rights were checked.
const maxAttempts = 4

// EmptyFolder deletes what is in a folder, associated messages only if the flags say so. It needs Delete on the folder
// and on everything in it.
func (s *Service) EmptyFolder(c *session.Call, req *wire.EmptyFolderRequest, _ *wire.EmptyFolderResponse) error {
	folder, err := s.folder(c.Context, req.EntryID)
	if err != nil {
		return err
	}
	if err := s.check(c, folder, rights.Delete); err != nil {
		return err
	}
	r, err := s.removal(c, folder, req.SyncID)
	if err != nil {
		return err
	}
	if err := r.checkAll(); err != nil {
		return err
	}
	hard := req.Flags&mapi.DelHard != 0
	if err := r.ownMessages(hard, req.Flags&mapi.DelAssociated != 0); err != nil {
		return err
	}
	if !hard {
		return r.softDeleteSubfolders()
	}
	if err := r.below(); err != nil {
		return err
	}
	return s.deleteBelow(c, folder, req.SyncID, false, func(ctx context.Context, ch *change.Change, _ *subtree) error {
		rows, err := ch.RowsOf(ctx, storage.RowQuery{Parent: folder.ID, Type: mapi.TypeFolder})
		if err != nil {
			return err
		}
		return hardDelete(ctx, ch, rows)
	})
}

// softDeleteSubfolders marks the folders in the root.
func (r *removal) softDeleteSubfolders() error {
	folders, err := r.svc.subfolders(r.ctx, r.root)
	if err != nil {
		return err
	}
	folders = slices.DeleteFunc(folders, storage.Ref.Deleted)
	for part := range slices.Chunk(folders, r.svc.batch()) {
		if err := r.softDeleteFolders(part, nil); err != nil {
			return err
		}
	}
	return nil
}

// DeleteFolder deletes a folder. Without the flags DEL_MESSAGES and DEL_FOLDERS it must have no messages and no
// subfolders, at any depth.
func (s *Service) DeleteFolder(c *session.Call, req *wire.DeleteFolderRequest, _ *wire.DeleteFolderResponse) error {
	folder, err := s.folder(c.Context, req.EntryID)
	if err != nil {
		return err
	}
	if folder.FolderKind() == mapi.FolderRoot {
		return mapi.Errorf(mapi.NoAccess, "deleteFolder", "folder %d is the root of its store", folder.ID)
	}
	for _, need := range []rights.Need{rights.FolderAccess, rights.Delete} {
		if err := s.check(c, folder, need); err != nil {
			return err
		}
	}
	r, err := s.removal(c, folder, req.SyncID)
	if err != nil {
		return err
	}
	refuse := func(m *measure) error { return m.refuseContent(req.Flags) }
	if req.Flags&mapi.DelHard == 0 && folder.FolderKind() != mapi.FolderSearch {
		return r.softDeleteFolders([]storage.Ref{folder}, refuse)
	}
	if err := r.checkAll(); err != nil {
		return err
	}
	const everything = mapi.DelMessages | mapi.DelFolders
	inspect := req.Flags&everything != everything
	if inspect {
		m, err := measureTree(c.Context, s.store, folder, 0, nil)
		if err == nil {
			err = refuse(m)
		}
		if err != nil {
			return err
		}
	}
	if err := r.everything(); err != nil {
		return err
	}
	return s.deleteBelow(c, folder, req.SyncID, inspect, func(ctx context.Context, ch *change.Change, t *subtree) error {
		if inspect {
			m, err := measureTree(ctx, ch, folder, 0, nil)
			if err == nil {
				err = refuse(m)
			}
			if err != nil {
				return err
			}
		}
		rows, err := ch.RowsOf(ctx, storage.RowQuery{IDs: []uint32{folder.ID}})
		if err != nil {
			return err
		}
		return hardDelete(ctx, ch, rows)
	})
}

// refuseContent fails if a folder has content that the flags do not allow to delete.
func (m *measure) refuseContent(flags uint32) error {
	if flags&mapi.DelFolders == 0 && m.subfolder != 0 {
		return mapi.Errorf(mapi.HasFolders, "deleteFolder", "there is folder %d", m.subfolder)
	}
	if flags&mapi.DelMessages == 0 && m.message != 0 {
		return mapi.Errorf(mapi.HasMessages, "deleteFolder", "there is message %d", m.message)
	}
	return nil
}

// deleteBelow runs a deletion that reaches everything below a folder, after checking that the caller may delete all of
// it. A caller who may delete only some of a store is asked for each object before the transaction; if more has come when it starts,
// both are done again. fn gets what lies below the folder; if it does not want to inspect it, perhaps nil.
func (s *Service) deleteBelow(c *session.Call, folder storage.Ref, sync uint32, inspect bool, fn func(context.Context, *change.Change, *subtree) error) error {
	all, err := s.rights.Everywhere(c.Context, c.Session.UserID, folder.Store, rights.Delete)
	if err != nil {
		return err
	}
	if all && !inspect {
		return s.writer.Do(c.Context, folder.Store, author(c, sync), func(ctx context.Context, ch *change.Change) error {
			return fn(ctx, ch, nil)
		})
	}
	checked := make(map[uint32]bool)
	for range maxAttempts {
		var unknown []storage.Ref
		err := s.writer.Do(c.Context, folder.Store, author(c, sync), func(ctx context.Context, ch *change.Change) error {
			var t subtree
			if err := expand(ctx, ch, folder, true, &t); err != nil {
				return err
			}
			if unknown = nil; !all {
				unknown = t.except(checked)
			}
			if len(unknown) > 0 {
				return mapi.Errorf(mapi.Busy, "delete", "folder %d changed meanwhile", folder.ID)
			}
			return fn(ctx, ch, &t)
		})
		if len(unknown) == 0 {
			return err
		}
		for _, ref := range unknown {
			if err := s.check(c, ref, rights.Delete); err != nil {
				return err
			}
			checked[ref.ID] = true
		}
	}
	return mapi.Errorf(mapi.Busy, "delete", "folder %d keeps changing", folder.ID)
}

// except lists what is in a subtree and not in a set.
func (t *subtree) except(known map[uint32]bool) []storage.Ref {
	var list []storage.Ref
	for _, rows := range [][]*storage.Row{t.messages, t.folders} {
		for _, r := range rows {
			if !known[r.ID] {
				list = append(list, r.Ref)
			}
		}
	}
	return list
}
