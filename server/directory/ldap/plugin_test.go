package ldap_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	goldap "github.com/go-ldap/ldap/v3"

	"zarafa/mapi"
	"zarafa/server/directory/ldap/slapdtest"
	"zarafa/server/directory/plugin"
	"zarafa/storage"
)

func TestObjects(t *testing.T) {
	b := newBench(t)
	b.user("alice", "1000", "kopanoAdmin: 1", "kopanoAliases: a@example.com", "kopanoAliases: al@example.com", "kopanoQuotaOverride: 1",
		"kopanoQuotaWarn: 10", "kopanoQuotaHard: 30", "telephoneNumber: +49 1234", "title: Dr. med. Äsop", "kopanoEnabledFeatures: imap", "userCertificate;binary: "+string(certificate()))
	b.user("bob", "1001", "kopanoSharedStoreOnly: 1", "kopanoHidden: 1", "kopanoUserServer: node2", "kopanoQuotaWarn: 10")
	b.user("cellar", "1002", "kopanoResourceType: room", "kopanoResourceCapacity: 12", "kopanoSharedStoreOnly: 1")
	b.user("beamer", "1003", "kopanoResourceType: Equipment")
	b.slapd.Add("cn=Doris Contact,"+people, "objectClass: inetOrgPerson", "objectClass: extensibleObject", "cn: Doris Contact", "sn: Contact", "mail: doris@elsewhere.example", "uidNumber: 5000")
	b.slapd.Add("cn=nobody,"+people, "objectClass: inetOrgPerson", "cn: nobody", "sn: without a number")
	b.group("staff", "1000", "memberUid: alice", "memberUid: BOB", "memberUid: nobody", "kopanoSecurityGroup: 1")
	b.group("list", "1001", "memberUid: bob", "mail: list@example.com", "kopanoSendAsPrivilege: alice")
	c := b.read(b.plugin(false))
	c.want("users", c.names(mapi.ClassActiveUser), "alice")
	c.want("non-active", c.names(mapi.ClassNonActiveUser), "bob")
	c.want("rooms", c.names(mapi.ClassRoom), "cellar")
	c.want("equipment", c.names(mapi.ClassEquipment), "beamer")
	c.want("contacts", c.names(mapi.ClassContact), "Doris Contact")
	c.want("security groups", c.names(mapi.ClassSecurityGroup), "staff")
	c.want("groups", c.names(mapi.ClassGroup), "list")
	c.want("members", c.related("staff", storage.RelationGroupMember), "alice bob")
	c.want("send as list", c.related("list", storage.RelationSendAs), "alice")
	alice := c.object("alice")
	for name, want := range map[string]string{
		plugin.FullName: "alice Example", plugin.Email: "alice@example.com", plugin.IsAdmin: "1", plugin.IsHidden: "0",
		plugin.UseDefaultQuota: "0", plugin.WarnQuota: fmt.Sprint(10 << 20), plugin.SoftQuota: "", plugin.HardQuota: fmt.Sprint(30 << 20),
		"0x3A08001E": "+49 1234", "0x3A17001E": "Dr. med. Äsop", plugin.Password: "",
	} {
		c.want(name, alice.Props[name], want)
	}
	c.want("external id", string(alice.ExternalID), "1000")
	c.want("aliases", strings.Join(alice.Multi["0x800F101E"], " "), "a@example.com al@example.com")
	c.want("features", strings.Join(alice.Multi["0x67B3101E"], " "), "imap")
	c.want("certificate", strings.Join(alice.Multi["0x8C6A1102"], " "), base64.StdEncoding.EncodeToString(certificate()))
	c.want("default limits", c.object("bob").Props[plugin.UseDefaultQuota], "1")
	c.want("hidden", c.object("bob").Props[plugin.IsHidden], "1")
	c.want("server", c.object("bob").Props[plugin.HomeServer], "node2")
	c.want("capacity", c.object("cellar").Props[plugin.ResourceCapacity], "12")
}

// certificate is a value that slapd takes for one: it checks the outermost structure.
func certificate() []byte {
	block, err := base64.StdEncoding.DecodeString(certificateText)
	if err != nil {
		panic(err) // a constant
	}
	return block
}

func TestPasswords(t *testing.T) {
	for _, method := range []string{"bind", "password"} {
		b := newBench(t)
		dn := b.user("alice", "1000")
		b.user("bob", "1001", "userPassword: {SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=")
		p := b.plugin(false, "ldap_authentication_method = "+method)
		check := func(number, name, password string, want mapi.Code) {
			t.Helper()
			if got := b.logon(p, number, name, password); got != want {
				t.Errorf("%s: %s with %q: %v, want %v", method, name, password, got, want)
			}
		}
		check("1000", "alice", "secret-alice", mapi.OK) // before anything was read
		b.read(p)
		check("1000", "alice", "secret-alice", mapi.OK)
		check("1000", "alice", "secret-bob", mapi.LogonFailed)
		check("1000", "alice", "", mapi.LogonFailed)
		check("1000", "alice", "\x00", mapi.LogonFailed)
		check("1001", "bob", "secret", mapi.OK)
		check("1001", "bob", "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", mapi.LogonFailed)
		check("9999", "nobody", "secret", mapi.LogonFailed)
		check("*", "alice", "secret-alice", mapi.LogonFailed)
		b.slapd.Rename(dn, "uid=alice+cn=alice Example")
		check("1000", "alice", "secret-alice", mapi.OK)
		check("1000", "alice", "wrong", mapi.LogonFailed)
		b.slapd.Delete("uid=bob," + people)
		check("1001", "bob", "secret", mapi.LogonFailed)
		b.slapd.Stop()
		if got := b.logon(p, "1000", "alice", "secret-alice"); got == mapi.OK || got == mapi.LogonFailed {
			t.Errorf("%s without a server: %v", method, got)
		}
	}
}

func TestChanges(t *testing.T) {
	b := newBench(t)
	for i := range 5 {
		b.user(fmt.Sprintf("user%d", i), fmt.Sprint(1000+i))
	}
	staff := b.group("staff", "1000", "memberUid: user0")
	p := b.plugin(false)
	first := b.read(p)
	first.want("members", first.related("staff", storage.RelationGroupMember), "user0")
	// Within the same second as the reading: the time of modification may be the same.
	b.slapd.Replace(staff, "memberUid", "user1", "user2")
	b.slapd.Replace("uid=user3,"+people, "mail", "three@example.com")
	b.slapd.Delete("uid=user4," + people)
	b.user("user5", "1005")
	second := b.read(p)
	second.want("members", second.related("staff", storage.RelationGroupMember), "user1 user2")
	second.want("mail", second.object("user3").Props[plugin.Email], "three@example.com")
	second.want("users", second.names(mapi.ClassActiveUser), "user0 user1 user2 user3 user5")
	b.slapd.Rename("uid=user0,"+people, "uid=zero")
	third := b.read(p)
	third.want("users", third.names(mapi.ClassActiveUser), "user1 user2 user3 user5 zero")
	third.want("external id", string(third.object("zero").ExternalID), "1000")
}

func TestPages(t *testing.T) {
	b := newBench(t, slapdtest.WithSizeLimit(20))
	const many = 130
	for i := range many {
		b.user(fmt.Sprintf("user%d", i), fmt.Sprint(1000+i))
	}
	// The administrator of the directory has no limits.
	b.slapd.Add("cn=reader,"+slapdtest.Base, "objectClass: organizationalRole", "objectClass: simpleSecurityObject", "cn: reader", "userPassword: reader")
	reader := []string{"ldap_bind_user = cn=reader," + slapdtest.Base, "ldap_bind_passwd = reader"}
	for _, cutoff := range []string{"0", "1", "1000"} {
		c := b.read(b.plugin(false, append(reader, "ldap_page_size = 20", "ldap_filter_cutoff_elements = "+cutoff)...))
		if n := len(c.Objects); n != many {
			t.Errorf("cutoff %s: %d objects", cutoff, n)
		}
	}
	// An answer that the server cuts short must not look like the whole.
	for _, size := range []string{"0"} {
		c, err := b.plugin(false, append(reader, "ldap_page_size = "+size)...).Read(t.Context(), false)
		if err == nil || !strings.Contains(err.Error(), "ldap_page_size") {
			t.Errorf("page size %s: %v, %v", size, c, err)
		}
	}
}

func TestFilterInjection(t *testing.T) {
	b := newBench(t)
	b.user("alice", "1000")
	b.user("o*o", "1001")
	p := b.plugin(false)
	b.read(p)
	for _, name := range []string{
		"*", "a*", "*)(uid=*", "alice)(objectClass=*", "alice))(|(uid=*", `\2a`, "alice\x00", "*)(|(&", "(", ")", `\`, "ali\\63e", "", "x)(userPassword=*",
		strings.Repeat("a", 10000), "\xff\xfe", "alice,ou=people", "o**o",
	} {
		known, err := p.Knows(t.Context(), mapi.ClassActiveUser.Kind(), name)
		if known || err != nil {
			t.Errorf("%q is known: %v, %v", name, known, err)
		}
	}
	for _, name := range []string{"alice", "ALICE", "o*o"} {
		if known, err := p.Knows(t.Context(), mapi.ClassActiveUser.Kind(), name); !known || err != nil {
			t.Errorf("%q is not known: %v, %v", name, known, err)
		}
	}
	if known, _ := p.Knows(t.Context(), mapi.ClassGroup.Kind(), "alice"); known {
		t.Error("alice is no group")
	}
	// An id that would match everybody matches nobody.
	for _, id := range []string{"*", "1000)(uid=*", "100*"} {
		if code := b.logon(p, id, "alice", "secret-alice"); code != mapi.LogonFailed {
			t.Errorf("id %q: %v", id, code)
		}
	}
}

func TestReferencesByDN(t *testing.T) {
	b := newBench(t)
	b.slapd.Add("cn=Smith\\, John,"+people, "objectClass: inetOrgPerson", "objectClass: posixAccount", "cn: Smith, John", "sn: Smith", "uid: john",
		"uidNumber: 1000", "gidNumber: 1", "homeDirectory: /")
	alice := b.user("alice", "1001", "manager: CN=smith\\2c John,OU=People,DC=example,DC=com")
	inner := "cn=inner," + groups
	b.slapd.Add(inner, "objectClass: groupOfNames", "cn: inner", "member: "+alice)
	b.slapd.Add("cn=outer,"+groups, "objectClass: groupOfNames", "cn: outer", "member: "+inner, "member: cn=Smith\\2C John,"+people, "member: uid=gone,"+people)
	p := b.plugin(false, "ldap_group_type_attribute_value = groupOfNames", "ldap_group_unique_attribute = cn", "ldap_groupmembers_attribute = member",
		"ldap_groupmembers_attribute_type = dn", "!propmap "+b.file("0x8005001E = manager\n"))
	c := b.read(p)
	c.want("members", c.related("outer", storage.RelationGroupMember), "inner john")
	c.want("members of inner", c.related("inner", storage.RelationGroupMember), "alice")
	c.want("manager", c.object("alice").Props["0x8005001E"], "Smith, John")
}

func TestLists(t *testing.T) {
	b := newBench(t)
	b.user("alice", "1000", "l: Berlin")
	b.user("bob", "1001", "l: Paris")
	list := func(class, cn string, lines ...string) {
		b.slapd.Add("cn="+cn+","+groups, append([]string{"objectClass: " + class, "cn: " + cn}, lines...)...)
	}
	list("kopano-addresslist", "berlin", "kopanoFilter: (l=Berlin)", "kopanoBase: "+people)
	list("kopano-addresslist", "everybody", "kopanoFilter: uid=*")
	list("kopano-addresslist", "wrong", "kopanoFilter: ((")
	list("kopano-addresslist", "nowhere", "kopanoFilter: (l=*)", "kopanoBase: ou=nowhere,dc=example,dc=com")
	list("kopano-dynamicgroup", "french", "kopanoFilter: (l=Paris)", "mail: french@example.com")
	p := b.plugin(false)
	c := b.read(p)
	c.want("lists", c.names(mapi.ClassAddressList), "berlin everybody nowhere wrong")
	c.want("dynamic groups", c.names(mapi.ClassDynamicGroup), "french")
	c.want("berlin", c.related("berlin", storage.RelationAddressListMember), "alice")
	c.want("everybody", c.related("everybody", storage.RelationAddressListMember), "alice bob")
	c.want("wrong", c.related("wrong", storage.RelationAddressListMember), "")
	c.want("french", c.related("french", storage.RelationGroupMember), "bob")
	b.slapd.Replace("uid=alice,"+people, "l", "Paris")
	c = b.read(p)
	c.want("french", c.related("french", storage.RelationGroupMember), "alice bob")
}

func TestCompaniesAndServers(t *testing.T) {
	b := newBench(t)
	b.user("outsider", "999")
	for i, name := range []string{"acme", "umbrella"} {
		dn := "ou=" + name + "," + slapdtest.Base
		b.slapd.Add(dn, "objectClass: organizationalUnit", "objectClass: kopano-company", "ou: "+name, "kopanoSystemAdmin: "+name+"boss",
			"kopanoUserDefaultQuotaOverride: 1", "kopanoUserDefaultQuotaWarn: 5", "kopanoQuotaUserWarningRecipients: "+name+"boss")
		b.slapd.Add(fmt.Sprintf("uid=%sboss,%s", name, dn), "objectClass: inetOrgPerson", "objectClass: posixAccount", "cn: Boss", "sn: Boss", "uid: "+name+"boss",
			"uidNumber: "+fmt.Sprint(1000+i), "gidNumber: 1", "homeDirectory: /")
	}
	b.slapd.Replace("ou=acme,"+slapdtest.Base, "kopanoViewPrivilege", "umbrella")
	b.slapd.Replace("ou=acme,"+slapdtest.Base, "kopanoAdminPrivilege", "umbrellaboss")
	b.slapd.Add("cn=node1,"+slapdtest.Base, "objectClass: device", "objectClass: ipHost", "objectClass: kopano-server", "cn: node1", "ipHostNumber: 192.0.2.1",
		"kopanoHttpPort: 236", "kopanoSslPort: 237", "kopanoFilePath: /var/run/zarafa", "kopanoProxyURL: https://mail.example.com/", "kopanoContainsPublic: 1")
	c := b.read(b.plugin(true, "ldap_company_type_attribute_value = kopano-company", "ldap_company_system_admin_relation_attribute = uid",
		"ldap_company_admin_relation_attribute = uid", "ldap_quota_userwarning_recipients_relation_attribute = uid"))
	c.want("companies", c.names(mapi.ClassCompany), "acme umbrella")
	c.want("users", c.names(mapi.ClassActiveUser), "acmeboss umbrellaboss") // nobody without a company
	c.want("company", string(c.object("acmeboss").Company), "acme")
	c.want("administrator", c.object("umbrella").Props[plugin.CompanyAdmin], base64.StdEncoding.EncodeToString([]byte("1001")))
	c.want("view", c.related("acme", storage.RelationCompanyView), "umbrella")
	c.want("admin", c.related("acme", storage.RelationCompanyAdmin), "umbrellaboss")
	c.want("recipients", c.related("acme", storage.RelationQuotaUserRecip), "acmeboss")
	c.want("limit of users", c.object("acme").Props[plugin.UserDefault+plugin.WarnQuota], fmt.Sprint(5<<20))
	if len(c.Servers) != 1 || c.Servers[0] != (plugin.Server{Name: "node1", Address: "192.0.2.1", HTTPPort: 236, SSLPort: 237, FilePath: "/var/run/zarafa",
		ProxyURL: "https://mail.example.com/", ContainsPublic: true}) {
		t.Errorf("servers %+v", c.Servers)
	}
	// Without companies everybody is there, and nobody is in one.
	c = b.read(b.plugin(false))
	c.want("companies", c.names(mapi.ClassCompany), "")
	c.want("users", c.names(mapi.ClassActiveUser), "acmeboss outsider umbrellaboss")
	c.want("company", string(c.object("acmeboss").Company), "")
}

func TestBinaryIdentity(t *testing.T) {
	b := newBench(t)
	id := "\x00\x01*()\\\xff\xfe"
	for _, attribute := range []string{"testGUID", "jpegPhoto"} { // the second cannot be searched for
		alice := b.user("alice", "1000", "objectClass: testObject", attribute+": "+id, "kopanoSendAsPrivilege: bob")
		bob := b.user("bob", "1001", "objectClass: testObject", attribute+": \x00\x02")
		p := b.plugin(false, "ldap_user_unique_attribute = "+attribute, "ldap_user_unique_attribute_type = binary")
		c := b.read(p)
		c.want("id", string(c.object("alice").ExternalID), id)
		c.want("send as", c.related("alice", storage.RelationSendAs), "bob")
		if code := b.logon(p, "\x00\x02", "bob", "secret-bob"); code != mapi.OK {
			t.Error(code)
		}
		b.slapd.Delete(alice)
		b.slapd.Delete(bob)
	}
}

// Older directories have the older names of the attributes.
func TestOlderAttributes(t *testing.T) {
	b := newBench(t)
	b.user("alice", "1000", "zarafaAdmin: 1", "zarafaAliases: a@example.com")
	c := b.read(b.plugin(false, "ldap_isadmin_attribute = zarafaAdmin", "ldap_emailaliases_attribute = zarafaAliases"))
	c.want("admin", c.object("alice").Props[plugin.IsAdmin], "1")
	c.want("aliases", strings.Join(c.object("alice").Multi["0x800F101E"], " "), "a@example.com")
}

func TestConnections(t *testing.T) {
	b := newBench(t)
	b.user("alice", "1000")
	for name, lines := range map[string][]string{
		"starttls": {"ldap_uri = " + b.slapd.TCP, "ldap_starttls = yes", "ldap_ca_file = " + b.slapd.CAFile},
		"ldaps":    {"ldap_uri = " + b.slapd.TLS, "ldap_ca_file = " + b.slapd.CAFile},
		"next":     {"ldap_uri = ldap://localhost:1/ " + b.slapd.TCP},
	} {
		p := b.plugin(false, lines...)
		c := b.read(p)
		c.want(name, c.names(mapi.ClassActiveUser), "alice")
		if code := b.logon(p, "1000", "alice", "secret-alice"); code != mapi.OK {
			t.Errorf("%s: %v", name, code)
		}
	}
	for name, lines := range map[string][]string{
		"unknown certificate": {"ldap_uri = " + b.slapd.TLS},
		"starttls refused":    {"ldap_uri = " + b.slapd.TCP, "ldap_starttls = yes"},
		"wrong name":          {"ldap_uri = " + strings.Replace(b.slapd.TLS, "localhost", "127.0.0.1", 1), "ldap_ca_file = " + b.slapd.CAFile},
		"wrong password":      {"ldap_bind_passwd = wrong"},
		"no such base":        {"ldap_search_base = ou=nowhere,dc=example,dc=com"},
	} {
		if _, err := b.plugin(false, lines...).Read(t.Context(), false); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestServerGoesAway(t *testing.T) {
	b := newBench(t)
	b.user("alice", "1000")
	p := b.plugin(false)
	b.read(p)
	b.slapd.Stop()
	if _, err := p.Read(t.Context(), false); err == nil {
		t.Fatal("a reading without a server succeeds")
	}
	if _, err := p.Knows(t.Context(), mapi.ClassActiveUser.Kind(), "alice"); err == nil || !strings.Contains(err.Error(), "a moment ago") {
		t.Errorf("the server is asked again at once: %v", err)
	}
	b.slapd.Run()
	if _, err := p.Read(t.Context(), false); err == nil {
		t.Error("the server is asked again at once")
	}
	b.now = b.now.Add(retryAfter)
	c := b.read(p)
	c.want("users", c.names(mapi.ClassActiveUser), "alice")
	// Connections that were kept over a restart of the server are replaced.
	b.slapd.Stop()
	b.slapd.Run()
	b.read(p)
}

func TestNobody(t *testing.T) {
	b := newBench(t)
	b.slapd.Do(func(c *goldap.Conn) error { return c.Del(goldap.NewDelRequest(people, nil)) })
	c := b.read(b.plugin(false))
	if len(c.Objects) != 0 {
		t.Errorf("%v", c.Objects)
	}
}
