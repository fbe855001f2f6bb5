package objects

import (
	"zarafa/mapi"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
)

// Finder finds objects that a caller may know of. It needs no [Service], so that what a service depends on can have one.
type Finder struct {
	Tree   *Tree
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
