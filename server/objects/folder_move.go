package objects

import (
	"context"
	"errors"
	"strings"

	"zarafa/mapi"
	"zarafa/server/change"
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
		if err := s.checkQuota(c, dest.Store, mapi.QuotaHard); err != nil {
			return err
		}
	}
	name := strings.Clone(req.NewFolderName.String)
	if move {
		return s.moveTree(c, req.SyncID, src, dest, name)
	}
	return s.copyFolder(c, req, src, dest, name)
}

// errUnmeasured says that a folder comes back, so that the size of what is in it has to be known.
var errUnmeasured = errors.New("the folder is not part of the store's size")

// moveTree moves a folder. One that was part of the store's size before stays so, and need not be measured.
func (s *Service) moveTree(c *session.Call, sync uint32, src, dest storage.Ref, name string) error {
	by := author(c, sync)
	err := s.writer.Do(c.Context, src.Store, by, func(ctx context.Context, ch *change.Change) error {
		return moveFolder(ctx, ch, src, dest, name, nil)
	})
	if !errors.Is(err, errUnmeasured) {
		return err
	}
	return s.onTrees(c.Context, by, []storage.Ref{src}, nil, func(ctx context.Context, ch *change.Change, trees []*measure) error {
		return moveFolder(ctx, ch, src, dest, name, trees[0])
	})
}

// moveFolder gives a folder another parent. It keeps its ids.
func moveFolder(ctx context.Context, ch *change.Change, src, dest storage.Ref, name string, tree *measure) error {
	rows, err := ch.RowsOf(ctx, storage.RowQuery{IDs: []uint32{src.ID}})
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
	if err := refuseMove(ctx, ch, r, dest); err != nil {
		return err
	}
	has, err := ch.FolderName(ctx, r)
	if err != nil {
		return err
	}
	if name == "" {
		name = has
	}
	if err := ch.RefuseName(ctx, "copyFolder", dest.ID, r.ID, name); err != nil {
		return err
	}
	if name != has {
		if r, err = ch.RenameFolder(ctx, r, name); err != nil {
			return err
		}
	}
	return relocate(ctx, ch, r, dest, tree)
}

// refuseMove fails if a folder cannot go below another: FOLDER_CYCLE if that one lies in it, NOT_FOUND if it is deleted, TOO_COMPLEX
// if something would lie too deep then. A tree that is too deep already may go to where it is no deeper.
func refuseMove(ctx context.Context, ch *change.Change, r *storage.Row, dest storage.Ref) error {
	depth, err := ch.Place(ctx, dest.ID, r.ID)
	if err != nil {
		return err
	}
	height, err := levelsBelow(ctx, ch, r, storage.MaxFolderDepth-depth)
	if err != nil {
		return err
	}
	if change.TooDeep(depth, height) == nil {
		return nil
	}
	before, err := depthOf(ctx, ch, r.Ref)
	if err == nil && depth > before {
		err = change.TooDeep(depth, height)
	}
	return err
}

// relocate is the move itself.
func relocate(ctx context.Context, ch *change.Change, r *storage.Row, dest storage.Ref, tree *measure) error {
	old := r.Ref
	wasCounted, err := isCounted(ctx, ch, old)
	if err != nil {
		return err
	}
	if !wasCounted && tree == nil {
		return errUnmeasured
	}
	ch.Leave(old, r.Props)
	if err := ch.Move(ctx, r.Ref, dest.ID); err != nil {
		return err
	}
	r.Parent = dest.ID
	r.Flags &^= mapi.FlagDeleted
	r.Props.Delete(mapi.PrDeletedOn.ID())
	ch.Know(r.Ref)
	ch.Enter(r.Ref, r.Props)
	if !wasCounted {
		ch.Resize(tree.size)
	}
	return finishFolderMove(ctx, ch, r, old)
}

// counted reports whether the messages in a folder are part of the store's size.
func isCounted(ctx context.Context, ch *change.Change, folder storage.Ref) (bool, error) {
	if folder.Deleted() {
		return false, nil
	}
	under, err := underDeleted(ctx, ch, folder.Parent)
	return !under, err
}

// finishFolderMove records, writes and announces a folder that has moved.
func finishFolderMove(ctx context.Context, ch *change.Change, r *storage.Row, old storage.Ref) error {
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
		Kind: feed.Moved, Object: r.Ref.Clone(), ParentEntryID: to.EntryID, Old: old, OldParentEntryID: from.EntryID, Row: r.Clone(),
	})
	return ch.PutRows(ctx, r)
}
