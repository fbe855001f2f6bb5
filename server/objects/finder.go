package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
)

// Finder finds objects that a caller may know of. It needs no [Service], so that what a service depends on can have one.
type Finder struct {
	Tree   *change.Tree
	Rights *rights.Checker
}

// Visible finds an object by its entry id: NOT_FOUND if there is none, NO_ACCESS if its folder is not visible
// to the caller.
func (f Finder) Visible(c *session.Call, id mapi.EntryID) (storage.Ref, error) {
	ref, err := f.Tree.ByEntryID(c.Context, id)
	if err != nil {
		return ref, err
	}
	folder := ref
	if ref.Type == mapi.TypeMessage {
		if folder, err = f.Tree.Ref(c.Context, ref.Parent); err != nil {
			return ref, err
		}
	}
	return ref, f.Rights.Check(c.Context, c.Session.UserID, folder, rights.Visible)
}

// Sees reports whether a user may know of an object that changed, as it is in ref, even if it is gone: of folders that are visible to
// him, of messages that he may read. What cannot be found out counts as no.
func (f Finder) Sees(ctx context.Context, user uint32, ref storage.Ref) bool {
	need := rights.Visible
	if ref.Type == mapi.TypeMessage {
		need = rights.Read
	}
	return f.Rights.Check(ctx, user, ref, need) == nil
}

// SeesFolder reports whether a folder is visible to a user where it is now. What cannot be found out counts as no.
func (f Finder) SeesFolder(ctx context.Context, user, folder uint32) bool {
	ref, err := f.Tree.Ref(ctx, folder)
	return err == nil && f.Sees(ctx, user, ref)
}
