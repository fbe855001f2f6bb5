package sessions_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	admintool "zarafa/agents/admin"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/directory/ldap/slapdtest"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// adminEndpoint is the environment variable with the server for the administration tool that TestAdminProcess runs.
const adminEndpoint = "ZARAFA_TEST_ADMIN_ENDPOINT"

// TestAdminProcess is what the user script of TestLDAPUsers starts: it creates the store of a new user.
func TestAdminProcess(t *testing.T) {
	endpoint := os.Getenv(adminEndpoint)
	if endpoint == "" {
		t.Skip("it is run by a user script, in a process of its own")
	}
	var out bytes.Buffer
	if code := admintool.Run(t.Context(), []string{"-h", endpoint, "--create-store", os.Getenv("KOPANO_USER")}, strings.NewReader(""), &out, &out); code != 0 {
		t.Fatalf("zarafa-admin ended with %d: %s", code, out.String())
	}
}

// storeScript writes a script for createuser_script that works on the server in a folder.
func storeScript(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "createuser")
	text := fmt.Sprintf("#!/bin/sh\n%s=file://%s/server.sock exec %s -test.run='^TestAdminProcess$'\n", adminEndpoint, dir, os.Args[0])
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

const ldapPeople = "ou=people," + slapdtest.Base

// addPerson adds a user to the LDAP directory, with the password "secret-NAME".
func addPerson(s *slapdtest.Server, name string, number int) {
	s.Add("uid="+name+","+ldapPeople, "objectClass: inetOrgPerson", "objectClass: posixAccount", "objectClass: kopano-user", "uid: "+name,
		"cn: "+name+" Example", "sn: Example", fmt.Sprint("uidNumber: ", number), "gidNumber: 100", "homeDirectory: /", "mail: "+name+"@example.com",
		"userPassword: secret-"+name)
}

// ldapServer writes the settings of a server with users from an LDAP directory in which alice is.
func ldapServer(t *testing.T, engine string) (slapd *slapdtest.Server, dir, lines string) {
	t.Helper()
	slapd = slapdtest.Start(t)
	slapd.Add(ldapPeople, "objectClass: organizationalUnit", "ou: people")
	addPerson(slapd, "alice", 1000)
	slapd.Add("cn=staff,"+ldapPeople, "objectClass: posixGroup", "objectClass: kopano-group", "cn: staff", "gidNumber: 1000", "memberUid: alice", "kopanoSecurityGroup: 1")
	dir = servertest.Folder(t)
	shipped, err := filepath.Abs(filepath.Join("..", "..", "..", "docs", "ldap", "ldap.openldap.cfg"))
	if err != nil {
		t.Fatal(err)
	}
	text := "!include " + shipped + "\nldap_uri = " + slapd.URI + "\nldap_bind_user = " + slapdtest.Admin + "\nldap_bind_passwd = " + slapdtest.AdminPassword + "\nldap_network_timeout = 5\n"
	path := filepath.Join(dir, "ldap.cfg")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	lines = servertest.Settings(t, engine, dir) + "user_plugin = ldap\nuser_plugin_config = " + path + "\ncreateuser_script = " + storeScript(t, dir) +
		"\ncreategroup_script =\ndeleteuser_script =\ndeletegroup_script =\n"
	return slapd, dir, lines
}

// users lists the names of the users that are no contacts, without the built-in one.
func users(p *e2e.Peer) string {
	p.Helper()
	var resp wire.UserListResponse
	p.Want(mapi.OK, &wire.GetUserListRequest{SessionID: p.Session}, &resp)
	var names []string
	for _, u := range resp.UserArray {
		if u.UlUserID != mapi.UserSystem {
			names = append(names, u.Username.String)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func syncUsers(p *e2e.Peer, want mapi.Code) {
	p.Helper()
	p.Want(want, &wire.SyncUsersRequest{SessionID: p.Session}, new(wire.SyncUsersResponse))
}

// refused tries a password that must not be accepted.
func refused(p *e2e.Peer, user, password string) {
	p.Helper()
	p.Want(mapi.LogonFailed, &wire.LogonRequest{Username: wire.Text(user), Password: wire.Text(password), Capabilities: e2e.UsualCapabilities}, new(wire.LogonResponse))
}

// TestLDAPUsers is the life of users in an LDAP directory, on a real one: they log on, a script makes their stores, new ones come by
// themselves or with syncUsers, those who are removed are gone and leave their stores.
func TestLDAPUsers(t *testing.T) {
	t.Parallel()
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			slapd, dir, lines := ldapServer(t, engine)
			i := servertest.StartIn(t, dir, lines)
			system := e2e.OverUnix(t, i).LogOn("SYSTEM", "")
			syncUsers(system, mapi.OK)
			alice := e2e.OverTCP(t, i).LogOn("alice", "secret-alice")
			alice.Want(mapi.OK, &wire.GetStoreRequest{SessionID: alice.Session}, new(wire.GetStoreResponse))
			refused(e2e.OverTCP(t, i), "alice", "secret-bob")
			refused(e2e.OverTCP(t, i), "alice", "")
			for _, name := range []string{"*", "a*", "alice)(uid=*", "*)(objectClass=*", "SYSTEM"} {
				refused(e2e.OverTCP(t, i), name, "secret-alice")
			}
			var groups wire.GroupListResponse
			alice.Want(mapi.OK, &wire.GetGroupListOfUserRequest{SessionID: alice.Session}, &groups)
			if len(groups.GroupArray) != 2 || groups.GroupArray[1].Groupname.String != "staff" {
				t.Errorf("groups of alice: %v", groups.GroupArray)
			}

			addPerson(slapd, "bob", 1001) // is found when he first logs on
			bob := e2e.OverTCP(t, i).LogOn("Bob", "secret-bob")
			bob.Want(mapi.OK, &wire.GetStoreRequest{SessionID: bob.Session}, new(wire.GetStoreResponse))
			addPerson(slapd, "carol", 1002)
			if got := users(system); got != "alice bob" {
				t.Errorf("users before a synchronisation: %s", got)
			}
			syncUsers(system, mapi.OK)
			if got := users(system); got != "alice bob carol" {
				t.Errorf("users after it: %s", got)
			}
			system.Want(mapi.NoSupport, &wire.DeleteUserRequest{SessionID: system.Session, UlUserID: userID(alice, "alice")}, new(wire.DeleteUserResponse))

			slapd.Delete("uid=bob," + ldapPeople)
			refused(e2e.OverTCP(t, i), "bob", "secret-bob") // at once
			syncUsers(system, mapi.OK)
			if got := users(system); got != "alice carol" {
				t.Errorf("users after bob left: %s", got)
			}
			bob.Want(mapi.EndOfSession, &wire.GetStoreRequest{SessionID: bob.Session}, new(wire.GetStoreResponse))
			refused(e2e.OverTCP(t, i), "bob", "secret-bob")
			var out bytes.Buffer
			if code := admintool.Run(t.Context(), []string{"-h", i.Endpoint(), "--list-orphans"}, strings.NewReader(""), &out, &out); code != 0 || !strings.Contains(out.String(), "bob") {
				t.Errorf("the store of bob is not among the orphans: %d %s", code, out.String())
			}
		})
	}
}

// userID is the number of a user.
func userID(p *e2e.Peer, name string) uint32 {
	p.Helper()
	var resp wire.ResolveUserResponse
	p.Want(mapi.OK, &wire.ResolveUsernameRequest{SessionID: p.Session, Username: wire.Text(name)}, &resp)
	return resp.UlUserID
}

// TestLDAPServerIsGone: without the LDAP server nobody is deleted and users with a session work on, over a restart too.
func TestLDAPServerIsGone(t *testing.T) {
	slapd, dir, lines := ldapServer(t, config.EngineSQLite)
	i := servertest.StartIn(t, dir, lines)
	system := e2e.OverUnix(t, i).LogOn("SYSTEM", "")
	syncUsers(system, mapi.OK)
	alice := e2e.OverTCP(t, i).LogOn("alice", "secret-alice")
	number := userID(alice, "alice")
	slapd.Stop()
	if code := system.Call(&wire.SyncUsersRequest{SessionID: system.Session}, new(wire.SyncUsersResponse)); code == mapi.OK {
		t.Error("syncUsers succeeds without an LDAP server")
	}
	alice.Want(mapi.OK, &wire.GetStoreRequest{SessionID: alice.Session}, new(wire.GetStoreResponse))
	refused(e2e.OverTCP(t, i), "alice", "secret-alice")
	refused(e2e.OverTCP(t, i), "mallory", "secret")
	if err := i.Stop(); err != nil {
		t.Fatal(err)
	}
	i = servertest.StartIn(t, dir, lines)
	system = e2e.OverUnix(t, i).LogOn("SYSTEM", "")
	if got := users(system); got != "alice" || userID(system, "alice") != number {
		t.Errorf("users after a restart: %s", got)
	}
	trusted := e2e.OverUnix(t, i).LogOn("alice", "") // as the delivery agent does
	trusted.Want(mapi.OK, &wire.GetStoreRequest{SessionID: trusted.Session}, new(wire.GetStoreResponse))
	slapd.Run()
}

// TestUnixUsers starts a server whose users are the accounts of this system.
func TestUnixUsers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "unix.cfg")
	if err := os.WriteFile(path, []byte("default_domain = example.com\nmin_user_uid = 0\nmax_user_uid = 0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	i := servertest.Start(t, config.EngineSQLite, "user_plugin = unix\nuser_plugin_config = "+path+"\ncreateuser_script =\ncreategroup_script =\n")
	system := e2e.OverUnix(t, i).LogOn("SYSTEM", "")
	syncUsers(system, mapi.OK)
	if got := users(system); got != "root" {
		t.Errorf("users %q", got)
	}
	refused(e2e.OverTCP(t, i), "root", "no password of anybody")
	number := userID(system, "root")
	change := func(u wire.User) mapi.Code {
		u.UlUserID, u.IsABHidden, u.Capacity = number, 0xFFFFFFFF, 0xFFFFFFFF
		return system.Call(&wire.SetUserRequest{SessionID: system.Session, User: &u}, new(wire.SetUserResponse))
	}
	if code := change(wire.User{IsAdmin: 1, MailAddress: wire.Text("post@example.com")}); code != mapi.OK {
		t.Errorf("an administrator and his address are kept in the database: %v", code)
	}
	if code := change(wire.User{IsAdmin: 1, Password: wire.Text("secret")}); code != mapi.NoSupport {
		t.Errorf("passwords are the system's: %v", code)
	}
	syncUsers(system, mapi.OK)
	var resp wire.GetUserResponse
	system.Want(mapi.OK, &wire.GetUserRequest{SessionID: system.Session, UlUserID: number}, &resp)
	if resp.User.IsAdmin != 1 || resp.User.MailAddress.String != "post@example.com" {
		t.Errorf("%+v", resp.User)
	}
}
