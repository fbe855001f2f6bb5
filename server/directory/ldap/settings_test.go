package ldap

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zarafa/mapi"
)

// writeSettings writes a settings file and reads it.
func writeSettings(t *testing.T, text string) (Settings, []string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ldap.cfg")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return ReadSettings(path)
}

const least = "ldap_search_base = dc=example,dc=com\nldap_user_type_attribute_value = posixAccount\nldap_group_type_attribute_value = posixGroup\n"

// The files that docs has for OpenLDAP and Active Directory must be right.
func TestShippedSettings(t *testing.T) {
	for name, user := range map[string]string{"ldap.openldap.cfg": "posixAccount", "ldap.ads.cfg": "user"} {
		s, warnings, err := ReadSettings(filepath.Join("..", "..", "..", "docs", "ldap", name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(warnings) > 0 {
			t.Errorf("%s: %q", name, warnings)
		}
		if len(s.User.Types) != 1 || s.User.Types[0] != user || s.Properties[0x3A08001E] != "telephoneNumber" || s.BindPassword.Reveal() != "secret" || s.Quota.Multiplier != 1<<20 {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestDefaults(t *testing.T) {
	s, _, err := writeSettings(t, least)
	if err != nil {
		t.Fatal(err)
	}
	if s.URIs[0] != "ldap://localhost:389/" || s.User.Unique != "cn" || s.User.Login != "uid" || s.User.Admin != "kopanoAdmin" || s.Group.Members.Attribute != "member" ||
		s.Group.Members.Type != "text" || s.Company.Unique != "ou" || s.PageSize != 1000 || s.ModificationAttribute != "modifyTimestamp" || s.Quota.Multiplier != 1 || s.Authentication != "bind" {
		t.Errorf("%+v", s)
	}
}

func TestOlderSettings(t *testing.T) {
	s, warnings, err := writeSettings(t, least+"ldap_host = ldap.example.com\nldap_port = 636\nldap_protocol = ldaps\nldap_user_sendas_attribute = sendAs\nldap_membership_cache_size = 256k\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(s.URIs) != 1 || s.URIs[0] != "ldaps://ldap.example.com:636/" || s.User.SendAs.Attribute != "sendAs" || len(warnings) < 4 {
		t.Errorf("%v %v %q", s.URIs, s.User.SendAs, warnings)
	}
}

func TestWrongSettings(t *testing.T) {
	for text, want := range map[string]string{
		"ldap_user_type_attribute_value = a\nldap_group_type_attribute_value = b\n": "ldap_search_base",
		"ldap_search_base = dc=a\nldap_user_type_attribute_value = a\n":             "ldap_group_type_attribute_value",
		least + "ldap_uri = http://localhost/":                                      "ldap_uri",
		least + "ldap_uri =":                                                        "ldap_uri",
		least + "ldap_user_search_filter = (&(a=b)":                                 "ldap_user_search_filter",
		least + "ldap_server_charset = nonsense":                                    "ldap_server_charset",
		least + "ldap_group_security_attribute_type = text":                         "ldap_group_security_attribute_type",
		least + "ldap_usr = a":                                                      "ldap_usr",
		least + "!propmap missing":                                                  "propmap",
	} {
		if _, _, err := writeSettings(t, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, _, err := ReadSettings(filepath.Join(t.TempDir(), "missing")); err == nil || !strings.Contains(err.Error(), "user_plugin_config") {
		t.Errorf("a missing file: %v", err)
	}
}

func TestPropmap(t *testing.T) {
	path := filepath.Join(t.TempDir(), "propmap")
	for text, want := range map[string]string{
		"0x3A08001F = telephoneNumber\n# comment\n0x8c6a1102 = cert\n": "",
		"3A08001E = a":            "3A08001E",
		"0x3A08 = a":              "0x3A08",
		"0x3A08001G = a":          "0x3A08001G",
		"0x3A080040 = a":          "0x3A080040",
		"!include other":          "includes",
		"0x3A08001E = \n":         "",
		"0x3A08001E=" + "a=b=c\n": "",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got := make(map[mapi.PropTag]string)
		err := readPropmap(path, got)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	got := make(map[mapi.PropTag]string)
	if err := os.WriteFile(path, []byte("0x3A08001F = telephoneNumber\n0x8C6A1102 = cert\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := readPropmap(path, got); err != nil || got[0x3A08001E] != "telephoneNumber" || got[0x8C6A1102] != "cert" {
		t.Errorf("%v, %v", got, err)
	}
}

func TestParseRange(t *testing.T) {
	for name, want := range map[string]struct {
		attribute string
		next      int
		more      bool
	}{
		"member":                    {"member", 0, false},
		"member;range=0-1499":       {"member", 1500, true},
		"member;Range=1500-2999":    {"member", 3000, true},
		"member;range=3000-*":       {"member", 0, false},
		"cert;binary":               {"cert", 0, false},
		"m;binary;range=0-1":        {"m", 2, true},
		"m;range=0-99999999999999":  {"m", 0, false},
		"m;range=0--5":              {"m", 0, false},
		"m;range=":                  {"m", 0, false},
		"m;range=5":                 {"m", 0, false},
		"":                          {"", 0, false},
		"member;range=0-1499;extra": {"member", 1500, true},
	} {
		attribute, next, more := parseRange(name)
		if attribute != want.attribute || next != want.next || more != want.more {
			t.Errorf("%q: %q %d %v", name, attribute, next, more)
		}
	}
}
