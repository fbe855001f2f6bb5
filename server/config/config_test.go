package config

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zarafa/daemon/listen"
	"zarafa/daemon/settings"
)

// twoGigabytes is the memory of the machine that the tests assume.
func twoGigabytes() (int64, error) { return 2 << 30, nil }

// load reads text as server.cfg.
func load(t testing.TB, text string) (*Config, *settings.Set, error) {
	t.Helper()
	c := New(twoGigabytes)
	set, err := settings.New(c.Sections())
	if err != nil {
		t.Fatal(err)
	}
	src := settings.Source{
		Open:      func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
		LookupEnv: func(string) (string, bool) { return "", false },
	}
	if err := errors.Join(set.ReadFile("server.cfg", src), set.Apply()); err != nil {
		return c, set, err
	}
	return c, set, c.Finish(set)
}

func sample(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestDefaults(t *testing.T) {
	c, set, err := load(t, "")
	if err != nil {
		t.Fatal(err)
	}
	if w := set.Warnings(); len(w) > 0 {
		t.Errorf("the defaults give warnings: %q", w)
	}
	for _, s := range c.Network.Listen {
		if !s.Local() {
			t.Errorf("by default %s is open to a network", s)
		}
	}
	if c.Database.Engine != EngineSQLite || c.Network.PipeName != "/var/run/zarafa" || c.Sessions.Timeout != 5*time.Minute ||
		c.Life.SoftDelete != 30*24*time.Hour || !slices.Equal(c.Users.DisabledFeatures, []string{"imap", "pop3"}) ||
		c.Daemon.RunAsUser != "" || len(c.Daemon.StatusListen) != 0 {
		t.Errorf("got %+v", c)
	}
}

func TestSampleOf2007(t *testing.T) {
	c, set, err := load(t, sample(t, "server-2007.cfg"))
	if err != nil {
		t.Fatal(err)
	}
	if got := listen.Format(c.Network.Listen); got != "*:236" {
		t.Errorf("listens on %q", got)
	}
	if c.Network.ListenTLS != nil {
		t.Error("listens for TLS")
	}
	if c.Database.Engine != EngineMySQL || c.Database.MySQLPassword.Reveal() != "p#ss=word" {
		t.Error("the database is not that of the file")
	}
	if c.Cache.Cell != 16<<20 || c.Cache.SortKey != 16<<20 || c.Quota != (Quota{100, 150, 200, 0}) {
		t.Errorf("cache %+v, quota %+v", c.Cache, c.Quota)
	}
	if !slices.Equal(c.Peers.LocalAdminUsers, []string{"root", "vmail"}) || c.Users.Scripts.CreateUser != "/etc/zarafa/userscripts/createuser" {
		t.Errorf("peers %+v, scripts %+v", c.Peers, c.Users.Scripts)
	}
	if !slices.ContainsFunc(set.Warnings(), func(w string) bool { return strings.Contains(w, "server_listen = *:236") }) {
		t.Errorf("nothing says how to write the address now: %q", set.Warnings())
	}
}

func TestLaterSample(t *testing.T) {
	c, set, err := load(t, sample(t, "server-later.cfg"))
	if err != nil {
		t.Fatal(err)
	}
	if got := listen.Format(c.Network.Listen); got != "*%lo:236" {
		t.Errorf("listens on %q", got)
	}
	if c.Daemon.RunAsUser != "kopano" || c.Cache.Cell != 256<<20 || c.Network.PipePriority != "/var/run/zarafad/prio.sock" {
		t.Errorf("got %+v", c)
	}
	if !slices.ContainsFunc(set.Warnings(), func(w string) bool { return strings.Contains(w, "keeps attachments in the database") }) {
		t.Errorf("attachment_storage = files_v2 is taken silently: %q", set.Warnings())
	}
}

func TestOlderNetwork(t *testing.T) {
	tests := []struct{ name, text, plain, tls string }{
		{"nothing", "", "*%lo:236", ""},
		{"address", "server_bind = 192.0.2.1", "192.0.2.1:236", ""},
		{"address of IPv6", "server_bind = 2001:db8::1\nserver_tcp_port = 1236", "[2001:db8::1]:1236", ""},
		{"off", "server_tcp_enabled = no", "", ""},
		{"port", "server_tcp_port = 2236", "*:2236", ""},
		{"TLS", "server_ssl_enabled = yes", "*%lo:236", "*:237"},
		{"TLS is off unless enabled", "server_ssl_port = 1237", "*%lo:236", ""},
		{"the later spelling wins", "server_tcp_port = 2236\nserver_listen = 127.0.0.1:236", "127.0.0.1:236", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, _, err := load(t, tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if plain, tls := listen.Format(c.Network.Listen), listen.Format(c.Network.ListenTLS); plain != tt.plain || tls != tt.tls {
				t.Errorf("listens on %q and %q, want %q and %q", plain, tls, tt.plain, tt.tls)
			}
		})
	}
}

func TestMistakes(t *testing.T) {
	tests := []struct{ text, want string }{
		{"server_bind = mail.example.org", "server.cfg:1: server_bind:"},
		{"server_listen = localhost:236", "host names are not allowed"},
		{"enable_distributed_zarafa = yes", "server_name: with enable_distributed_zarafa the server needs a name"},
		{"enable_distributed_kopano = yes\nserver_name = one", "servers_config: with enable_distributed_zarafa the server needs a list"},
		{"user_plugin = nis", "server.cfg:1: user_plugin"},
		{"user_plugin = unix\nenable_hosted_zarafa = yes\nloginname_format = %u@%c", "server.cfg:1: user_plugin: the accounts of the system belong to no companies"},
		{"enable_hosted_kopano = yes\nloginname_format = %c", "server.cfg:2: loginname_format: with enable_hosted_zarafa it needs %u once"},
		{"enable_hosted_zarafa = yes\nloginname_format = %u%c", "loginname_format: nothing separates the user from the company; use %u@%c"},
		{"auth_method = kerberos\nenable_hosted_zarafa = yes\nloginname_format = %u@%c", "auth_method"},
		{"sqlite_path =", "server.cfg:1: sqlite_path: is empty although"},
		{"database_engine = mysql\nmysql_database =", "server.cfg:2: mysql_database: is empty although"},
		{"cache_cell_size = 3g", "server.cfg:1: cache_cell_size: with cache_sortkey_size it is more than the memory of 2g"},
		{"request_max_size = 1g0", "request_max_size"},
	}
	for _, tt := range tests {
		if _, _, err := load(t, tt.text); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: got %v, want %s", tt.text, err, tt.want)
		}
	}
}

func TestAutomaticCacheSizes(t *testing.T) {
	tests := []struct {
		memory int64
		text   string
		want   Cache
	}{
		{2 << 30, "", Cache{Cell: 512 << 20, SortKey: 16 << 20}},
		{64 << 30, "", Cache{Cell: 16 << 30, SortKey: 512 << 20}},
		{2 << 30, "cache_cell_size = 64m", Cache{Cell: 64 << 20, SortKey: 16 << 20}},
		{2 << 30, "cache_sortkey_size=4m", Cache{Cell: 512 << 20, SortKey: 4 << 20}},
	}
	for _, tt := range tests {
		c := New(func() (int64, error) { return tt.memory, nil })
		set, err := settings.New(c.Sections())
		if err != nil {
			t.Fatal(err)
		}
		src := settings.Source{Open: func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(tt.text)), nil }}
		if err := errors.Join(set.ReadFile("a", src), set.Apply(), c.Finish(set)); err != nil {
			t.Fatal(err)
		}
		tt.want.Memory = tt.memory
		if got := c.Cache; got != tt.want {
			t.Errorf("memory %d, %q: got %+v, want %+v", tt.memory, tt.text, got, tt.want)
		}
	}
}

// TestRetired writes every setting without effect: each is accepted, and a warning says that it has none and why.
func TestRetired(t *testing.T) {
	for _, section := range New(twoGigabytes).Sections() {
		for _, o := range section.Options {
			if o.Obsolete == "" {
				continue
			}
			_, set, err := load(t, o.Name+" = x\n")
			if want := "server.cfg:1: " + o.Name + " has no effect any more: " + o.Obsolete; err != nil || !slices.Equal(set.Warnings(), []string{want}) {
				t.Errorf("%s: %v, warnings %q", o.Name, err, set.Warnings())
			}
		}
	}
}

// TestOldSettingsStart starts with settings that older servers had and this one does not.
func TestOldSettingsStart(t *testing.T) {
	for _, line := range []string{
		"kcoidc_debug = yes", "kustomer_debug = yes", "kustomer_initialize_timeout = 60", "server_ssl_enable_v2 = no", "socketspec = x", "server_port = 2236",
		"external_searchfolders = yes", "disable_shared_reminders = yes", "user_plugin = ldapms", "server_pipe_name = /run/a.sock /run/b.sock",
		"attachment_compression = 6", "cache_acl_size = 1M", "cache_quota_lifetime = 1",
	} {
		c, set, err := load(t, line+"\n")
		if err != nil || len(set.Warnings()) == 0 && !strings.HasPrefix(line, "server_pipe_name") {
			t.Errorf("%s: %v, warnings %q", line, err, set.Warnings())
			continue
		}
		switch name, _, _ := strings.Cut(line, " "); name {
		case "server_port":
			if got := listen.Format(c.Network.Listen); got != "*:2236" {
				t.Errorf("%s: listens on %s", line, got)
			}
		case "disable_shared_reminders":
			if c.Tables.SharedReminders {
				t.Errorf("%s: reminders are shown", line)
			}
		case "user_plugin":
			if c.Users.Plugin != "ldap" {
				t.Errorf("%s: plugin %s", line, c.Users.Plugin)
			}
		case "server_pipe_name":
			if got := listen.Format(pipe(true, c.Network.PipeName)); got != "unix:/run/a.sock unix:/run/b.sock" {
				t.Errorf("%s: listens on %s", line, got)
			}
		}
	}
	if got := pipe(true, "/run/a folder/s"); len(got) != 1 || got[0].Path != "/run/a folder/s" {
		t.Errorf("a path with a blank: %v", got)
	}
	if c, _, err := load(t, "disable_shared_reminders = no\n"); err != nil || !c.Tables.SharedReminders {
		t.Errorf("disable_shared_reminders = no: %v", err)
	}
}

func TestUnknownMemory(t *testing.T) {
	c := New(func() (int64, error) { return 0, errors.New("no /proc") })
	set, err := settings.New(c.Sections())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(set.Apply(), c.Finish(set)); err != nil {
		t.Fatal(err)
	}
	if c.Cache.Cell != 256<<20 || len(set.Warnings()) != 1 {
		t.Errorf("cell %d, warnings %q", c.Cache.Cell, set.Warnings())
	}
}

func TestSessionTimeoutIsRaised(t *testing.T) {
	c, set, err := load(t, "session_timeout = 60")
	if err != nil || c.Sessions.Timeout != 300*time.Second || len(set.Warnings()) != 1 {
		t.Errorf("timeout %v, warnings %q, error %v", c.Sessions.Timeout, set.Warnings(), err)
	}
}

func TestDumpNamesTheFormula(t *testing.T) {
	_, set, err := load(t, "")
	if err != nil {
		t.Fatal(err)
	}
	var dump strings.Builder
	if err := set.Dump(&dump); err != nil {
		t.Fatal(err)
	}
	if want := "# cache_cell_size: automatic: 25 % of the memory = 512m\ncache_cell_size = 0\n"; !strings.Contains(dump.String(), want) {
		t.Errorf("no %q in the dump", want)
	}
	if _, _, err := load(t, dump.String()); err != nil {
		t.Errorf("the dump does not read back: %v", err)
	}
}

// FuzzConfig reads any text as server.cfg.
func FuzzConfig(f *testing.F) {
	for _, name := range []string{"server-2007.cfg", "server-later.cfg"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add("server_bind = ::\nserver_listen = [::]:1%lo")
	f.Fuzz(func(t *testing.T, text string) {
		c, _, err := load(t, text)
		if err == nil && (c.Cache.Cell <= 0 || c.Sessions.Timeout < minSessionTimeout) {
			t.Errorf("accepted with cell cache %d and session timeout %v", c.Cache.Cell, c.Sessions.Timeout)
		}
	})
}
