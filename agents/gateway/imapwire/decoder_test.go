package imapwire

import (
	"errors"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata anew")

// unescape makes line ends and odd bytes of their escapes.
var unescape = strings.NewReplacer(`\r`, "\r", `\n`, "\n", `\0`, "\x00", `\8`, "\xfc")

// escape is the other way round, for what is in testdata.
var escape = strings.NewReplacer("\r\n", `\r\n`, "\x00", `\0`, "\xfc", `\8`)

// Each command of the grammar, and what is wrong with those that are none. A line beginning with ">" is what a client sends, without the last
// line end, "8>" with names in UTF-8; "<" is what was understood, written in the one way of format_test.go; "!" is the error.
func TestCommands(t *testing.T) {
	const file = "testdata/commands.txt"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	var written []string
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		written = append(written, line)
		mode, sent, ok := strings.Cut(line, "> ")
		if !ok || mode != "" && mode != "8" {
			continue
		}
		got := understood(t, unescape.Replace(sent)+"\r\n", mode == "8")
		if i++; !*update && (i == len(lines) || lines[i] != got) {
			t.Errorf("%s:%d: %s\n got %s\nwant %s", file, i, sent, got, lines[min(i, len(lines)-1)])
		} else if *update && i < len(lines) && (lines[i] == "" || lines[i][0] != '<' && lines[i][0] != '!') {
			i--
		}
		written = append(written, got)
	}
	if *update {
		if err := os.WriteFile(file, []byte(strings.Join(written, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// understood is the line for what a client sends. The command behind it must be understood too, however the bytes arrive, unless the error
// is fatal.
func understood(t *testing.T, sent string, isUTF8 bool) string {
	t.Helper()
	var results [2]string
	for i, inPieces := range []bool{false, true} {
		c := connect(sent+"next NOOP\r\n", inPieces, Limits{})
		c.d.SetUTF8(isUTF8)
		got, err := readCommand(c.d)
		if e, ok := errors.AsType[*Error](err); ok {
			results[i] = "! " + e.Text
			if e.Fatal {
				continue
			}
		} else if err != nil {
			t.Errorf("%s: %v", sent, err)
		} else {
			results[i] = "< " + escape.Replace(strings.TrimSuffix(format(got, isUTF8), "\r\n"))
			again := connect(format(got, isUTF8), inPieces, Limits{})
			again.d.SetUTF8(isUTF8)
			if c, err := readCommand(again.d); err != nil || !reflect.DeepEqual(withoutSync(c), withoutSync(got)) {
				t.Errorf("%s was written as %s and read as %v, %v", sent, format(got, isUTF8), c, err)
			}
		}
		if next, err := readCommand(c.d); err != nil || next.tag != "next" || next.name != "NOOP" {
			t.Errorf("%s: the next command is %v, %v", sent, next, err)
		}
	}
	if results[0] != results[1] {
		t.Errorf("%s\n in one piece: %s\nbyte by byte: %s", sent, results[0], results[1])
	}
	return results[0]
}

// withoutSync forgets whether literals of APPEND were waited for.
func withoutSync(c command) command {
	if p, ok := c.args.(pair); ok {
		if messages, ok := p.second.([]appended); ok {
			for i := range messages {
				messages[i].Sync = false
			}
		}
	}
	return c
}
