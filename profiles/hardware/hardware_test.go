package hardware

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestUnpack(t *testing.T) {
	m, err := parse("what: a machine\nmade: from nothing\nwant usable: 5\n-- a/b --\nline\n-- a/c -> b --\n-- x (hex) --\n00 ff\n-- y (args) --\none\ntwo\n")
	if err != nil {
		t.Fatal(err)
	}
	if m.What != "a machine" || m.Made != "from nothing" || m.Want["usable"] != "5" {
		t.Errorf("got %+v", m)
	}
	dir := t.TempDir()
	if err := m.Unpack(dir); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a/b": "line\n", "a/c": "line\n", "x": "\x00\xff", "y": "one\x00two\x00"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v, want %q", name, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"-- ../x --\n", "-- /etc/passwd --\n", "-- a (hex) --\nzz\n"} {
		if _, err := parse(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("what: x\n-- a --\nb\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := parse(text)
		if err != nil {
			return
		}
		for _, file := range m.files {
			if !filepath.IsLocal(file.path) || strings.HasPrefix(file.path, "/") {
				t.Fatalf("%q leaves the folder", file.path)
			}
		}
	})
}
