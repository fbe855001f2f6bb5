package imapwire

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// Commands at the limits and beyond them; the command behind them is understood unless the error is fatal.
func TestLimits(t *testing.T) {
	limits := Limits{Text: 100, Literal: 10, Strings: 15, Skip: 200, Depth: 5, Elements: 8}
	padded := func(n int, s string) string { return s + strings.Repeat("x", n-len(s)) }
	for _, test := range []struct{ name, sent, want string }{
		{"text", padded(98, "a DELETE ") + "\r\n", ""},
		{"text beyond", padded(99, "a DELETE ") + "\r\n", "Command is too long"},
		{"text in many lines", "a ID (" + strings.Repeat("{1+}\r\nx ", 20) + ")\r\n", "Command is too long"},
		{"text beyond what is skipped", padded(1000, "a DELETE ") + "\r\n", "Command is too long to be skipped"},
		{"line that never ends", padded(100000, "a DELETE "), "Command is too long to be skipped"},
		{"blanks that never end", "a NOOP" + strings.Repeat(" ", 100000), "Command is too long to be skipped"},
		{"digits that never end", "a FETCH " + strings.Repeat("1", 100000), "Command is too long to be skipped"},
		{"quoted string that never ends", "a DELETE \"" + strings.Repeat("\\", 100000), "Command is too long to be skipped"},
		{"literal", "a LOGIN {10+}\r\n1234567890 {5+}\r\n12345\r\n", ""},
		{"literal beyond", "a LOGIN {11+}\r\n12345678901 x\r\n", "Literal is too long"},
		{"literal beyond, not sent", "a LOGIN {11}\r\n", "Literal is too long"},
		{"literals beyond", "a LOGIN {10+}\r\n1234567890 {6+}\r\n123456\r\n", "Literal is too long"},
		{"literal beyond what is skipped", "a LOGIN {201+}\r\n" + strings.Repeat("x", 201) + " x\r\n", "Literal is too long to be skipped"},
		{"literals beyond what is skipped", "a NOOP x {100+}\r\n" + strings.Repeat("x", 100) + " {100+}\r\n", "Literal is too long to be skipped"},
		{"depth", "a SEARCH NOT NOT NOT NOT NOT ALL\r\n", ""},
		{"depth beyond", "a SEARCH NOT NOT NOT NOT NOT NOT ALL\r\n", "Command is nested too deeply"},
		{"depth of lists", "a SEARCH (((((ALL)))))\r\n", ""},
		{"depth of lists beyond", "a SEARCH ((((((ALL))))))\r\n", "Command is nested too deeply"},
		{"elements", "a SEARCH ALL ALL ALL ALL ALL ALL ALL ALL\r\n", ""},
		{"elements beyond", "a SEARCH ALL ALL ALL ALL ALL ALL ALL ALL ALL\r\n", "Command has too many elements"},
		{"flags beyond", "a STORE 1 FLAGS a b c d e f g h i\r\n", "Command has too many elements"},
		{"ranges are no elements", "a FETCH 1,1,1,1,1,1,1,1,1,1,1,1,1,1 UID\r\n", ""},
		{"tag", strings.Repeat("t", 99) + " NOOP\r\n", "Command is too long"},
	} {
		for _, inPieces := range []bool{false, true} {
			c := connect(test.sent+"next NOOP\r\n", inPieces, limits)
			_, err := readCommand(c.d)
			if got := text(err); got != test.want {
				t.Errorf("%s: %q, want %q", test.name, got, test.want)
			}
			if strings.HasSuffix(test.want, "skipped") {
				if e, ok := errors.AsType[*Error](err); !ok || !e.Fatal || e.Kind != TooLong {
					t.Errorf("%s: %#v is not fatal", test.name, err)
				}
			} else if next, err := readCommand(c.d); err != nil || next.tag != "next" {
				t.Errorf("%s: then %v, %v", test.name, next, err)
			}
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Wherever a command becomes too long, a literal in it is not taken for commands.
func TestTooLongAtLiteral(t *testing.T) {
	for n := 1; n < 40; n++ {
		sent := "a LOGIN " + strings.Repeat("x", 10) + " {9+}\r\nx LOGOUT\n\r\nnext NOOP\r\n"
		c := connect(sent, n%2 == 0, Limits{Text: n})
		_, err := readCommand(c.d)
		if next, nextErr := readCommand(c.d); next.tag != "next" && err != nil && text(nextErr) != "Command is too long" {
			t.Errorf("a limit of %d: %v, then %v, %v", n, err, next, nextErr)
		} else if next.name == "LOGOUT" {
			t.Errorf("a limit of %d: the literal was taken for a command", n)
		}
	}
}

// A literal is asked for when it is wanted, and not when it is refused or the command is wrong before it.
func TestContinuation(t *testing.T) {
	for _, test := range []struct {
		sent  string
		asked int
	}{
		{"a LOGIN {1}\r\nx {1}\r\ny\r\n", 2},
		{"a LOGIN {1+}\r\nx {1+}\r\ny\r\n", 0},
		{"a LOGIN {99}\r\n", 0},
		{"a LOGIN x y {5}\r\n", 0},
		{"a FOO {5}\r\n", 0},
		{"a APPEND x {3}\r\nabc\r\n", 1},
		{"a APPEND x {3}\r\nabc {11}\r\n", 1},
		{"a APPEND x {11}\r\n", 0},
		{"a APPEND x (", 0},
	} {
		c := connect(test.sent, false, Limits{Literal: 10})
		_, _ = readCommand(c.d)
		if c.asked != test.asked {
			t.Errorf("%q: asked for %d literals, want %d", test.sent, c.asked, test.asked)
		}
	}
}

// The end of the connection, and errors of it, are told apart from errors of the client's.
func TestConnectionEnds(t *testing.T) {
	whole := "a LOGIN {3}\r\nabc \"x\"\r\n"
	for n := range whole {
		c := connect(whole[:n], false, Limits{})
		_, err := readCommand(c.d)
		want := io.ErrUnexpectedEOF
		if n == 0 {
			want = io.EOF
		}
		if err != want {
			t.Errorf("%q: %v, want %v", whole[:n], err, want)
		}
	}
	broken := errors.New("broken")
	d := NewDecoder(bufio.NewReader(strings.NewReader(whole)), Limits{}, func() error { return broken })
	if _, err := readCommand(d); err != broken {
		t.Errorf("a continuation request that cannot be sent: %v", err)
	}
}

// What the reader of a command leaves of a literal is skipped, whatever he does then.
func TestLiteralStream(t *testing.T) {
	const sent = "a APPEND x {6+}\r\nabcdef {3+}\r\nghi\r\nnext NOOP\r\n"
	for read := range 8 {
		for _, both := range []bool{false, true} {
			c := connect(sent, read%2 == 0, Limits{})
			c.d.Command()
			c.d.MailboxArg()
			var m AppendMessage
			if !c.d.AppendMessage(&m) || m.Size != 6 || m.Sync {
				t.Fatalf("%+v, %v", m, c.d.Err())
			}
			r := c.d.Accept()
			got, err := io.ReadAll(io.LimitReader(r, int64(read)))
			if want := "abcdef"[:min(read, 6)]; string(got) != want || err != nil {
				t.Errorf("read %q, %v, want %q", got, err, want)
			}
			if both && (!c.d.AppendMessage(&m) || m.Size != 3) {
				t.Errorf("second message: %+v, %v", m, c.d.Err())
			} else if both {
				second := c.d.Accept()
				if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
					t.Errorf("the first literal gives %d, %v after the second was opened", n, err)
				}
				if got, err := io.ReadAll(second); string(got) != "ghi" || err != nil {
					t.Errorf("second literal: %q, %v", got, err)
				}
			}
			if err := c.d.Finish(); both && err != nil || !both && err == nil {
				t.Errorf("end: %v", err)
			}
			if next, err := readCommand(c.d); err != nil || next.tag != "next" {
				t.Errorf("then %v, %v", next, err)
			}
		}
	}
}

// Lines of AUTHENTICATE and IDLE.
func TestLines(t *testing.T) {
	c := connect("AGEAYg==\r\n\r\n=\r\n*\r\n!\r\n*x\r\nAGE\r\nDONE\r\ndone \r\nNOPE\r\nnext NOOP\r\n", false, Limits{})
	for _, want := range []string{"\"\\x00a\\x00b\" <nil>", "\"\" <nil>", "\"\" <nil>", "\"\" AUTHENTICATE was given up", "\"\" Base64 expected",
		"\"\" End of the command expected at byte 2", "\"\" Base64 expected"} {
		if b, err := c.d.Response(); fmt.Sprintf("%q %v", b, err) != want {
			t.Errorf("response %q, %v, want %s", b, err, want)
		}
	}
	for _, want := range []string{"", "", "DONE expected at byte 1"} {
		if err := c.d.Done(); text(err) != want {
			t.Errorf("DONE: %v, want %q", err, want)
		}
	}
	if next, err := readCommand(c.d); err != nil || next.tag != "next" {
		t.Errorf("then %v, %v", next, err)
	}
}

// The whole text of a command is looked at a bounded number of times, whatever is in it.
func TestSteps(t *testing.T) {
	const n = 3000
	for _, part := range []string{"(", "NOT ", "OR ", "ALL ", "1,", "(ALL) ", "\"\" ", "\\", "{0+}\r\n ", "{1", " ", "1.", "&", "x", "RETURN ", "\x00"} {
		for _, begin := range []string{"a SEARCH ", "a FETCH 1 (", "a FETCH 1 BODY[", "a FETCH ", "a LIST ", "a LOGIN ", "a ID (", "a STORE 1 FLAGS (", "a \"", ""} {
			sent := begin + strings.Repeat(part, n) + "\r\n"
			c := connect(sent, false, Limits{Text: 1 << 20, Skip: 1 << 20, Depth: 1 << 20, Elements: 1 << 20})
			_, _ = readCommand(c.d)
			if c.d.steps > stepsPerByte*len(sent) {
				t.Errorf("%q and %d times %q: %d steps for %d bytes", begin, n, part, c.d.steps, len(sent))
			}
		}
	}
}
