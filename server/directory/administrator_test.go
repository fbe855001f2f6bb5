package directory

import (
	"context"
	"testing"

	"zarafa/mapi"
)

// levels are users by their administrative level: the id says it.
type levels struct{}

func (levels) ByID(_ context.Context, id uint32) (*Object, error) {
	if id > 100+SystemLevel+1 {
		return nil, mapi.NotFound
	}
	return &Object{ID: id, AdminLevel: id - 100}, nil
}

func TestWhoAdministersTheSystem(t *testing.T) {
	for user, want := range map[uint32]mapi.Code{
		mapi.UserSystem: mapi.OK, 100: mapi.NoAccess, 101: mapi.NoAccess, 102: mapi.OK, 103: mapi.OK, 200: mapi.NotFound,
	} {
		err := RequireSystemAdmin(t.Context(), levels{}, user, "test")
		if mapi.CodeOf(err) != want {
			t.Errorf("user %d: %v, want %v", user, err, want)
		}
		if admin, err := AdministersSystem(t.Context(), levels{}, user); admin != (want == mapi.OK) || (err != nil) != (want == mapi.NotFound) {
			t.Errorf("user %d administers the system: %v, %v", user, admin, err)
		}
	}
}
