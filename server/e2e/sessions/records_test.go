package sessions_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// TestRecords looks at both records after log-ons, changes and the opening of stores: what has to be there is, and no secret is.
func TestRecords(t *testing.T) {
	dir := t.TempDir()
	access, requests := filepath.Join(dir, "audit.log"), filepath.Join(dir, "requests.log")
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\naudit_log_enabled = yes\naudit_log_method = file\naudit_log_file = "+access+
		"\nrequest_log_method = file\nrequest_log_file = "+requests+"\n")
	admin := e2e.OverUnix(t, i).LogOn("SYSTEM", "")
	alice := admin.NewUser("alice", mapi.ClassActiveUser, 0)
	bobID := admin.NewUser("bob", mapi.ClassActiveUser, 0)
	store, root := newStore(admin, alice)
	newStore(admin, bobID)
	bob := e2e.OverTCP(t, i).LogOn("bob", "secret")
	bob.Want(mapi.OK, &wire.GetStoreRequest{SessionID: bob.Session, EntryID: store}, &wire.GetStoreResponse{})
	bob.Want(mapi.OK, &wire.GetStoreRequest{SessionID: bob.Session}, &wire.GetStoreResponse{})
	bob.Want(mapi.NoAccess, &wire.DeleteUserRequest{SessionID: bob.Session, UlUserID: alice}, &wire.DeleteUserResponse{})
	bob.Want(mapi.NoAccess, &wire.CreateFolderRequest{
		SessionID: bob.Session, ParentID: root, Type: mapi.FolderGeneric, Name: wire.Text("x"), Comment: wire.Text(""),
	}, &wire.CreateFolderResponse{})
	admin.Want(mapi.OK, &wire.SetRightsRequest{
		SessionID: admin.Session, EntryID: store, RightsArray: []wire.Rights{{UlUserID: bobID, Type: 2, Rights: 0x401, State: 1}},
	}, &wire.SetRightsResponse{})
	bob.Want(mapi.OK, &wire.GetStoreRequest{SessionID: bob.Session, EntryID: store}, &wire.GetStoreResponse{})
	admin.Want(mapi.OK, &wire.GetStoreRequest{SessionID: admin.Session, EntryID: store}, &wire.GetStoreResponse{})
	stranger := e2e.OverTCP(t, i)
	stranger.Want(mapi.LogonFailed, &wire.LogonRequest{
		Username: wire.Text("mallory\nuser=SYSTEM" + strings.Repeat("x", 4_000)), Password: wire.Text("hunter2"), Capabilities: e2e.UsualCapabilities,
	}, &wire.LogonResponse{})
	if err := i.Stop(); err != nil {
		t.Fatal(err)
	}
	text := readText(t, access)
	for _, want := range []string{
		`user=SYSTEM event=change operation=createUser username=alice result=OK`,
		`event=logon name=bob result=OK`,
		`event=logon name="mallory\\nuser=SYSTEMx{200,250}\.\.\." result=LOGON_FAILED`,
		`user=bob event=store owner=alice rights=0x0 result=OK`,
		`user=bob event=store owner=alice rights=0x401 result=OK`,
		`user=SYSTEM event=store owner=alice rights=all result=OK`,
		fmt.Sprintf(`user=bob event=change operation=deleteUser userid=%d result=NO_ACCESS`, alice),
		`user=bob event=access operation=createFolder .*result=NO_ACCESS`,
		fmt.Sprintf(`user=SYSTEM event=change operation=setRights .*rights=%d:0x401 result=OK`, bobID),
	} {
		if !regexp.MustCompile(`(?m)^peer=\S+ (session=\w{12} )?` + want + `$`).MatchString(text) {
			t.Errorf("the record of access has no %s", want)
		}
	}
	if n := strings.Count(text, "event=store"); n != 3 {
		t.Errorf("%d openings of foreign stores", n)
	}
	calls := readText(t, requests)
	if !regexp.MustCompile(`(?m)^\S+Z peer=\S+ session=\w{12} user=bob .*operation=getStore result=OK microseconds=\d+$`).MatchString(calls) {
		t.Error("the record of calls has no getStore")
	}
	for _, secret := range []string{"secret", "hunter2", fmt.Sprint(bob.Session), fmt.Sprintf("%x", bob.Session)} {
		if strings.Contains(text+calls, secret) {
			t.Errorf("the records hold %q", secret)
		}
	}
	if t.Failed() {
		t.Logf("%s\n%s", text, calls)
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// newStore makes a user's private store and gives its entry id and its root folder's.
func newStore(p *e2e.Peer, user uint32) (store, root []byte) {
	p.Helper()
	guid := mapi.NewGUID()
	store, root = mapi.NewEntryID(guid, mapi.TypeStore), mapi.NewEntryID(guid, mapi.TypeFolder)
	p.Want(mapi.OK, &wire.CreateStoreRequest{
		SessionID: p.Session, StoreType: mapi.StorePrivate, UlUserID: user, StoreID: store, RootID: root,
	}, &wire.CreateStoreResponse{})
	return store, root
}
