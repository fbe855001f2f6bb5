package lmtp

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/emersion/go-smtp"

	"zarafa/internal/testseed"
)

// pipe is a connection whose sender has sent everything already.
type pipe struct {
	net.Conn
	in     io.Reader
	writes []string
}

func (p *pipe) Read(b []byte) (int, error) { return p.in.Read(b) }
func (p *pipe) Write(b []byte) (int, error) {
	p.writes = append(p.writes, string(b))
	return len(b), nil
}
func (p *pipe) SetReadDeadline(time.Time) error { return nil }
func (p *pipe) Close() error                    { return nil }
func over(in io.Reader) (*commandConn, *pipe) {
	p := &pipe{in: in}
	return newCommandConn(p, time.Minute), p
}
func textOf(c *commandConn, limit int64) (string, error) {
	b, err := io.ReadAll(c.text(limit))
	return string(b), err
}

// reference reads a text in the plainest way: line by line, where CRLF alone ends one.
func reference(in string) (text, rest string, whole bool) {
	for at := 0; ; {
		end := strings.Index(in[at:], "\r\n")
		if end < 0 {
			return "", "", false
		}
		line := in[at : at+end+2]
		at += len(line)
		if line == ".\r\n" {
			return text, in[at:], true
		}
		text += strings.TrimPrefix(line, ".")
	}
}

// checkText compares what is read of a text, in pieces of any size, and what is left for the next command.
func checkText(t *testing.T, in string, split func(io.Reader) io.Reader) {
	t.Helper()
	c, _ := over(split(strings.NewReader(in)))
	text, err := textOf(c, 0)
	want, rest, whole := reference(in)
	if !whole {
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("%q without an end: %q, %v", in, text, err)
		}
		if _, err := c.Read(make([]byte, 10)); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("%q: a command after it: %v", in, err)
		}
		return
	}
	if err != nil || text != want {
		t.Fatalf("%q: %q, %v; want %q", in, text, err, want)
	}
	left, err := io.ReadAll(io.LimitReader(c, 3))
	if err != nil || string(left) != ".\r\n" {
		t.Fatalf("%q: go-smtp gets %q, %v", in, left, err)
	}
	left, err = io.ReadAll(c.in)
	if err != nil || string(left) != rest {
		t.Fatalf("%q: %q is left, want %q, %v", in, left, rest, err)
	}
}

var splits = map[string]func(io.Reader) io.Reader{
	"whole": func(r io.Reader) io.Reader { return r }, "bytes": iotest.OneByteReader, "halves": iotest.HalfReader,
	"with the error": iotest.DataErrReader,
}

// Text ends at a line with a single dot and nowhere else, however it comes in.
func TestText(t *testing.T) {
	random := testseed.New(t)
	const alphabet = "\r\r\n\n...ab"
	for range 3000 {
		b := make([]byte, random.IntN(24))
		for i := range b {
			b[i] = alphabet[random.IntN(len(alphabet))]
		}
		in := string(b)
		if random.IntN(4) > 0 {
			in += "\r\n.\r\nRSET\r\n"
		}
		for _, split := range splits {
			checkText(t, in, split)
		}
	}
	for _, in := range []string{".\r\n", "..\r\n.\r\n", ".\r\r\n.\r\n", "a\r\r\n.\r\nb", ".\rx\r\n.\r\n", strings.Repeat("a", 3*bufferSize) + "\r\n.\r\n"} {
		for _, split := range splits {
			checkText(t, in, split)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("a\r\n..\r\n.\r\nRSET\r\n")
	f.Add(".\r\r\n.\r\n")
	f.Fuzz(func(t *testing.T, in string) {
		for _, split := range splits {
			checkText(t, in, split)
		}
	})
}

// A text may have as many bytes as the limit says; of a larger one the rest is passed over.
func TestTextLimit(t *testing.T) {
	const in = "12345678\r\n.\r\nRSET\r\n"
	c, _ := over(strings.NewReader(in))
	if got, err := textOf(c, 10); err != nil || got != "12345678\r\n" {
		t.Errorf("%q, %v", got, err)
	}
	c, _ = over(iotest.OneByteReader(strings.NewReader(in)))
	text := c.text(9)
	if _, err := io.ReadAll(text); !errors.Is(err, smtp.ErrDataTooLarge) {
		t.Errorf("too large: %v", err)
	}
	text.finish()
	if left, err := io.ReadAll(c); err != nil || string(left) != ".\r\nRSET\r\n" {
		t.Errorf("%q is left, %v", left, err)
	}
}

// Answers to commands that came together go out together; what became of a mail does not wait for the commands behind it.
func TestAnswersTogether(t *testing.T) {
	c, p := over(strings.NewReader("MAIL\r\nRCPT\r\nDATA\r\ntext\r\n.\r\nRSET\r\n"))
	command := func(want, answer string) {
		t.Helper()
		b := make([]byte, 100)
		n, err := c.Read(b)
		if err != nil || string(bytes.TrimSpace(b[:n])) != want {
			t.Fatalf("%q, %v; want %q", b[:n], err, want)
		}
		if _, err := c.Write([]byte(answer)); err != nil {
			t.Fatal(err)
		}
	}
	command("MAIL", "1")
	command("RCPT", "2")
	command("DATA", "3")
	if text, err := textOf(c, 0); err != nil || text != "text\r\n" {
		t.Fatalf("%q, %v", text, err)
	}
	command(".", "4")
	command("RSET", "5")
	if got := strings.Join(p.writes, " "); got != "1234 5" {
		t.Errorf("sent %q", got)
	}
}
