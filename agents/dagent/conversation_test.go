package dagent

import (
	"bufio"
	"io"
	"net"
	"net/textproto"
	"strings"
	"testing"
)

// conversation is a sender's side of LMTP.
type conversation struct {
	t  testing.TB
	c  net.Conn
	in *textproto.Reader
}

func newConversation(t testing.TB, c net.Conn) *conversation {
	return &conversation{t, c, textproto.NewReader(bufio.NewReader(c))}
}

func (c *conversation) say(line string) {
	c.t.Helper()
	if _, err := io.WriteString(c.c, line+"\r\n"); err != nil {
		c.t.Fatal(err)
	}
}

// line is the last line of an answer.
func (c *conversation) line() string {
	c.t.Helper()
	for {
		line, err := c.in.ReadLine()
		if err != nil {
			c.t.Fatal(err)
		}
		if len(line) < 4 || line[3] != '-' {
			return line
		}
	}
}

func (c *conversation) expect(code string) {
	c.t.Helper()
	if line := c.line(); !strings.HasPrefix(line, code) {
		c.t.Fatalf("got %q, want %s", line, code)
	}
}
