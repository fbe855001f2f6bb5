package pop3_test

import (
	"bufio"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zarafa/agents/gateway/pop3"
)

// TestDialogues plays the files in testdata: each on a store of its own. Lines that begin with "C: " are sent and those with "S: " must come, where a * at the
// end stands for any rest; \0 and the like are as in Go. "---" begins another connection, "closed" says that the server has ended it, "broken off" that it did so within an answer, and "as" is followed
// by what the connection is: remote (passwords need TLS), tls (it can begin), tokens.
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			store := newStore(t)
			for _, script := range strings.Split(string(text), "---\n") {
				play(t, &pop3.Server{Mailboxes: store}, script)
			}
		})
	}
}

func play(t *testing.T, s *pop3.Server, script string) {
	t.Helper()
	c := &conn{plaintext: true}
	lines := strings.Split(strings.TrimSuffix(script, "\n"), "\n")
	for strings.HasPrefix(lines[0], "#") {
		lines = lines[1:]
	}
	if words, ok := strings.CutPrefix(lines[0], "as "); ok {
		lines = lines[1:]
		c.plaintext = !strings.Contains(words, "remote")
		c.tls = strings.Contains(words, "tls")
		s.Tokens = strings.Contains(words, "tokens")
	}
	client, ended := serve(t, s, c)
	in := bufio.NewReader(client)
	for i, line := range lines {
		switch what, text, _ := strings.Cut(line, ": "); {
		case line == "" || line[0] == '#':
		case what == "C":
			send(client, text)
		case what == "S":
			got, err := in.ReadString('\n')
			if !matches(strings.TrimSuffix(got, "\r\n"), text) || err != nil || !strings.HasSuffix(got, "\r\n") {
				t.Fatalf("line %d: %q, %v, want %q", i+1, got, err, text)
			}
		case line == "broken off":
			if rest, err := io.ReadAll(in); err != nil || strings.HasSuffix(string(rest), "\r\n.\r\n") {
				t.Fatalf("line %d: %q, %v looks whole", i+1, rest, err)
			}
			<-ended
		case line == "closed":
			if rest, err := io.ReadAll(in); err != nil || len(rest) > 0 {
				t.Fatalf("line %d: %q, %v after the end", i+1, rest, err)
			}
			<-ended
		default:
			t.Fatalf("line %d: what is %q?", i+1, line)
		}
	}
	_ = client.Close()
	<-ended
}

// send sends a line without waiting for the server to read it, as the network does. The server may end the connection first.
func send(client net.Conn, text string) {
	text = strings.NewReplacer(`\0`, "\x00", `\r`, "\r", `\n`, "\n").Replace(text)
	go func() { _, _ = io.WriteString(client, text+"\r\n") }()
}

func matches(got, want string) bool {
	if beginning, ok := strings.CutSuffix(want, "*"); ok {
		return strings.HasPrefix(got, beginning)
	}
	return got == want
}
