package scenarios_test

import (
	"testing"

	"zarafa/mapi"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// TestResolveUserStore: who owns a store is found by name, and only who can own one.
func TestResolveUserStore(t *testing.T) { onEngines(t, testResolveUserStore) }

func testResolveUserStore(t *testing.T, i *servertest.Instance) {
	ctx := t.Context()
	alice, admin := newMailbox(t, i, "alice", 0)
	for _, create := range []wire.Request{
		&wire.CreateUserRequest{SessionID: admin.ID(), User: &wire.User{Username: wire.Text("carol"), FullName: wire.Text("Carol"),
			MailAddress: wire.Text("carol@example.com"), ObjClass: uint32(mapi.ClassContact)}},
		&wire.CreateUserRequest{SessionID: admin.ID(), User: &wire.User{Username: wire.Text("bob"), FullName: wire.Text("Bob"),
			MailAddress: wire.Text("bob@example.com"), ObjClass: uint32(mapi.ClassActiveUser)}},
	} {
		wantCode(t, admin.Do(ctx, func(uint64) wire.Request { return create }, new(wire.CreateUserResponse), nil), mapi.OK)
	}
	wantCode(t, admin.Do(ctx, func(session uint64) wire.Request {
		return &wire.CreateGroupRequest{SessionID: session, Group: &wire.Group{Groupname: wire.Text("staff"), Fullname: wire.Text("Staff")}}
	}, new(wire.CreateGroupResponse), nil), mapi.OK)
	for _, tt := range []struct {
		name  string
		mask  uint32
		flags uint32
		want  mapi.Code
	}{
		{"Alice", 0, 0, mapi.OK},
		{"alice", 1 << mapi.StorePrivate, 0x10, mapi.OK},
		{"alice", 1 << mapi.StoreArchive, 0, mapi.NotFound},
		{"bob", 0, 0, mapi.NotFound},
		{"carol", 0, 0, mapi.NotFound},
		{"staff", 0, 0, mapi.NotFound},
		{"nobody", 0, 0, mapi.NotFound},
		{"", 0, 0, mapi.InvalidParameter},
	} {
		var resp wire.ResolveUserStoreResponse
		var override bool
		err := admin.Do(ctx, func(session uint64) wire.Request {
			return &wire.ResolveUserStoreRequest{SessionID: session, UserName: wire.Text(tt.name), StoreTypeMask: tt.mask, Flags: tt.flags}
		}, &resp, func() error {
			override = mapi.EntryID(resp.StoreID).Override()
			if resp.UlUserID != alice.user.ID || resp.ServerPath.String != "pseudo://Unknown" {
				t.Errorf("%q: user %d at %q", tt.name, resp.UlUserID, resp.ServerPath.String)
			}
			return nil
		})
		if got := mapi.CodeOf(err); got != tt.want || override != (tt.flags != 0) {
			t.Errorf("%q, mask %#x: %v (override %v), want %v", tt.name, tt.mask, got, override, tt.want)
		}
	}
}
