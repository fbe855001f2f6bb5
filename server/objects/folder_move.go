package objects

import (
	"context"
	"strings"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// CopyFolder copies or moves a folder within its store; moving a soft-deleted one restores it (objects.md section 5).
func (s *Service) CopyFolder(c *session.Call, req *wire.CopyFolderRequest, _ *wire.CopyFolderResponse) error {
	src, err := s.folder(c.Context, req.EntryID)
	if err != nil {
		return err
	}
	dest, err := s.folder(c.Context, req.DestFolderID)
	if err != nil {
		return err
	}
	move := req.Flags&mapi.CopyMove != 0
	need := rights.Read
	if move {
		need = rights.FolderAccess
	}
	if err := s.check(c, src, need); err != nil {
		return err
	}
	if err := s.check(c, dest, rights.CreateSubfolder); err != nil {
		return err
	}
	switch {
	case src.Store != dest.Store:
		return mapi.Errorf(mapi.NoSupport, "copyFolder", "folders %d and %d are in different stores", src.ID, dest.ID)
	case src.FolderKind() == mapi.FolderRoot, dest.FolderKind() == mapi.FolderSearch:
		return mapi.Errorf(mapi.NoAccess, "copyFolder", "folder %d cannot go to folder %d", src.ID, dest.ID)
	case len(req.NewFolderName.String) > maxFolderName:
		return mapi.Errorf(mapi.InvalidParameter, "copyFolder", "a name of %d bytes", len(req.NewFolderName.String))
	}
	if !move || src.Deleted() {
		if err := s.checkQuota(c, dest.Store, quotaHard); err != nil {
			return err
		}
	}
	name := strings.Clone(req.NewFolderName.String)
	if move {
		return s.writer.Do(c.Context, src.Store, author(c, req.SyncID), func(ctx context.Context, ch *Change) error {
			return ch.moveFolder(ctx, src, dest, name)
		})
	}
	return s.copyFolder(c, req, src, dest, name)
}

// refuseName fails for ordinary clients if a folder other than self has the name.
func (ch *Change) refuseName(ctx context.Context, parent, self uint32, name string) error {
	if ch.SyncID != 0 {
		return nil
	}
	sibling, err := ch.FolderNamed(ctx, parent, name)
	if err == nil && sibling != nil && sibling.ID != self {
		err = mapi.Errorf(mapi.Collision, "copyFolder", "folder %d has the name %q", sibling.ID, name)
	}
	return err
}

// moveFolder gives a folder another parent. It keeps its ids.
func (ch *Change) moveFolder(ctx context.Context, src, dest storage.Ref, name string) error {
	rows, err := ch.rowsOf(ctx, storage.RowQuery{IDs: []uint32{src.ID}})
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return mapi.Errorf(mapi.NotFound, "copyFolder", "folder %d is gone", src.ID)
	}
	r := rows[0]
	if r.Parent == dest.ID && !r.Deleted() {
		return nil
	}
	if err := ch.refuseMove(ctx, r, dest); err != nil {
		return err
	}
	has, err := ch.nameOf(ctx, r)
	if err != nil {
		return err
	}
	if name == "" {
		name = has
	}
	if err := ch.refuseName(ctx, dest.ID, r.ID, name); err != nil {
		return err
	}
	if name != has {
		if r, err = ch.rename(ctx, r, name); err != nil {
			return err
		}
	}
	return ch.relocate(ctx, r, dest)
}

// refuseMove fails if a folder cannot go below another: FOLDER_CYCLE if that one lies in it, NOT_FOUND if it is deleted, TOO_COMPLEX
// if something would lie too deep then. A tree that is too deep already may go to where it is no deeper.
func (ch *Change) refuseMove(ctx context.Context, r *storage.Row, dest storage.Ref) error {
	depth, err := ch.place(ctx, dest.ID, r.ID)
	if err != nil {
		return err
	}
	height, err := ch.height(ctx, r, storage.MaxFolderDepth-depth)
	if err != nil {
		return err
	}
	if tooDeep(depth, height) == nil {
		return nil
	}
	before, err := ch.depth(ctx, r.Ref)
	if err == nil && depth > before {
		err = tooDeep(depth, height)
	}
	return err
}

// relocate is the move itself.
func (ch *Change) relocate(ctx context.Context, r *storage.Row, dest storage.Ref) error {
	old := r.Ref
	wasCounted, err := ch.counted(ctx, old)
	if err != nil {
		return err
	}
	ch.Count(old.Parent, countOf(old, r.Props, -1))
	if err := ch.Move(ctx, r.Ref, dest.ID); err != nil {
		return err
	}
	r.Parent = dest.ID
	r.Flags &^= mapi.FlagDeleted
	r.Props.Delete(mapi.PrDeletedOn.ID())
	ch.Know(r.Ref)
	ch.Count(dest.ID, countOf(r.Ref, r.Props, 1))
	if !wasCounted {
		var t subtree
		if err := ch.expand(ctx, r.Ref, true, &t); err != nil {
			return err
		}
		ch.Resize(t.size())
	}
	return ch.finishFolderMove(ctx, r, old)
}

// counted reports whether the messages in a folder are part of the store's size.
func (ch *Change) counted(ctx context.Context, folder storage.Ref) (bool, error) {
	if folder.Deleted() {
		return false, nil
	}
	under, err := ch.underDeleted(ctx, folder.Parent)
	return !under, err
}

// finishFolderMove records, writes and announces a folder that has moved.
func (ch *Change) finishFolderMove(ctx context.Context, r *storage.Row, old storage.Ref) error {
	from, err := ch.Folder(ctx, old.Parent)
	if err != nil {
		return err
	}
	to, err := ch.Folder(ctx, r.Parent)
	if err != nil {
		return err
	}
	if r.FolderKind() == mapi.FolderGeneric {
		if from.ID != to.ID {
			if _, err := ch.Record(ctx, from.SourceKey, r.SourceKey, mapi.ChangeFolder|mapi.ChangeModified, 0); err != nil {
				return err
			}
		}
		change, err := ch.Record(ctx, to.SourceKey, r.SourceKey, mapi.ChangeFolder|mapi.ChangeModified, 0)
		if err != nil {
			return err
		}
		ch.Stamp(&r.Props, change)
	}
	ch.Event(feed.Event{
		Kind: feed.Moved, Object: cloneRef(r.Ref), ParentEntryID: to.EntryID, Old: old, OldParentEntryID: from.EntryID, Row: cloneRow(r),
	})
	return ch.PutRows(ctx, r)
}
