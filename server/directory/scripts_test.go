package directory_test

import (
	"os"
	"path/filepath"
	"testing"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/wire"
)

// script writes a program that notes its environment beside itself.
func script(t *testing.T, path string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	text := "#!/bin/sh\necho \"$ZARAFA_USER$ZARAFA_GROUP$ZARAFA_GROUPID$ZARAFA_STOREGUID=$KOPANO_USER$KOPANO_GROUP$KOPANO_GROUPID$KOPANO_STOREGUID\" >>\"$0.out\"\n"
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func noted(t *testing.T, path string) string {
	t.Helper()
	out, err := os.ReadFile(path + ".out")
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(out)
}

func TestScripts(t *testing.T) {
	b := newBench(t)
	dir := t.TempDir()
	createUser, deleteUser := script(t, filepath.Join(dir, "create user")), script(t, filepath.Join(dir, "deleteuser"))
	createGroup := script(t, filepath.Join(dir, "lib", "creategroup.d", "00one"))
	ignored, masked := script(t, filepath.Join(dir, "lib", "creategroup.d", "00one.bak")), script(t, filepath.Join(dir, "lib", "creategroup.d", "10two"))
	replaces := script(t, filepath.Join(dir, "etc", "creategroup.d", "10two"))
	b.Users.Reconfigure(directory.Settings{Scripts: directory.Scripts{
		CreateUser: createUser, DeleteUser: deleteUser, CreateGroup: "internal", DeleteGroup: filepath.Join(dir, "missing"),
		Directories: []string{filepath.Join(dir, "lib"), filepath.Join(dir, "etc")},
	}})
	mailbox := b.NewMailbox("alice; rm -rf /")
	b.user("carol", mapi.ClassContact)
	room := b.user("room", mapi.ClassRoom)
	staff := b.group("staff")
	for _, id := range []uint32{mailbox.User, room} {
		b.OK(b.Users.DeleteUser(b.system, &wire.DeleteUserRequest{UlUserID: id}, nil))
	}
	b.OK(b.Users.GroupDelete(b.system, &wire.GroupDeleteRequest{UlGroupID: staff}, nil)) // a script that fails changes nothing
	guid := noted(t, deleteUser)
	for path, want := range map[string]string{
		createUser:  "alice; rm -rf /=alice; rm -rf /\nroom=room\n", // contacts run none
		createGroup: "staff=staff\n", replaces: "staff=staff\n", ignored: "", masked: "",
	} {
		if got := noted(t, path); got != want {
			t.Errorf("%s: %q, want %q", filepath.Base(path), got, want)
		}
	}
	if want := mapi.EntryID(mailbox.Store).StoreGUID().String(); len(guid) != 2*32+2 || len(want) == 0 {
		t.Errorf("who is deleted without a store runs no script, others get its GUID: %q", guid)
	}
}
