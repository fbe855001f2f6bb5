package directory_test

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"runtime"
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/wire"
)

// argonBytes is what one computation of argon2id allocates with the parameters that new passwords get.
const argonBytes = 19 << 20

// storedPassword reads or, given a text, replaces the stored form of a user's password, as an import of an old installation does.
func (b *bench) storedPassword(name, replace string) string {
	b.Helper()
	objects, err := b.Store.DirectoryObjects(b.Context())
	b.OK(err)
	for _, o := range objects {
		if o.Props["loginname"] != name {
			continue
		}
		stored := o.Props["password"]
		if replace != "" {
			o.Props["password"] = replace
			b.OK(b.Store.Update(b.Context(), storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
				return tx.PutDirectoryObject(ctx, o)
			}, nil))
			b.OK(b.Users.SyncUsers(b.system, &wire.SyncUsersRequest{}, nil))
		}
		return stored
	}
	b.Fatalf("no user %s", name)
	return ""
}

func legacyForm(password string) string {
	const salt = "0a1b2c3d"
	sum := md5.Sum([]byte(salt + password))
	return salt + hex.EncodeToString(sum[:])
}

// TestOldPasswordFormIsReplaced: the first log-on gives a password of an old installation the slow form.
func TestOldPasswordFormIsReplaced(t *testing.T) {
	b := newBench(t)
	b.userWith(wire.User{Username: wire.Text("alice"), Password: wire.Text("other")})
	b.storedPassword("alice", legacyForm("secret"))
	if _, err := b.Users.Authenticate(t.Context(), "alice", "wrong"); mapi.CodeOf(err) != mapi.LogonFailed {
		t.Errorf("a wrong password: %v", err)
	}
	if got := b.storedPassword("alice", ""); got != legacyForm("secret") {
		t.Errorf("a wrong password changed the stored form to %q", got)
	}
	for range 2 {
		_, err := b.Users.Authenticate(t.Context(), "alice", "secret")
		b.OK(err)
		if got := b.storedPassword("alice", ""); !strings.HasPrefix(got, "$argon2id$") {
			t.Errorf("after a log-on the stored form is %q", got)
		}
	}
}

// TestRefusedLogonsCostTheSame: how long a refusal takes must not tell whether there is such a user, or what is known of him. What is
// measured is the one thing that takes long, the computation of the hash, by the memory that it needs.
func TestRefusedLogonsCostTheSame(t *testing.T) {
	b := newBench(t)
	b.userWith(wire.User{Username: wire.Text("alice"), Password: wire.Text("secret")})
	b.userWith(wire.User{Username: wire.Text("old"), Password: wire.Text("secret")})
	b.storedPassword("old", legacyForm("secret"))
	b.userWith(wire.User{Username: wire.Text("damaged"), Password: wire.Text("secret")})
	b.storedPassword("damaged", "x")
	b.userWith(wire.User{Username: wire.Text("nopassword"), ObjClass: uint32(mapi.ClassActiveUser)})
	b.user("room", mapi.ClassRoom)
	b.user("contact", mapi.ClassContact)
	b.group("staff")
	for name, password := range map[string]string{
		"alice": "wrong", "ALICE": "", "old": "wrong", "damaged": "secret", "nopassword": "wrong", "nobody": "secret", "": "secret",
		"room": "secret", "contact": "secret", "staff": "secret", "SYSTEM": "SYSTEM", "Everyone": "",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := b.Users.Authenticate(t.Context(), name, password)
		runtime.ReadMemStats(&after)
		if mapi.CodeOf(err) != mapi.LogonFailed {
			t.Errorf("%q: %v", name, err)
		}
		if n := (after.TotalAlloc - before.TotalAlloc) / argonBytes; n != 1 {
			t.Errorf("refusing %q computes %d hashes", name, n)
		}
	}
}
