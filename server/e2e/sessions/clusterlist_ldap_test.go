package sessions_test

import (
	"fmt"
	"net"
	"path/filepath"
	"testing"

	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/directory/ldap/slapdtest"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// TestLDAPCluster: a directory that three servers share says which servers there are and where everybody is at home. His store is made
// there and nowhere else, and he finds it from everywhere.
func TestLDAPCluster(t *testing.T) {
	slapd, dir, _ := ldapServer(t, config.EngineSQLite)
	addPerson(slapd, "bob", 1001)
	addPerson(slapd, "nobody", 1002) // has no home
	slapd.Replace("uid=alice,"+ldapPeople, "kopanoUserServer", "one")
	slapd.Replace("uid=bob,"+ldapPeople, "kopanoUserServer", "Two")
	names := []string{"one", "two", "three"}
	var servers []*servertest.Instance
	for _, name := range names {
		own := servertest.Folder(t)
		servers = append(servers, servertest.StartIn(t, own, servertest.Settings(t, config.EngineSQLite, own)+
			"user_plugin = ldap\nuser_plugin_config = "+filepath.Join(dir, "ldap.cfg")+"\ncreateuser_script = "+storeScript(t, own)+
			"\ncreategroup_script =\ndeleteuser_script =\ndeletegroup_script =\nenable_distributed_zarafa = yes\nserver_name = "+name+"\n"))
	}
	for i, name := range names {
		_, port, err := net.SplitHostPort(servers[i].TCPAddr)
		if err != nil {
			t.Fatal(err)
		}
		slapd.Add("cn="+name+","+slapdtest.Base, "objectClass: device", "objectClass: ipHost", "objectClass: kopano-server", "cn: "+name,
			"ipHostNumber: 127.0.0.1", "kopanoHttpPort: "+port, fmt.Sprint("kopanoContainsPublic: ", map[bool]int{true: 1}[i == 1]))
	}
	for _, s := range servers {
		syncUsers(e2e.OverUnix(t, s).LogOn("SYSTEM", ""), mapi.OK)
	}
	for user, home := range map[string]int{"alice": 0, "bob": 1} {
		var guid string
		for i, s := range servers {
			p := e2e.OverTCP(t, s).LogOn(user, "secret-"+user)
			if i == home {
				var own wire.GetStoreResponse
				p.Want(mapi.OK, &wire.GetStoreRequest{SessionID: p.Session}, &own)
				guid = string(own.GUID)
				if own.ServerPath.String != "pseudo://"+names[i] {
					t.Errorf("%s: at %q", user, own.ServerPath.String)
				}
				continue
			}
			if path := sent(p, &wire.GetStoreRequest{SessionID: p.Session}); path != "http://"+servers[home].TCPAddr+"/" {
				t.Errorf("%s is sent from %s to %q", user, names[i], path)
			}
			p.Want(mapi.NotFound, &wire.ResolveUserStoreRequest{SessionID: p.Session, UserName: wire.Text(user), Flags: 0x10}, &wire.ResolveUserStoreResponse{})
		}
		if guid == "" {
			t.Errorf("%s has no store", user)
		}
	}
	var ids []string
	for _, s := range servers {
		p := e2e.OverTCP(t, s).LogOn("nobody", "secret-nobody")
		p.Want(mapi.NotFound, &wire.GetStoreRequest{SessionID: p.Session}, &wire.GetStoreResponse{})
		var who wire.ResolveUserResponse
		p.Want(mapi.OK, &wire.ResolveUsernameRequest{SessionID: p.Session, Username: wire.Text("bob")}, &who)
		ab, _ := mapi.ParseABEntryID(who.SUserID)
		ids = append(ids, string(ab.ExternalID))
		var found wire.GetUserResponse
		p.Want(mapi.OK, &wire.GetUserRequest{SessionID: p.Session, UlUserID: who.UlUserID}, &found)
		if found.User.Servername.String != "Two" {
			t.Errorf("bob is at home on %q", found.User.Servername.String)
		}
		if s != servers[1] {
			if path := sent(p, &wire.GetPublicStoreRequest{SessionID: p.Session}); path != "http://"+servers[1].TCPAddr+"/" {
				t.Errorf("the public store is at %q", path)
			}
		}
	}
	if ids[0] == "" || ids[0] != ids[1] || ids[1] != ids[2] {
		t.Errorf("external ids of bob: %q", ids)
	}
}
