package settings

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
)

// FuzzParse reads any text as a settings file: it must not panic or hang, and what
// it accepts must be dumped so that it reads back the same.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "server_name = a\n", "# comment\r\n!include b.cfg\n!include", "a", "=", " = b", "server_name=$HOSTNAME",
		"server_enabled = n\nserver_port = 1\ncache_size = 4 k\nadmins = a b\nsession_timeout = 1\ndatabase_engine = mysql",
		"!include a.cfg\n! include x\n!\n!!", "mysql_password = $SECRET", "server_name = \x00\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var e example
		s := newSet(t, &e)
		err := s.ReadFile("/a.cfg", files{"/a.cfg": text, "/b.cfg": text}.source())
		if err == nil {
			err = s.Apply()
		}
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				t.Fatal("an existing file is reported missing")
			}
			return
		}
		var dump strings.Builder
		if err := s.Dump(&dump); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(e.name, "$") {
			return // would be looked up in the environment
		}
		var again example
		if _, err := load(t, &again, dump.String()); err != nil {
			t.Fatalf("the dump does not read back: %v\n%s", err, dump.String())
		}
		if again.name != e.name || again.port != e.port || again.size != e.size || again.timeout != e.timeout {
			t.Fatalf("got %+v, want %+v", again, e)
		}
	})
}

func TestFormatSize(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1": 1, "1023": 1023, "1k": 1 << 10, "1025": 1025, "256m": 256 << 20, "1536m": 1536 << 20, "2g": 2 << 30,
	} {
		got, err := ParseSize(text)
		if err != nil || got != want || FormatSize(got) != text {
			t.Errorf("%q gives %d (%q), %v", text, got, FormatSize(got), err)
		}
	}
	for _, text := range []string{"", "k", "1kb", "1.5g", "0x10", "+ 1"} {
		if got, err := ParseSize(text); err == nil {
			t.Errorf("%q gives %d", text, got)
		}
	}
}
