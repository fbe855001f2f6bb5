package scenarios_test

import (
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/servertest"
)

// TestUserCounts: the administrator's tool counts users by the names of these statistics.
func TestUserCounts(t *testing.T) { onEngines(t, testUserCounts) }

func testUserCounts(t *testing.T, i *servertest.Instance) {
	ctx := t.Context()
	admin := logOn(t, i, client.Options{User: "SYSTEM"})
	for name, class := range map[string]mapi.ObjectClass{
		"alice": mapi.ClassActiveUser, "bob": mapi.ClassActiveUser, "shared": mapi.ClassNonActiveUser, "hall": mapi.ClassRoom,
		"beamer": mapi.ClassEquipment, "carol": mapi.ClassContact,
	} {
		_, _, err := admin.CreateUser(ctx, client.User{Name: name, FullName: name, Email: name + "@example.com", Class: class})
		wantCode(t, err, mapi.OK)
	}
	const value = 0x6741001F
	got := make(map[string]string)
	wantCode(t, admin.EachRow(ctx, client.TableQuery{
		Kind: mapi.TableStatsSystem, ObjectType: mapi.TypeStatus, Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{mapi.PrDisplayName, value},
	}, func(row mapi.Props) error { got[row.Str(mapi.PrDisplayName)] = row.Str(value); return nil }), mapi.OK)
	for name, want := range map[string]string{
		"usercnt_active": "2", "usercnt_nonactive": "3", "usercnt_na_user": "1", "usercnt_room": "1", "usercnt_equipment": "1", "usercnt_contact": "1",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %s", name, got[name], want)
		}
	}
}
