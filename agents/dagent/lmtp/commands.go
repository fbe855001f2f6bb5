package lmtp

import (
	"bufio"
	"bytes"
	"errors"
	"net"
	"strconv"
	"strings"
	"sync"
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
// Answers to commands that came together go out together (RFC 2920 section 3.2): at the latest before the sender is waited for.
//
// One goroutine reads at a time: that of the connection, or that which takes a mail's text. stop and Close may be called by others.
type commandConn struct {
	net.Conn
	in      *bufio.Reader
	timeout time.Duration
	line    []byte // rest of a command line that was read, or of what stands for a mail's text
	chunk   int64  // bytes of a chunk that follow (BDAT)
	// delivering: the last command is DATA, and what became of the mail is told at once, for the sender has it until then.
	delivering bool
	broken     error // a mail's text ended with it: nobody knows what would come next
	waiting    atomic.Bool
	stopped    atomic.Bool
	release    func() bool // has stop not be called any more

	answers sync.Mutex
	out     []byte // answers that wait
}

// bufferSize holds a small mail, so that it needs one read.
const bufferSize = 4 * maxCommand

func newCommandConn(c net.Conn, timeout time.Duration) *commandConn {
	return &commandConn{Conn: c, in: bufio.NewReaderSize(c, bufferSize), timeout: timeout}
}

// stop ends the connection as soon as it waits for a command.
func (c *commandConn) stop() {
	c.stopped.Store(true)
	if c.waiting.Load() {
		_ = c.SetReadDeadline(time.Unix(1, 0)) // fails only if the connection is closed already
	}
}

// Close ends the connection. Answers that wait are sent, unless somebody is just sending: that may take as long as the sender likes.
func (c *commandConn) Close() error {
	if c.release != nil {
		c.release()
	}
	if c.answers.TryLock() {
		_ = c.flush() // nobody is left to hear of it
		c.answers.Unlock()
	}
	return c.Conn.Close()
}

// Write sends answers, or keeps them while there is a command to answer as well.
func (c *commandConn) Write(b []byte) (int, error) {
	c.answers.Lock()
	defer c.answers.Unlock()
	c.out = append(c.out, b...)
	if !c.delivering && c.hasCommand() && len(c.out) < bufferSize {
		return len(b), nil
	}
	if err := c.flush(); err != nil {
		return 0, err
	}
	return len(b), nil
}

// hasCommand reports whether a whole command line has come.
func (c *commandConn) hasCommand() bool {
	if c.chunk > 0 || c.in.Buffered() == 0 {
		return false
	}
	came, _ := c.in.Peek(c.in.Buffered())
	return bytes.IndexByte(came, '\n') >= 0
}

// flush sends the answers that wait; the caller holds their lock.
func (c *commandConn) flush() error {
	if len(c.out) == 0 {
		return nil
	}
	_, err := c.Conn.Write(c.out)
	c.out = c.out[:0]
	return err
}

// await prepares for waiting for the sender.
func (c *commandConn) await() error {
	c.answers.Lock()
	defer c.answers.Unlock()
	if err := c.flush(); err != nil {
		return err
	}
	return c.SetReadDeadline(time.Now().Add(c.timeout))
}

// Read gives the rest of a command line, or a piece of a chunk of a mail.
func (c *commandConn) Read(b []byte) (int, error) {
	switch {
	case c.broken != nil:
		return 0, c.broken
	case c.chunk > 0:
		if c.in.Buffered() == 0 {
			if err := c.await(); err != nil {
				return 0, err
			}
		}
		n, err := c.in.Read(b[:min(int64(len(b)), c.chunk)])
		c.chunk -= int64(n)
		return n, err
	case len(c.line) == 0:
		if err := c.readCommand(); err != nil {
			return 0, err
		}
	}
	n := copy(b, c.line)
	c.line = c.line[n:]
	return n, nil
}

func (c *commandConn) readCommand() error {
	if !c.hasCommand() {
		if err := c.await(); err != nil {
			return err
		}
	}
	c.waiting.Store(true)
	defer c.waiting.Store(false)
	if c.stopped.Load() {
		return errStopped
	}
	line, err := c.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) || len(line) > maxCommand {
		return errLongCommand
	}
	if err != nil {
		return err
	}
	verb, _, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
	verb = strings.ToUpper(verb)
	c.delivering = false
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
	c.line = append(c.line[:0], line...)
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
