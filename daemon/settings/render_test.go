package settings

import (
	"bytes"
	"strings"
	"testing"
)

func TestDumpReadsBack(t *testing.T) {
	var e, again example
	s, err := load(t, &e, "server_name = a b\ncache_size = 3m\nadmins = x y\nserver_enabled = no\nsession_timeout = 7")
	if err != nil {
		t.Fatal(err)
	}
	var dump bytes.Buffer
	if err := s.Dump(&dump); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(dump.String(), "# cache_size: automatic: a quarter of the memory = 2g\n") {
		t.Errorf("no formula in\n%s", dump.String())
	}
	if _, err := load(t, &again, dump.String()); err != nil {
		t.Fatal(err)
	}
	if again.name != e.name || again.size != e.size || len(again.admins) != 2 || again.enabled || again.timeout != e.timeout {
		t.Errorf("got %+v, want %+v", again, e)
	}
}

func TestSample(t *testing.T) {
	var e example
	var sample bytes.Buffer
	if err := WriteSample(&sample, "Example", e.sections()); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(sample.String(), "server_bind") || strings.Contains(sample.String(), "threads") {
		t.Error("the sample has settings that nobody should use any more")
	}
	if !strings.Contains(sample.String(), "# A port. (a number from 1 to 65535) (restart)\n#server_port = 236\n") {
		t.Errorf("sample:\n%s", sample.String())
	}
	// With every setting uncommented the sample is a valid file.
	var lines []string
	for line := range strings.Lines(sample.String()) {
		if rest, ok := strings.CutPrefix(line, "#"); ok && !strings.HasPrefix(rest, " ") && !strings.HasPrefix(rest, "#") {
			line = rest
		}
		lines = append(lines, line)
	}
	s, err := load(t, &e, strings.Join(lines, ""))
	if err != nil || !s.Given("server_port") {
		t.Errorf("the sample does not work: %v", err)
	}
}

func TestMarkdown(t *testing.T) {
	var e example
	var text bytes.Buffer
	if err := WriteMarkdown(&text, "Example", "Introduction.", e.sections()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"# Example\n\nIntroduction.\n",
		"| `server_port` | `236` | restart | A port. (a number from 1 to 65535) |",
		"| `threads` |  |  | Accepted without effect: threads come by themselves. |",
		"Also: `node_name`.",
		"0 = automatic: a quarter of the memory.",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
}
