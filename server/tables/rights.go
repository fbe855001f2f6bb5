package tables

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/rights"
	"zarafa/storage"
)

// CheckedRights lets a checker answer what tables ask.
type CheckedRights struct{ *rights.Checker }

var _ Rights = CheckedRights{}

// Visible implements Rights.
func (c CheckedRights) Visible(ctx context.Context, caller uint32, folder storage.Ref) (bool, error) {
	return c.may(ctx, caller, folder, rights.Visible)
}

// Readable implements Rights.
func (c CheckedRights) Readable(ctx context.Context, caller uint32, folder storage.Ref) (bool, error) {
	return c.may(ctx, caller, folder, rights.Read)
}

func (c CheckedRights) may(ctx context.Context, caller uint32, folder storage.Ref, need rights.Need) (bool, error) {
	err := c.Check(ctx, caller, folder, need)
	if mapi.CodeOf(err) == mapi.NoAccess {
		return false, nil
	}
	return err == nil, err
}

// ForFolder implements Rights.
func (c CheckedRights) ForFolder(ctx context.Context, caller uint32, folder storage.Ref) (Access, error) {
	return c.Checker.ForFolder(ctx, caller, folder)
}
