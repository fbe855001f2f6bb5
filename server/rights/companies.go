package rights

import (
	"context"

	"zarafa/mapi"
	"zarafa/storage"
)

// keeper is whose administrators look after a store: its owner's or, where nobody owns it any more, those of the company
// that it belongs to. Without companies administrators look after everything.
func (c *Checker) keeper(ctx context.Context, box storage.Mailbox) uint32 {
	if !c.dir.Hosted() || box.Company == 0 {
		return box.UserID
	}
	if box.UserID != 0 {
		if _, err := c.dir.ByID(ctx, box.UserID); err == nil {
			return box.UserID
		}
	}
	return box.Company
}

// RequireReach fails with NOT_FOUND if a store is that of a company which the caller does not see, however he came
// by its id. Without companies it never fails.
func (c *Checker) RequireReach(ctx context.Context, caller uint32, box storage.Mailbox) error {
	if caller == mapi.UserSystem || !c.dir.Hosted() || c.dir.Reaches(ctx, caller, c.keeper(ctx, box)) {
		return nil
	}
	return mapi.Errorf(mapi.NotFound, "rights", "store %d is in a company that user %d does not see", box.ID, caller)
}

// RequireAdminOf fails unless the caller administers a store's owner or, where it has none, its company.
func (c *Checker) RequireAdminOf(ctx context.Context, caller uint32, box storage.Mailbox, op string) error {
	admin, err := c.IsAdminOver(ctx, caller, c.keeper(ctx, box))
	if err == nil && !admin {
		err = mapi.Errorf(mapi.NoAccess, op, "user %d does not administer store %d", caller, box.ID)
	}
	return err
}
