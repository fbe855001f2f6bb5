package directory

import (
	"context"

	"zarafa/mapi"
)

// SystemLevel is the AdminLevel of administrators of all companies (objects.md section 8); those of level 1 have one company, and
// others that name them.
const SystemLevel uint32 = 2

// AdministersSystem reports whether a user administers the whole system, not only a company.
func (o *Object) AdministersSystem() bool { return o.AdminLevel >= SystemLevel }

// Users finds users; every [Directory] does.
type Users interface {
	ByID(ctx context.Context, id uint32) (*Object, error)
}

// AdministersSystem reports whether a user, named by his id, administers the whole system. SYSTEM always does; of one who is gone
// the error is NOT_FOUND.
func AdministersSystem(ctx context.Context, users Users, user uint32) (bool, error) {
	if user == mapi.UserSystem {
		return true, nil
	}
	o, err := users.ByID(ctx, user)
	return err == nil && o.AdministersSystem(), err
}

// RequireSystemAdmin fails with NO_ACCESS in the name of an operation unless a user administers the whole system.
func RequireSystemAdmin(ctx context.Context, users Users, user uint32, op string) error {
	admin, err := AdministersSystem(ctx, users, user)
	if err == nil && !admin {
		err = mapi.Errorf(mapi.NoAccess, op, "user %d does not administer the system", user)
	}
	return err
}
