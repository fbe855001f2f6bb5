package unix

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zarafa/mapi"
	"zarafa/server/directory/plugin"
	"zarafa/storage"
)

// secret is "secret" as crypt(3) stores it.
const secret = "$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG."

const passwd = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
alice:x:1000:1000:Alice Example,Room 1,,:/home/alice:/bin/bash
bob:x:1001:1001:Zo` + "\xeb" + ` Bob:/home/bob:/bin/false
carol:x:1002:1000::/home/carol:/bin/sh
dave:x:1003:1003:Dàve:/home/dave:/bin/sh
twin:x:1000:1000:The same number:/:/bin/sh
excepted:x:1500:1500::/:/bin/sh
old:` + secret + `:1600:1600::/:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
+::::::
broken
broken:x:a:1::/:/bin/sh
`

const groupFile = `root:x:0:
alice:x:1000:
staff:x:1010:alice,dave, nobody ,missing
`

// day is the day of the tests.
const day = 20780

func root(t *testing.T, shadow string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "etc"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"passwd": passwd, "group": groupFile, "shadow": shadow} {
		if err := os.WriteFile(filepath.Join(dir, "etc", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func newPlugin(t *testing.T, dir string, lines ...string) *Plugin {
	t.Helper()
	path := filepath.Join(t.TempDir(), "unix.cfg")
	if err := os.WriteFile(path, []byte("default_domain = example.com\n"+strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	s, warnings, err := ReadSettings(path)
	if err != nil || len(warnings) > 0 {
		t.Fatal(err, warnings)
	}
	p, err := New(s, dir, func() time.Time { return time.Unix(day*86400+5, 0) })
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func kindWord(c mapi.ObjectClass) string {
	if c.Kind() == mapi.ClassActiveUser.Kind() {
		return "user"
	}
	return "group"
}

func TestRead(t *testing.T) {
	p := newPlugin(t, root(t, ""), "except_user_uids = 1500, 1600")
	c, err := p.Read(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range c.Objects {
		got = append(got, strings.Join([]string{string(o.ExternalID), kindWord(o.Class), o.Props[plugin.LoginName] + o.Props[plugin.GroupName], o.Props[plugin.FullName], o.Props[plugin.Email]}, "|"))
	}
	user, group := "user", "group"
	want := []string{
		"1000|" + user + "|alice|Alice Example|alice@example.com", "1001|" + user + "|bob|Zoë Bob|bob@example.com",
		"1002|" + user + "|carol|carol|carol@example.com", "1003|" + user + "|dave|Dàve|dave@example.com",
		"1000|" + group + "|alice|alice|", "1010|" + group + "|staff|staff|",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if c.Objects[1].Class != mapi.ClassNonActiveUser || c.Objects[0].Class != mapi.ClassActiveUser || c.Objects[5].Class != mapi.ClassSecurityGroup {
		t.Error("wrong classes")
	}
	var members []string
	for _, r := range c.Relations {
		if r.Type == storage.RelationGroupMember {
			members = append(members, r.Parent.ID+">"+r.Child.ID)
		}
	}
	if got := strings.Join(members, " "); got != "1000>1000 1000>1002 1010>1000 1010>1003" {
		t.Errorf("members %s", got)
	}
}

func TestAuthenticate(t *testing.T) {
	shadow := strings.Join([]string{
		"alice:" + secret + ":20000:0:99999:7:::", "bob:!" + secret + ":20000:0:99999:7:::", "carol:" + secret + ":20000:0:99999:7::20780:",
		"dave:" + secret + ":20000:0:90:7:::", "excepted:" + secret + ":0:0:99999:7:::", "",
	}, "\n")
	p := newPlugin(t, root(t, shadow))
	for _, tt := range []struct {
		id, name, password string
		want               mapi.Code
	}{
		{"1000", "alice", "secret", mapi.OK},
		{"1000", "alice", "Secret", mapi.LogonFailed},
		{"1000", "alice", "", mapi.LogonFailed},
		{"1001", "bob", "secret", mapi.LogonFailed},      // locked
		{"1002", "carol", "secret", mapi.LogonFailed},    // the account expires today
		{"1003", "dave", "secret", mapi.LogonFailed},     // the password has expired
		{"1500", "excepted", "secret", mapi.LogonFailed}, // must be changed
		{"1600", "old", "secret", mapi.OK},
		{"0", "root", "secret", mapi.LogonFailed},
		{"9999", "nobody", "secret", mapi.LogonFailed},
	} {
		if got := mapi.CodeOf(p.Authenticate(t.Context(), plugin.KeyOf(mapi.ClassActiveUser, []byte(tt.id)), tt.name, tt.password)); got != tt.want {
			t.Errorf("%s with %q: %v, want %v", tt.name, tt.password, got, tt.want)
		}
	}
}

func TestExpired(t *testing.T) {
	for line, want := range map[string]bool{
		"a:x:20000:0:99999:7:::": false,
		"a:x:20000:0::7:::":      false,
		"a:x::::::":              false,
		"a:x:::::::":             false,
		"a:x:20000:0:780:7:::":   false, // the last day
		"a:x:20000:0:779:7:::":   true,
		"a:x:20000:::::20781:":   false,
		"a:x:20000:::::20780:":   true,
		"a:x:20000:::::0:":       true,
		"a:x:0:0:99999:7:::":     true,
	} {
		s, ok := parseShadow(strings.Split(line, ":"))
		if ok != (strings.Count(line, ":") >= 7) || ok && (s.expired(day) != "") != want {
			t.Errorf("%q: %v %q", line, ok, s.expired(day))
		}
	}
	for _, line := range []string{"a:x:b:0:99999:7:::", "a:x", "", ":x:1:1:1:1:1:1:1"} {
		if _, ok := parseShadow(strings.Split(line, ":")); ok {
			t.Errorf("%q is valid", line)
		}
	}
}

func TestKnows(t *testing.T) {
	p := newPlugin(t, root(t, ""))
	for name, want := range map[string]bool{"alice": true, "ALICE": true, "root": false, "twin": false, "": false, "*": false} {
		if got, err := p.Knows(t.Context(), mapi.ClassActiveUser.Kind(), name); got != want || err != nil {
			t.Errorf("%q: %v, %v", name, got, err)
		}
	}
	if got, err := p.Knows(t.Context(), mapi.ClassGroup.Kind(), "staff"); !got || err != nil {
		t.Errorf("staff: %v, %v", got, err)
	}
	if got, _ := p.Knows(t.Context(), mapi.ClassGroup.Kind(), "root"); got {
		t.Error("the group root counts")
	}
}

func TestMissingFiles(t *testing.T) {
	p := newPlugin(t, t.TempDir())
	if c, err := p.Read(t.Context(), false); err == nil {
		t.Errorf("%v", c)
	}
}

func TestShippedSettings(t *testing.T) {
	s, warnings, err := ReadSettings(filepath.Join("..", "..", "..", "docs", "unix.cfg"))
	if err != nil || len(warnings) > 0 || s.DefaultDomain != "example.com" || s.Users.Min != 1000 || s.Users.Max != 10000 || s.NonLoginShells[0] != "/bin/false" {
		t.Errorf("%+v %v %v", s, warnings, err)
	}
}

func TestWrongSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "unix.cfg")
	for text, want := range map[string]string{
		"": "default_domain",
		"default_domain = a\nfullname_charset = x": "fullname_charset",
		"default_domain = a\nexcept_user_uids = x": "except_user_uids",
		"default_domain = a\nmin_user_uid = -1":    "min_user_uid",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := ReadSettings(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzFiles(f *testing.F) {
	f.Add(passwd)
	f.Add(groupFile)
	f.Add("alice:" + secret + ":20000:0:99999:7:::")
	f.Add(strings.Repeat(":", 100))
	f.Fuzz(func(t *testing.T, text string) {
		err := eachLine(strings.NewReader(text), func(fields []string) {
			if a, ok := parseAccount(fields); ok && a.name == "" {
				t.Error("an account without a name")
			}
			if g, ok := parseGroup(fields); ok && g.name == "" {
				t.Error("a group without a name")
			}
			if s, ok := parseShadow(fields); ok && (s.name == "" || s.changed < -1) {
				t.Errorf("%+v", s)
			}
		})
		if err != nil && len(text) < maxLine {
			t.Error(err)
		}
	})
}
