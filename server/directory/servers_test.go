package directory_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/wire"
)

// inCluster makes the directory one of the servers one and two.
func (b *bench) inCluster(self string, scripts directory.Scripts) {
	b.Users.UseServers(func(name string) (directory.Server, error) {
		if name = strings.ToLower(name); name == "one" || name == "two" {
			return directory.Server{Name: name}, nil
		}
		return directory.Server{}, mapi.NotFound
	})
	b.Users.Reconfigure(directory.Settings{
		ServerName: self, Cluster: directory.Cluster{Distributed: true, DefaultHome: true}, Scripts: scripts,
	})
}

func (b *bench) setHome(caller, user uint32, home string) error {
	return b.Users.SetUser(b.As(caller), &wire.SetUserRequest{User: &wire.User{UlUserID: user, Servername: wire.Text(home)}}, nil)
}

// TestHomeServer: users are at home where they are made, unless something else is said; only administrators move them.
func TestHomeServer(t *testing.T) {
	b := newBench(t)
	before := b.userWith(wire.User{Username: wire.Text("before"), Servername: wire.Text("two"), ObjClass: uint32(mapi.ClassActiveUser)})
	if home := b.get(before).Servername.String; home != "" {
		t.Errorf("a server that is alone has homes: %q", home)
	}
	b.inCluster("one", directory.Scripts{})
	alice, bob := b.user("alice", mapi.ClassActiveUser), b.userWith(wire.User{
		Username: wire.Text("bob"), Servername: wire.Text("TWO"), ObjClass: uint32(mapi.ClassActiveUser),
	})
	contact := b.user("carol", mapi.ClassContact)
	for user, want := range map[uint32]string{before: "one", alice: "one", bob: "two", contact: "", mapi.UserSystem: "one"} {
		u := b.get(user)
		if u.Servername.String != want {
			t.Errorf("%s is at home on %q, want %q", u.Username.String, u.Servername.String, want)
		}
	}
	b.OK(b.setHome(alice, alice, "two")) // what he may not change is dropped
	if home := b.get(alice).Servername.String; home != "one" {
		t.Errorf("alice has moved herself to %s", home)
	}
	b.Fails(b.setHome(mapi.UserSystem, alice, "three"), mapi.NotFound)
	b.OK(b.setHome(mapi.UserSystem, alice, "two"))
	props := b.abProps(mapi.UserSystem, alice)
	if home, mdb := props.Str(mapi.PrECHomeserverName), props.Str(mapi.PrEMSABHomeMDB); home != "two" || !strings.Contains(mdb, "/cn=Servers/cn=two/") {
		t.Errorf("the address book says %q and %q", home, mdb)
	}
	if u := b.get(alice); len(u.Propmap) != 0 {
		t.Errorf("the home server is among the further properties: %+v", u.Propmap)
	}
}

// TestSameExternalID: servers with directories of their own know who is meant, if the same users are made on all.
func TestSameExternalID(t *testing.T) {
	one, two := newBench(t), newBench(t)
	one.inCluster("one", directory.Scripts{})
	two.inCluster("two", directory.Scripts{})
	two.user("somebody", mapi.ClassActiveUser) // so that numbers differ
	id := func(b *bench, id uint32) []byte {
		o, err := b.Users.ByID(b.Context(), id)
		b.OK(err)
		return o.ExternalID
	}
	alice := id(one, one.user("alice", mapi.ClassActiveUser))
	if other := id(two, two.user("Alice", mapi.ClassActiveUser)); !bytes.Equal(alice, other) {
		t.Errorf("alice is %x on one server and %x on another", alice, other)
	}
	if group := id(one, one.group("alice2")); bytes.Equal(group, alice) {
		t.Error("a group is a user")
	}
	renamed := one.user("bob", mapi.ClassActiveUser)
	one.OK(one.Users.SetUser(one.system, &wire.SetUserRequest{User: &wire.User{UlUserID: renamed, Username: wire.Text("robert")}}, nil))
	if again := id(one, one.user("bob", mapi.ClassActiveUser)); bytes.Equal(again, id(one, renamed)) {
		t.Error("two users with one id")
	}
}

// TestScriptsAtHome: the script that makes a store runs on the user's home server only.
func TestScriptsAtHome(t *testing.T) {
	b := newBench(t)
	dir := t.TempDir()
	script, log := filepath.Join(dir, "script"), filepath.Join(dir, "log")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho $ZARAFA_USER >>"+log+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	b.inCluster("one", directory.Scripts{CreateUser: script})
	for name, home := range map[string]string{"alice": "", "bob": "two"} {
		b.userWith(wire.User{Username: wire.Text(name), Servername: wire.Text(home), ObjClass: uint32(mapi.ClassActiveUser)})
	}
	if text, err := os.ReadFile(log); string(text) != "alice\n" || err != nil {
		t.Errorf("ran for %q, %v", text, err)
	}
}

// TestCompaniesOfCluster: companies have homes too, which only administrators of the system choose, and users of the same name
// in two companies are told apart in the same way everywhere.
func TestCompaniesOfCluster(t *testing.T) {
	one, two := hosted(t, "%u@%c"), hosted(t, "%u@%c")
	for name, b := range map[string]*bench{"one": one, "two": two} {
		b.Users.UseServers(func(name string) (directory.Server, error) { return directory.Server{Name: name}, nil })
		b.Users.Reconfigure(directory.Settings{
			ServerName: name, Cluster: directory.Cluster{Distributed: true, DefaultHome: true}, Hosted: true, LoginNameFormat: "%u@%c",
		})
	}
	acme, globex := one.company("acme"), one.company("globex")
	two.company("globex")
	two.company("acme")
	id := func(b *bench, number uint32) string {
		o, err := b.Users.ByID(b.Context(), number)
		b.OK(err)
		return string(o.ExternalID)
	}
	alice := id(one, one.level("alice@acme", 0))
	if id(one, one.level("alice@globex", 0)) == alice {
		t.Error("two users with one id")
	}
	two.level("alice@globex", 0)
	if id(two, two.level("alice@acme", 0)) != alice {
		t.Error("alice@acme is somebody else on the other server")
	}
	boss := one.level("boss@acme", 1)
	move := func(caller, company uint32, home string) error {
		return one.Users.SetCompany(one.As(caller), &wire.SetCompanyRequest{Company: &wire.Company{UlCompanyID: company, Servername: wire.Text(home)}}, nil)
	}
	one.Fails(move(boss, acme, "two"), mapi.NoAccess)
	one.OK(move(boss, acme, "One")) // where it is
	one.OK(move(mapi.UserSystem, acme, "two"))
	for company, want := range map[uint32]string{acme: "two", globex: "one"} {
		var resp wire.GetCompanyResponse
		one.OK(one.Users.GetCompany(one.system, &wire.GetCompanyRequest{UlCompanyID: company}, &resp))
		if home := resp.Company.Servername.String; home != want {
			t.Errorf("company %d is at home on %q, want %q", company, home, want)
		}
	}
}
