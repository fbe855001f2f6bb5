package scenarios_test

import (
	"strconv"
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
	got := systemStatistics(t, admin)
	for name, want := range map[string]string{
		"usercnt_active": "2", "usercnt_nonactive": "3", "usercnt_na_user": "1", "usercnt_room": "1", "usercnt_equipment": "1", "usercnt_contact": "1",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %s", name, got[name], want)
		}
	}
}

// systemStatistics are the values of the system statistics by name.
func systemStatistics(t *testing.T, admin *client.Session) map[string]string {
	t.Helper()
	const value = 0x6741001F
	got := make(map[string]string)
	wantCode(t, admin.EachRow(t.Context(), client.TableQuery{
		Kind: mapi.TableStatsSystem, ObjectType: mapi.TypeStatus, Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{mapi.PrDisplayName, value},
	}, func(row mapi.Props) error {
		if name := row.Str(mapi.PrDisplayName); name == "" || got[name] != "" {
			t.Errorf("the statistic %q is there twice", name)
		} else {
			got[name] = row.Str(value)
		}
		return nil
	}), mapi.OK)
	return got
}

// TestCacheCounts: each cache counts its look-ups, what it found and what it holds.
func TestCacheCounts(t *testing.T) { onEngines(t, testCacheCounts) }

func testCacheCounts(t *testing.T, i *servertest.Instance) {
	alice, admin := newMailbox(t, i, "alice", 0)
	bob, _ := newMailbox(t, i, "bob", 0)
	look := func() {
		for _, session := range []*client.Session{alice.session, bob.session} {
			wantCode(t, session.EachRow(t.Context(), client.TableQuery{
				EntryID: alice.RootID, Kind: mapi.TableMS, ObjectType: mapi.TypeFolder, Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{mapi.PrDisplayName},
			}, func(mapi.Props) error { return nil }), mapi.OK)
			_, err := session.LoadObject(t.Context(), alice.RootID)
			wantCode(t, err, mapi.OK)
		}
	}
	number := func(stats map[string]string, name string) int {
		t.Helper()
		n, err := strconv.Atoi(stats[name])
		if err != nil {
			t.Errorf("%s is %q", name, stats[name])
		}
		return n
	}
	look()
	before := systemStatistics(t, admin)
	look()
	after := systemStatistics(t, admin)
	for _, cache := range []string{"cell", "obj", "index1", "store", "acl"} {
		req, hit, items := "cache_"+cache+"_req", "cache_"+cache+"_hit", "cache_"+cache+"_items"
		if number(after, hit) <= number(before, hit) || number(after, req)-number(before, req) < number(after, hit)-number(before, hit) {
			t.Errorf("%s: %s of %s before, %s of %s after", cache, before[hit], before[req], after[hit], after[req])
		}
		if number(after, items) == 0 {
			t.Errorf("%s holds nothing", cache)
		}
	}
	if stores := number(after, "cache_store_items"); stores != 3 { // SYSTEM has one
		t.Errorf("%d stores", stores)
	}
}
