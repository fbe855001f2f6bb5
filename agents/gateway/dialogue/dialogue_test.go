package dialogue

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
)

// scripted is a server that says the lines of a script; a line "<" waits for one of the client.
func scripted(script string) Server {
	return Server{User: "anna", Password: "x", Dial: func() (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			defer server.Close()
			r := bufio.NewReader(server)
			for line := range strings.SplitSeq(script, "\n") {
				if line == "<" {
					if _, err := r.ReadString('\n'); err != nil {
						return
					}
					continue
				}
				if _, err := io.WriteString(server, strings.ReplaceAll(line, `\r\n`, "\r\n")+"\r\n"); err != nil {
					return
				}
			}
			_, _ = io.Copy(io.Discard, r)
		}()
		return client, nil
	}}
}

func TestPlay(t *testing.T) {
	for _, test := range []struct{ name, text, script, err string }{
		{"greeting", "S: * OK …", "* OK ready", ""},
		{"command", "S: * OK …\nC: a NOOP\nS: a OK …", "* OK ready\n<\na OK done", ""},
		{"another answer", "S: a OK …", "a NO done", `line 1: a NO done instead of ["a OK …"]`},
		{"any order", "S: * 1 EXISTS\nS: * FLAGS …\nS: a OK", "* FLAGS ()\n* 1 EXISTS\na OK", ""},
		{"missing", "S: * 1 EXISTS\nS: a OK", "a OK", `line 1: a OK came before ["* 1 EXISTS"]`},
		{"unexpected", "S: * 1 EXISTS\nS: a OK", "* 1 EXISTS\n* 2 EXISTS\na OK", `line 1: * 2 EXISTS instead of ["a OK"]`},
		{"passed over", "S: *\nS: a OK", "* 1 EXISTS\n* 2 EXISTS\na OK", ""},
		{"behind the tagged one", "S: *\nS: a OK\nS: * 1 EXISTS", "a OK\n* 2 EXISTS", `line 3: * 2 EXISTS instead of ["* 1 EXISTS"]`},
		{"literal", `S: * 1 FETCH (X {4}\r\na\r\nb Y)`, `* 1 FETCH (X {4}\r\na\r\nb Y)`, ""},
		{"value", "S: * OK [UIDNEXT $uid]\nS: * FETCH (UID $uid)\nS: a OK", "* OK [UIDNEXT 5]\n* FETCH (UID 5)\na OK", ""},
		{"other value", "S: * OK [UIDNEXT $uid]\nS: * $uid\nS: a OK", "* OK [UIDNEXT 5]\n* 6\na OK", `line 1: * 6 instead of ["* $uid" "a OK"]`},
		{"flags", `S: * FLAGS (\Seen \Answered)`, `* FLAGS (\Answered \Seen)`, ""},
		{"flags and more", `S: * FLAGS (\Seen \Answered …)`, `* FLAGS (\Seen \Recent \Answered Work)`, ""},
		{"other flags", `S: * FLAGS (\Seen …)`, `* FLAGS (\Answered)`, `line 1: * FLAGS (\Answered) instead of ["* FLAGS (\\Seen …)"]`},
		{"user", "S: $user", "anna", ""},
		{"the end", "S: a", "\n", "line 1:  instead of [\"a\"]"},
		{"two connections", "S: a\nS2: a\nC: x\nS: b", "a\n<\nb", ""},
		{"no dialogue", "X: a", "", "line 1 is none of a dialogue"},
	} {
		err := Play(test.text, scripted(test.script))
		if got := errorText(err); got != test.err {
			t.Errorf("%s: %s, want %s", test.name, got, test.err)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
