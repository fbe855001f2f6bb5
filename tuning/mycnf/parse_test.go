package mycnf

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
)

// memory is files in a map.
type memory map[string]string

func (m memory) Read(p string) (string, error) {
	text, ok := m[p]
	if !ok {
		return "", fs.ErrNotExist
	}
	return text, nil
}

func (m memory) List(dir string) []string {
	var names []string
	for p := range m {
		if path.Dir(p) == path.Clean(dir) {
			names = append(names, path.Base(p))
		}
	}
	slices.Sort(names)
	return names
}

func (m memory) Exists(p string) bool {
	_, ok := m[p]
	return ok || len(m.List(p)) > 0
}

// A folder that is not there stops the servers, a file does not.
func TestMissingIncludes(t *testing.T) {
	const option = "[mysqld]\nport = 1\n"
	options, err := Read(memory{"/my.cnf": option + "!include /nowhere.cnf\n"}, "/my.cnf")
	if err != nil || len(options) != 1 {
		t.Errorf("a missing file: %v, %v", options, err)
	}
	options, err = Read(memory{"/my.cnf": option + "!includedir /nowhere\n"}, "/my.cnf")
	if err == nil || !strings.Contains(err.Error(), "/my.cnf:3") || len(options) != 1 {
		t.Errorf("a missing folder: %v, %v", options, err)
	}
}

func TestRead(t *testing.T) {
	files := memory{
		"/etc/my.cnf": "# comment\n[client]\nport=3306\n\n[MySQLd]\n datadir = /srv/db # fast\nskip-name-resolve\n" +
			"init_connect='SET NAMES utf8; # no comment'\nloose-plugin_thing=\"a\\tb\"\n!includedir /etc/my.cnf.d\n!include /nowhere.cnf\n",
		"/etc/my.cnf.d/b.cnf":    "[mysqld]\nmax-connections = 20\n",
		"/etc/my.cnf.d/a.cnf":    "[mysqld]\nmax_connections=10\n",
		"/etc/my.cnf.d/c.cnf~":   "[mysqld]\nnonsense\n",
		"/etc/my.cnf.d/README":   "nonsense",
		"/etc/unrelated.d/x.cnf": "[mysqld]\nnonsense\n",
	}
	options, err := Read(files, "/etc/my.cnf")
	if err != nil {
		t.Fatal(err)
	}
	groups := []string{"mysqld"}
	for key, want := range map[string]string{
		"datadir": "/srv/db", "init_connect": "SET NAMES utf8; # no comment", "plugin_thing": "a\tb", "max_connections": "20",
	} {
		if o, ok := Last(options, groups, key); !ok || o.Value != want {
			t.Errorf("%s is %q (%t), want %q", key, o.Value, ok, want)
		}
	}
	if o, ok := Last(options, groups, "skip_name_resolve"); !ok || o.HasValue || o.Line != 7 {
		t.Errorf("skip_name_resolve: %+v", o)
	}
	if _, ok := Last(options, groups, "port"); ok {
		t.Error("an option of another group was found")
	}
}

func TestReadRefuses(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"datadir=/x\n", "/f:1: the option"},
		{"[mysqld\n", "/f:1: "},
		{"[mysqld]\n!includ /x\n", "/f:2: "},
		{"!include /f\n", "include each other"},
	} {
		_, err := Read(memory{"/f": tt.text}, "/f")
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: error %v, want %q", tt.text, err, tt.want)
		}
	}
	if _, err := Read(memory{}, "/f"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("[mysqld]\na = 'b\\'c' # d\n!includedir /x\n")
	f.Fuzz(func(t *testing.T, text string) {
		options, err := Read(memory{"/f": text}, "/f")
		if err != nil && err.Error() == "" {
			t.Fatal("an error without words")
		}
		for _, o := range options {
			if o.Group == "" && !strings.Contains(text, "[]") && !strings.Contains(text, "[ ") && !strings.Contains(text, "[\t") {
				t.Fatalf("%+v has no group", o)
			}
		}
	})
}

func TestSize(t *testing.T) {
	for text, want := range map[string]int64{"64M": 64 << 20, "1g": 1 << 30, "151": 151, " 2k ": 2048} {
		if n, ok := Size(text); !ok || n != want {
			t.Errorf("%q is %d (%t), want %d", text, n, ok, want)
		}
	}
	for _, text := range []string{"", "M", "-1", "99999999999T", "1.5G", "much"} {
		if n, ok := Size(text); ok {
			t.Errorf("%q is %d", text, n)
		}
	}
}
