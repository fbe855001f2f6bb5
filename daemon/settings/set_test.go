package settings

import (
	"errors"
	"io"
	"io/fs"
	"math"
	"strings"
	"testing"
	"time"
)

// example is a configuration as programs have them.
type example struct {
	name     string
	enabled  bool
	port     int
	size     int64
	timeout  time.Duration
	engine   string
	admins   []string
	password Secret
}

func (e *example) sections() []Section {
	return []Section{{Title: "Example", Options: []Option{
		{Name: "server_name", Aliases: []string{"node_name"}, Default: "mail", Value: Text(&e.name), Reloadable: true, Doc: "A name."},
		{Name: "server_enabled", Default: "yes", Value: Bool(&e.enabled), Reloadable: true, Doc: "A switch."},
		{Name: "server_port", Default: "236", Value: Int(&e.port, 1, 65535), Doc: "A port."},
		{
			Name: "cache_size", Default: "0", Value: Size(&e.size, 0, math.MaxInt64), Doc: "A size.",
			Formula: "a quarter of the memory", Computed: func() string { return "2g" },
		},
		{Name: "session_timeout", Default: "300", Value: Duration(&e.timeout, time.Second, 0, math.MaxInt64), Doc: "A time."},
		{Name: "database_engine", Default: "sqlite", Value: Choice(&e.engine, "sqlite", "mysql"), Doc: "A choice."},
		{Name: "admins", Default: "root", Value: Words(&e.admins), Doc: "A list."},
		{Name: "mysql_password", Value: SecretText(&e.password), Doc: "A secret."},
		{Name: "server_bind", Value: Text(new(string)), Deprecated: "write server_listen", Doc: "An address."},
		{Name: "threads", Obsolete: "threads come by themselves"},
	}}}
}

// files is a file system of settings files.
type files map[string]string

func (f files) source() Source {
	return Source{
		Open: func(path string) (io.ReadCloser, error) {
			text, ok := f[path]
			if !ok {
				return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
			}
			return io.NopCloser(strings.NewReader(text)), nil
		},
		LookupEnv: func(name string) (string, bool) {
			value, ok := map[string]string{"HOSTNAME": "mail.example.org", "SECRET": "leaked"}[name]
			return value, ok
		},
	}
}

// load reads text as the file /etc/a.cfg.
func load(t testing.TB, e *example, text string) (*Set, error) {
	t.Helper()
	s := newSet(t, e)
	if err := s.ReadFile("/etc/a.cfg", files{"/etc/a.cfg": text}.source()); err != nil {
		return s, err
	}
	return s, s.Apply()
}

func newSet(t testing.TB, e *example) *Set {
	t.Helper()
	s, err := New(e.sections())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestDefaults(t *testing.T) {
	var e example
	if _, err := load(t, &e, ""); err != nil {
		t.Fatal(err)
	}
	if e.name != "mail" || !e.enabled || e.port != 236 || e.timeout != 300*time.Second || e.engine != "sqlite" || e.admins[0] != "root" {
		t.Errorf("got %+v", e)
	}
}

func TestSyntax(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"plain", "server_name = a", "a"},
		{"spaces", "\t server_name\t=  a b \t\r\n", "a b"},
		{"no spaces", "server_name=a", "a"},
		{"first equals sign splits", "server_name = a = b", "a = b"},
		{"hash only in the first column", "server_name = a # b\n", "a # b"},
		{"comment", "#server_name = a", "mail"},
		{"indented hash is no comment but a name", "server_name = a\nserver_name", "a"},
		{"no quoting", `server_name = "a"`, `"a"`},
		{"last one wins", "server_name = a\nserver_name = b", "b"},
		{"empty value", "server_name =", ""},
		{"alias", "node_name = a", "a"},
		{"environment", "server_name = $HOSTNAME", "mail.example.org"},
		{"unknown environment stays", "server_name = $NOBODY", "$NOBODY"},
		{"longest value", "server_name = " + strings.Repeat("x", MaxValue), strings.Repeat("x", MaxValue)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var e example
			if _, err := load(t, &e, tt.text); err != nil {
				t.Fatal(err)
			}
			if e.name != tt.want {
				t.Errorf("server_name is %q, want %q", e.name, tt.want)
			}
		})
	}
}

func TestBool(t *testing.T) {
	for text, want := range map[string]bool{
		"yes": true, "1": true, "true": true, "": true, "n": true, "off": true, "2": true, "YES": true,
		"no": false, "No": false, "0": false, "false": false, "FALSE": false,
	} {
		var e example
		s, err := load(t, &e, "server_enabled = "+text)
		if err != nil {
			t.Fatal(err)
		}
		if e.enabled != want {
			t.Errorf("%q is %v, want %v", text, e.enabled, want)
		}
		if doubtful := text == "" || text == "n" || text == "off" || text == "2"; (len(s.Warnings()) > 0) != doubtful {
			t.Errorf("%q: warnings %q", text, s.Warnings())
		}
	}
}

func TestMistakes(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"unknown", "\nserver_nam = a", "/etc/a.cfg:2: server_nam: there is no such setting; did you mean server_name?"},
		{"unknown, nothing near", "x = a", "/etc/a.cfg:1: x: there is no such setting; correct or delete it, or start with --ignore-unknown-config-options"},
		{"case counts", "Server_Enabled = a", "did you mean server_enabled?"},
		{"no number", "server_port = http", `/etc/a.cfg:1: server_port: "http" is not a whole number; write a number from 1 to 65535`},
		{"out of range", "server_port = 70000", "server_port: 70000 is out of range; write a number from 1 to 65535"},
		{"no size", "cache_size = 1x", `cache_size: "1x" is not a size; write bytes, or a number with k, m or g`},
		{"size overflows", "cache_size = 9999999999999g", "is larger than any machine"},
		{"negative size", "cache_size = -1", "is not a size"},
		{"no time", "session_timeout = 5m", `session_timeout: "5m" is not a whole number; write seconds`},
		{"time overflows", "session_timeout = 9223372036854775807", "is out of range"},
		{"no choice", "database_engine = oracle", `"oracle" is not one of the possible values; write sqlite or mysql`},
		{"long value", "server_name = " + strings.Repeat("x", MaxValue+1), "the value has 1024 bytes; shorten it to 1023 bytes"},
		{"long line", "server_name = " + strings.Repeat("x", maxLine), "/etc/a.cfg:1: the line is longer than"},
		{"missing include", "!include b.cfg", "/etc/a.cfg:1: the included file cannot be read: open /etc/b.cfg"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := load(t, new(example), tt.text)
			var mistake *Error
			if !errors.As(err, &mistake) {
				t.Fatalf("got %v, want an *Error", err)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got  %s\nwant %s", err, tt.want)
			}
			if Missing(err) {
				t.Error("looks like a missing settings file")
			}
		})
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	_, err := load(t, new(example), "x = 1\nserver_port = a\nserver_port = 0\ncache_size = z")
	if err == nil {
		t.Fatal("no error")
	}
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 3 {
		t.Errorf("got %d mistakes, want 3 (the second server_port replaces the first):\n%s", len(lines), err)
	}
}

func TestNonsenseIsBounded(t *testing.T) {
	_, err := load(t, new(example), strings.Repeat("a=b\n", maxLines))
	if err == nil || strings.Count(err.Error(), "\n") > maxProblems+1 {
		t.Errorf("got %d lines of errors", strings.Count(err.Error(), "\n"))
	}
	if err := Parse(strings.NewReader(strings.Repeat("\n", maxLines+1)), "a", func(Line) error { return nil }); err == nil {
		t.Error("an endless file is read")
	}
}

func TestWarnings(t *testing.T) {
	var e example
	s, err := load(t, &e, "node_name = a\nserver_bind = b\nthreads = 8\n!propmap x\nserver_name = $NOBODY")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"/etc/a.cfg:1: node_name is an older spelling: write server_name",
		"/etc/a.cfg:2: server_bind is an older spelling: write server_listen",
		"/etc/a.cfg:3: threads has no effect any more: threads come by themselves",
		"/etc/a.cfg:4: !propmap is not a known directive and has no effect",
		`/etc/a.cfg:5: server_name: the environment variable NOBODY is not set, so the text "$NOBODY" is used`,
	}
	if got := strings.Join(s.Warnings(), "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestIgnoreUnknown(t *testing.T) {
	var e example
	s := newSet(t, &e)
	src := files{"a": "x = 1\nserver_name = b"}.source()
	src.IgnoreUnknown = true
	if err := errors.Join(s.ReadFile("a", src), s.Apply()); err != nil {
		t.Fatal(err)
	}
	if e.name != "b" || len(s.Warnings()) != 1 {
		t.Errorf("name %q, warnings %q", e.name, s.Warnings())
	}
}

func TestInclude(t *testing.T) {
	var e example
	s := newSet(t, &e)
	f := files{
		"/etc/a.cfg":     "server_name = a\n!include sub/b.cfg\n!include /etc/c.cfg\n!include a.cfg\n",
		"/etc/sub/b.cfg": "server_name = b\n!include ../c.cfg",
		"/etc/c.cfg":     "server_port = 1\n!include sub/b.cfg",
	}
	if err := errors.Join(s.ReadFile("/etc/a.cfg", f.source()), s.Apply()); err != nil {
		t.Fatal(err)
	}
	if e.name != "b" || e.port != 1 {
		t.Errorf("name %q, port %d", e.name, e.port)
	}
}

func TestIncludesAreBounded(t *testing.T) {
	src := Source{Open: func(path string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("!include " + path + "x")), nil
	}}
	if err := newSet(t, new(example)).ReadFile("/a", src); err == nil || !strings.Contains(err.Error(), "include each other") {
		t.Errorf("got %v", err)
	}
}

func TestMissingFile(t *testing.T) {
	if err := newSet(t, new(example)).ReadFile("/etc/none", files{}.source()); !Missing(err) {
		t.Errorf("got %v", err)
	}
}

func TestCommandLine(t *testing.T) {
	var e example
	s := newSet(t, &e)
	if err := s.SetArgument("server-name", "argument"); err != nil {
		t.Fatal(err)
	}
	err := errors.Join(s.ReadFile("a", files{"a": "server_name = file\nserver_port = 1"}.source()), s.Apply())
	if err != nil || e.name != "argument" || e.port != 1 {
		t.Errorf("name %q, port %d, error %v", e.name, e.port, err)
	}
	if err := s.SetArgument("no-such", "x"); err == nil {
		t.Error("an unknown argument is accepted")
	}
}

func TestReload(t *testing.T) {
	var before, after example
	first := newSet(t, &before)
	if err := first.SetArgument("server-enabled", "no"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(first.ReadFile("a", files{"a": "server_name = old\nserver_port = 1"}.source()), first.Apply()); err != nil {
		t.Fatal(err)
	}
	second := newSet(t, &after)
	if err := second.ReadFile("a", files{"a": "server_enabled = yes\nserver_port = 2\nadmins = root"}.source()); err != nil {
		t.Fatal(err)
	}
	second.Keep(first)
	if err := second.Apply(); err != nil {
		t.Fatal(err)
	}
	if after.name != "mail" {
		t.Errorf("a setting that left the file is %q, want its default", after.name)
	}
	if after.port != 1 {
		t.Error("a setting that needs a restart was reloaded")
	}
	if after.enabled {
		t.Error("a setting of the command line was reloaded")
	}
	if w := second.Warnings(); len(w) != 1 || w[0] != "server_port has changed, which takes effect at the next restart" {
		t.Errorf("warnings %q", w)
	}
}

func TestTableMistakes(t *testing.T) {
	for name, options := range map[string][]Option{
		"twice":   {{Name: "a", Value: Text(new(string))}, {Name: "b", Aliases: []string{"a"}, Value: Text(new(string))}},
		"unbound": {{Name: "a"}},
	} {
		if _, err := New([]Section{{Options: options}}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
