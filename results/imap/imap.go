package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// conn is a connection of a mail program.
type conn struct {
	net  net.Conn
	in   *bufio.Reader
	tag  int
	line []byte
}

// dial connects and reads the greeting.
func dial(address string, secure *tls.Config) (*conn, error) {
	n, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	if secure != nil {
		n = tls.Client(n, secure)
	}
	c := &conn{net: n, in: bufio.NewReaderSize(n, 64<<10)}
	_, err = c.in.ReadSlice('\n')
	return c, err
}

func (c *conn) close() { _ = c.net.Close() }

// command sends a command and reads up to its answer: result is what came with it, of lines without the contents of literals.
func (c *conn) command(text string) (result answer, err error) {
	if err := c.send(text); err != nil {
		return result, err
	}
	return c.answer(text)
}

func (c *conn) send(text string) error {
	c.tag++
	c.line = fmt.Appendf(c.line[:0], "a%d %s\r\n", c.tag, text)
	_, err := c.net.Write(c.line)
	return err
}

// answer is what a command has answered.
type answer struct {
	untagged int // lines
	bytes    int
	last     string // the last untagged line
	code     string // of the tagged line
}

func (c *conn) answer(command string) (a answer, err error) {
	tag := []byte("a" + strconv.Itoa(c.tag) + " ")
	continued := false // the line goes on behind a literal
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return a, err
		}
		a.bytes += len(line)
		if !continued {
			if rest, ok := bytes.CutPrefix(line, tag); ok {
				if !bytes.HasPrefix(rest, []byte("OK ")) {
					return a, fmt.Errorf("%.60q is answered %q", command, line)
				}
				a.code = string(rest)
				return a, nil
			}
			a.untagged++
			if bytes.HasPrefix(line, []byte("* SEARCH")) {
				a.last = string(line)
			}
		}
		size, literal := literalOf(line)
		if continued = literal || err != nil; literal {
			if _, err := c.in.Discard(size); err != nil {
				return a, err
			}
			a.bytes += size
		}
	}
}

// literalOf is the size of a literal that a line ends with.
func literalOf(line []byte) (size int, ok bool) {
	line, ok = bytes.CutSuffix(line, []byte("}\r\n"))
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(string(line[bytes.LastIndexByte(line, '{')+1:]))
	return n, err == nil
}

// logOn connects, logs on and selects a mailbox.
func logOn(address string, secure *tls.Config, name, mailbox string) (*conn, error) {
	c, err := dial(address, secure)
	if err != nil {
		return nil, err
	}
	_, err = c.command("LOGIN " + name + " secret")
	if err == nil && mailbox != "" {
		_, err = c.command("SELECT " + mailbox)
	}
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// appendMails saves mails, some by each command (RFC 3502).
func (c *conn) appendMails(mailbox string, from, n, size int) error {
	const together = 100
	var mail bytes.Buffer
	for i := 0; i < n; i += together {
		c.tag++
		w := bufio.NewWriterSize(c.net, 256<<10)
		fmt.Fprintf(w, "a%d APPEND %s", c.tag, mailbox)
		for j := i; j < min(n, i+together); j++ {
			mail.Reset()
			write(&mail, from+j, size)
			fmt.Fprintf(w, " {%d+}\r\n", mail.Len())
			if _, err := mail.WriteTo(w); err != nil {
				return err
			}
		}
		if _, err := io.WriteString(w, "\r\n"); err != nil {
			return err
		}
		if err := w.Flush(); err != nil {
			return err
		}
		if _, err := c.answer("APPEND"); err != nil {
			return err
		}
	}
	return nil
}

// found counts what SEARCH has found.
func (a answer) found() int { return max(0, len(strings.Fields(a.last))-2) }
