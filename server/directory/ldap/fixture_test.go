package ldap_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zarafa/mapi"
	"zarafa/server/directory/ldap"
	"zarafa/server/directory/ldap/slapdtest"
	"zarafa/server/directory/plugin"
)

// bench is a directory with some people in it, and the plugin on it.
type bench struct {
	*testing.T
	slapd *slapdtest.Server
	now   time.Time
}

const people, groups = "ou=people," + slapdtest.Base, "ou=groups," + slapdtest.Base

func newBench(t *testing.T, options ...slapdtest.Option) *bench {
	t.Helper()
	b := &bench{T: t, slapd: slapdtest.Start(t, options...), now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	for _, ou := range []string{people, groups} {
		name, _, _ := strings.Cut(strings.TrimPrefix(ou, "ou="), ",")
		b.slapd.Add(ou, "objectClass: organizationalUnit", "ou: "+name)
	}
	return b
}

// user adds a user; lines are further attributes.
func (b *bench) user(uid, number string, lines ...string) string {
	b.Helper()
	dn := "uid=" + uid + "," + people
	b.slapd.Add(dn, append([]string{
		"objectClass: inetOrgPerson", "objectClass: posixAccount", "objectClass: kopano-user", "uid: " + uid, "cn: " + uid + " Example", "sn: Example",
		"uidNumber: " + number, "gidNumber: 100", "homeDirectory: /home/" + uid, "mail: " + uid + "@example.com", "userPassword: secret-" + uid,
	}, lines...)...)
	return dn
}

func (b *bench) group(cn, number string, lines ...string) string {
	b.Helper()
	dn := "cn=" + cn + "," + groups
	b.slapd.Add(dn, append([]string{"objectClass: posixGroup", "objectClass: kopano-group", "cn: " + cn, "gidNumber: " + number}, lines...)...)
	return dn
}

// plugin makes the plugin with the settings of docs for OpenLDAP and further lines.
func (b *bench) plugin(hosted bool, lines ...string) *ldap.Plugin {
	b.Helper()
	shipped, err := filepath.Abs(filepath.Join("..", "..", "..", "docs", "ldap", "ldap.openldap.cfg"))
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "ldap.cfg")
	text := "!include " + shipped + "\nldap_uri = " + b.slapd.URI + "\nldap_bind_user = " + slapdtest.Admin + "\nldap_bind_passwd = " + slapdtest.AdminPassword + "\n" + strings.Join(lines, "\n") + "\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	s, warnings, err := ldap.ReadSettings(path)
	if err != nil || len(warnings) > 0 {
		b.Fatal(err, warnings)
	}
	p, err := ldap.New(s, hosted, slog.New(slog.NewTextHandler(b.Output(), nil)), func() time.Time { return b.now })
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := p.Close(); err != nil {
			b.Error(err)
		}
	})
	return p
}

// read reads everything; it must succeed.
func (b *bench) read(p *ldap.Plugin) *content {
	b.Helper()
	c, err := p.Read(b.Context(), false)
	if err != nil {
		b.Fatal(err)
	}
	return &content{b, c}
}

// content is what the plugin said.
type content struct {
	*bench
	*plugin.Content
}

// names lists the names of the objects of a class.
func (c *content) names(class mapi.ObjectClass) string {
	var out []string
	for _, o := range c.Objects {
		if o.Class == class {
			out = append(out, nameOf(o))
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func nameOf(o plugin.Object) string {
	for _, name := range []string{plugin.LoginName, plugin.GroupName, plugin.CompanyName} {
		if o.Props[name] != "" {
			return o.Props[name]
		}
	}
	return o.Props[plugin.FullName]
}

// object finds an object by name.
func (c *content) object(name string) plugin.Object {
	c.Helper()
	for _, o := range c.Objects {
		if nameOf(o) == name {
			return o
		}
	}
	c.Fatalf("no object %q", name)
	return plugin.Object{}
}

// related lists the names of those that are related to an object.
func (c *content) related(name string, kind uint32) string {
	c.Helper()
	parent := c.object(name)
	var out []string
	for _, r := range c.Relations {
		if r.Type != kind || r.Parent != parent.Key() {
			continue
		}
		for _, o := range c.Objects {
			if o.Key() == r.Child {
				out = append(out, nameOf(o))
			}
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func (c *content) want(what, got, want string) {
	c.Helper()
	if got != want {
		c.Errorf("%s: %q, want %q", what, got, want)
	}
}

// logon checks a password.
func (b *bench) logon(p *ldap.Plugin, number, name, password string) mapi.Code {
	return mapi.CodeOf(p.Authenticate(b.Context(), plugin.KeyOf(mapi.ClassActiveUser, []byte(number)), name, password))
}

// retryAfter is longer than a server that did not answer is left alone.
const retryAfter = time.Minute

// file writes a file and gives its path.
func (b *bench) file(text string) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// certificateText is a certificate for nobody, in base64.
const certificateText = "MIIBdTCCARugAwIBAgIUW50M4J1Ei6x5sD7yW947DCNfFX0wCgYIKoZIzj0EAwIwEDEOMAwGA1UEAwwFYWxpY2UwHhcNMjYxMTIzMTUzOTU5WhcNMzYxMTIwMTUzOTU5WjAQMQ4wDAYDVQQDDAVhbGljZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLHDdvrxIN+iyEBG1Q1ppWg5glCI1at0j9UhpuAieJqZ/BXMSSL1CO5rp3NkF2RtOT3r4qiyaf4FIzqnKi1VeFmjUzBRMB0GA1UdDgQWBBQSWzMbHCN3aghJxUVO6zr4CTrPXTAfBgNVHSMEGDAWgBQSWzMbHCN3aghJxUVO6zr4CTrPXTAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIHl6NO7+D/jCASSVyVl37CaOdleGu7PvieYLFjFNN4yRAiEAmKrmnSlh2JfVVEyEcy6fMRDoMoj0ArOvi9kARjSJnUA="
