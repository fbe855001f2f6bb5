package adopt_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zarafa/agents/migrate/sampletest"
	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/directory/ldap/slapdtest"
	"zarafa/server/servertest"
)

// TestDirectoryPlugin: users of an LDAP directory keep their numbers, and so their stores and rights, when the new server asks the same directory.
func TestDirectoryPlugin(t *testing.T) {
	t.Parallel()
	a := newAdoption(t, sampletest.Database, config.EngineSQLite)
	a.sample.Execute(t, `UPDATE users SET externid='1003' WHERE id=3; UPDATE users SET externid='1004' WHERE id=4;
		DELETE FROM object; DELETE FROM objectproperty; DELETE FROM objectmvproperty; DELETE FROM objectrelation`)
	if _, err := a.run(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "user_plugin") {
		t.Errorf("users of another plugin, and nobody says so: %v", err)
	}
	a.plugin = "ldap"
	a.mustRun()
	slapd := slapdtest.Start(t)
	const people = "ou=people," + slapdtest.Base
	slapd.Add(people, "objectClass: organizationalUnit", "ou: people")
	for number, name := range map[int]string{1003: "anna", 1004: "ben", 1005: "carl"} {
		slapd.Add("uid="+name+","+people, "objectClass: inetOrgPerson", "objectClass: posixAccount", "objectClass: kopano-user", "uid: "+name,
			"cn: "+name, "sn: "+name, fmt.Sprint("uidNumber: ", number), "gidNumber: 100", "homeDirectory: /", "mail: "+name+"@example.org", "userPassword: pw-"+name)
	}
	shipped, err := filepath.Abs(filepath.Join("..", "..", "..", "docs", "ldap", "ldap.openldap.cfg"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(a.dir, "ldap.cfg")
	text := "!include " + shipped + "\nldap_uri = " + slapd.URI + "\nldap_bind_user = " + slapdtest.Admin + "\nldap_bind_passwd = " + slapdtest.AdminPassword + "\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	i := servertest.StartIn(t, a.dir, a.lines+"user_plugin = ldap\nuser_plugin_config = "+path+"\ncreateuser_script =\ncreategroup_script =\n")
	for name, number := range map[string]uint32{"anna": 3, "ben": 4} {
		s, err := client.LogOn(t.Context(), client.Options{Endpoint: i.Endpoint(), User: name, Password: "pw-" + name, NoUnixAuth: true})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		u, err := s.User(t.Context(), name)
		if err != nil || u.ID != number {
			t.Errorf("%s has the number %d, %v; want %d", name, u.ID, err, number)
		}
		st, err := s.Store(t.Context())
		if err != nil {
			t.Fatalf("the store of %s: %v", name, err)
		}
		if _, err := s.ReceiveFolder(t.Context(), st.EntryID, "IPM"); err != nil {
			t.Errorf("the inbox of %s: %v", name, err)
		}
		s.Close(t.Context())
	}
	admin, err := client.LogOn(t.Context(), client.Options{Endpoint: i.Endpoint(), User: "SYSTEM"})
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(t.Context())
	if carl, err := admin.User(t.Context(), "carl"); err != nil || carl.ID <= 4 || carl.Class != mapi.ClassActiveUser {
		t.Errorf("a user who is new: %+v, %v", carl, err)
	}
}
