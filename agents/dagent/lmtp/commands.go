package lmtp

import (
	"bufio"
	"bytes"
	"errors"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// maxCommand bounds a command line, in bytes. RFC 5321 section 4.5.3.1.4 has 512; parameters of extensions come on top.
const maxCommand = 4096

// noDomain stands for the domain of an address that has none: go-smtp takes no such address, but senders on the same machine give
// login names. The name cannot exist (RFC 6761 section 6.4).
const noDomain = "login.invalid"

var (
	errLongCommand = errors.New("lmtp: a command line without end")
	errStopped     = errors.New("lmtp: the server is stopping")
)

// commandConn is a connection on which command lines are bounded, and given to the reader one at a time, whereas the text of a mail
// may have lines of any length. It keeps the time that a sender may take for each read.
//
// One goroutine reads at a time: that of the connection, or that which takes a mail's text. startText and stop may be called by
// others.
type commandConn struct {
	net.Conn
	in       *bufio.Reader
	timeout  time.Duration
	line     []byte // rest of a command line that was read
	chunk    int64  // bytes of a chunk that follow (BDAT)
	text     *textEnd
	data     atomic.Bool // the last command is DATA
	accepted atomic.Bool // text follows it
	waiting  atomic.Bool // for a command
	stopped  atomic.Bool
	release  func() bool // has stop not be called any more
}

func newCommandConn(c net.Conn, timeout time.Duration) *commandConn {
	return &commandConn{Conn: c, in: bufio.NewReaderSize(c, maxCommand), timeout: timeout}
}

// startText says that what follows DATA is the text of a mail, since the command was accepted. After BDAT it has no effect.
func (c *commandConn) startText() { c.accepted.Store(c.data.Load()) }

// stop ends the connection as soon as it waits for a command.
func (c *commandConn) stop() {
	c.stopped.Store(true)
	if c.waiting.Load() {
		_ = c.SetReadDeadline(time.Unix(1, 0)) // fails only if the connection is closed already
	}
}

// Close ends the connection.
func (c *commandConn) Close() error {
	if c.release != nil {
		c.release()
	}
	return c.Conn.Close()
}

// Read gives the rest of a command line, or a piece of a mail's text.
func (c *commandConn) Read(b []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.timeout)); err != nil {
		return 0, err
	}
	if c.accepted.Swap(false) {
		c.text = &textEnd{seen: lineStart}
	}
	switch {
	case c.chunk > 0:
		n, err := c.in.Read(b[:min(int64(len(b)), c.chunk)])
		c.chunk -= int64(n)
		return n, err
	case c.text != nil:
		return c.readText(b)
	case len(c.line) == 0:
		if err := c.readCommand(); err != nil {
			return 0, err
		}
	}
	n := copy(b, c.line)
	c.line = c.line[n:]
	return n, nil
}

// readText gives text up to the line with a single dot at most.
func (c *commandConn) readText(b []byte) (int, error) {
	if _, err := c.in.Peek(1); err != nil {
		return 0, err
	}
	waiting, _ := c.in.Peek(min(c.in.Buffered(), len(b)))
	n, ended := c.text.find(waiting)
	if ended {
		c.text = nil
	}
	return c.in.Read(b[:n])
}

func (c *commandConn) readCommand() error {
	c.waiting.Store(true)
	defer c.waiting.Store(false)
	if c.stopped.Load() {
		return errStopped
	}
	line, err := c.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return errLongCommand
	}
	if err != nil {
		return err
	}
	verb, _, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
	verb = strings.ToUpper(verb)
	c.data.Store(verb == "DATA")
	switch verb {
	case "BDAT":
		if f := strings.Fields(string(line)); len(f) > 1 {
			if n, err := strconv.ParseUint(f[1], 10, 32); err == nil {
				c.chunk = int64(n)
			}
		}
	case "RCPT":
		line = qualify(line)
	}
	c.line = bytes.Clone(line)
	return nil
}

// qualify gives the address of a RCPT command a domain if it has none.
func qualify(line []byte) []byte {
	start := bytes.IndexByte(line, '<')
	end := bytes.IndexByte(line, '>')
	if start < 0 || end <= start+1 || bytes.IndexByte(line[start:end], '@') >= 0 || bytes.EqualFold(line[start+1:end], []byte("postmaster")) {
		return line
	}
	return append(append(append([]byte{}, line[:end]...), "@"+noDomain...), line[end:]...)
}

// textEnd looks for the end of a mail's text: CRLF, a dot, CRLF. The text begins as if CRLF stood before it.
type textEnd struct {
	// seen is how much of the end was seen: the beginning of "\r\n.\r\n". It begins behind the first CRLF, at lineStart.
	seen int
}

const (
	endOfText = "\r\n.\r\n"
	lineStart = 2
)

// find returns how many bytes of b belong to the text, its end included, and whether they end it.
func (t *textEnd) find(b []byte) (n int, ended bool) {
	for i, ch := range b {
		switch {
		case ch == endOfText[t.seen]:
			t.seen++
		case ch == '\r':
			t.seen = 1
		default:
			t.seen = 0
		}
		if t.seen == len(endOfText) {
			return i + 1, true
		}
	}
	return len(b), false
}
