package tree_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"zarafa/mail/tree"
)

// outline shows a tree on one line: types, [header body end lines] and reasons.
func outline(p *tree.Part) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s/%s", p.Type, p.Subtype)
	if p.Reason != tree.AsDeclared {
		fmt.Fprintf(&out, "!%d", p.Reason)
	}
	if len(p.Parts) > 0 {
		out.WriteString("(")
		for i, c := range p.Parts {
			if i > 0 {
				out.WriteString(" ")
			}
			out.WriteString(outline(c))
		}
		out.WriteString(")")
	}
	if p.Message != nil {
		out.WriteString("{" + outline(p.Message) + "}")
	}
	return out.String()
}

// contents are the leaves as they stand, separated by |.
func contents(m *tree.Message) string {
	var out []string
	for p := range m.Root.All() {
		if p.IsLeaf() {
			b, _ := io.ReadAll(m.RawBody(p))
			out = append(out, string(b))
		}
	}
	return strings.Join(out, "|")
}

var trees = []struct{ name, mail, outline, contents string }{
	{"empty", "", "text/plain", ""},
	{"one line end", "\n", "text/plain", ""},
	{"header alone", "Subject: x\n", "text/plain", ""},
	{"header without line end", "Subject: x", "text/plain", ""},
	{"plain", "Subject: x\n\nbody\n", "text/plain", "body\n"},
	{"no header", "Dear all,\nthis is it\n\nbye\n", "text/plain", "Dear all,\nthis is it\n\nbye\n"},
	{"empty header", "\nbody\n", "text/plain", "body\n"},
	{"empty lines in front", "\n\nSubject: x\n\nbody\n", "text/plain", "body\n"},
	{"mbox", "From joe Mon Nov 30 08:00:00 2026\nSubject: x\n\nbody\n", "text/plain", "body\n"},
	{"leading blank", " Content-Type: text/html\nTo: b\n\nbody\n", "text/html", "body\n"},
	{"line without colon, the header goes on", "Subject: x\nrubbish here\nContent-Type: text/html\n\nbody\n", "text/html", "body\n"},
	{"no empty line", "Subject: x\nHello,\nbye\n\nPS\n", "text/plain", "Hello,\nbye\n\nPS\n"},
	{"no empty line nor another", "Subject: x\nHello,\nbye\n", "text/plain", "Hello,\nbye\n"},
	{"two parts", "Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\n\none\n--b\nContent-Type: text/html\n\ntwo\n\n--b--\nepilogue\n", "multipart/mixed(text/plain text/html)", "one|two\n"},
	{"no close", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n", "multipart/mixed(text/plain text/plain)", "one|two\n"},
	{"nested, the inner one is not closed", "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\none\n--b\n\ntwo\n--b--\n", "multipart/mixed(multipart/alternative(text/plain) text/plain)", "one|two"},
	{"boundaries that begin alike", "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=bb\n\n--bb\n\none\n--bb--\n--b\n\ntwo\n--b--\n", "multipart/mixed(multipart/alternative(text/plain) text/plain)", "one|two"},
	{"same boundary within", "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\none\n--b--\n--b\n\ntwo\n--b--\n", "multipart/mixed(multipart/alternative(text/plain) text/plain)", "one|two"},
	{"boundary ends in hyphens", "Content-Type: multipart/mixed; boundary=\"b--\"\n\n--b--\n\none\n--b----\n", "multipart/mixed(text/plain)", "one"},
	{"blanks behind delimiters", "Content-Type: multipart/mixed; boundary=b\n\n--b \t\n\none\n--b-- \nx", "multipart/mixed(text/plain)", "one"},
	{"boundary never comes", "Content-Type: multipart/mixed; boundary=b\n\nbody\n", "multipart/mixed!1", "body\n"},
	{"no boundary", "Content-Type: multipart/mixed\n\n--b\n\nbody\n", "multipart/mixed!1", "--b\n\nbody\n"},
	{"closed at once", "Content-Type: multipart/mixed; boundary=b\n\n--b--\nbody\n", "multipart/mixed!1", "--b--\nbody\n"},
	{"empty line missing in front of a delimiter", "Content-Type: multipart/mixed; boundary=b\nThis is MIME.\n--b\n\none\n--b--\n", "multipart/mixed(text/plain)", "one"},
	{"delimiter behind the header", "Content-Type: multipart/mixed; boundary=b\n--b\nContent-Type: text/html\n\none\n--b--\n", "multipart/mixed(text/html)", "one"},
	{"parts without bodies", "Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\n--b\nContent-Type: text/html\n--b--\n", "multipart/mixed(text/plain text/plain text/html)", "||"},
	{"message", "Content-Type: message/rfc822\n\nSubject: y\nContent-Type: text/html\n\nbody\n", "message/rfc822{text/html}", "body\n"},
	{"message in base64", "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeQ0KDQpib2R5DQo=\n", "message/rfc822!5", "U3ViamVjdDogeQ0KDQpib2R5DQo=\n"},
	{"empty message", "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n--b\nContent-Type: message/rfc822\n--b--\n", "multipart/mixed(message/rfc822{text/plain} message/rfc822{text/plain})", "|"},
	{"message that is header alone", "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nSubject: x\n--b--\n", "multipart/mixed(message/rfc822{text/plain})", ""},
	{"message without header", "Content-Type: message/rfc822\nHello you\n\nbody\n", "message/rfc822{text/plain}", "Hello you\n\nbody\n"},
	{"digest", "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\none\n--b\nContent-Type: text/plain\n\ntwo\n--b--\n", "multipart/digest(message/rfc822{text/plain} text/plain)", "one|two"},
	{"two Content-Types", "Content-Type: rubbish\nContent-Type: text/html\nContent-Type: text/plain\n\nx", "text/html", "x"},
	{"multipart in base64 is not", "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n--b\n\none\n--b--\n", "multipart/mixed(text/plain)", "one"},
	{"no line end at the end", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--", "multipart/mixed(text/plain)", "one"},
}

// TestTrees: each with LF and with CRLF, in memory and through readers.
func TestTrees(t *testing.T) {
	for _, tt := range trees {
		for _, eol := range []string{"\n", "\r\n"} {
			mail := strings.ReplaceAll(tt.mail, "\n", eol)
			want := strings.ReplaceAll(tt.contents, "\n", eol)
			m := tree.ParseBytes([]byte(mail))
			if got := outline(m.Root); got != tt.outline {
				t.Errorf("%s, %q: the tree is\n%s, want\n%s", tt.name, eol, got, tt.outline)
			}
			if got := contents(m); got != want {
				t.Errorf("%s, %q: the leaves are\n%q, want\n%q", tt.name, eol, got, want)
			}
			check(t, m, []byte(mail))
		}
	}
}

// check finds what must hold for every tree.
func check(t testing.TB, m *tree.Message, mail []byte) {
	t.Helper()
	if m.Root.End != int64(len(mail)) || m.Size != int64(len(mail)) {
		t.Fatalf("the mail has %d bytes, its tree %d", len(mail), m.Root.End)
	}
	checkPart(t, m.Root, mail, 0, int64(len(mail)))
	parts := 0
	for range m.Root.All() {
		parts++
	}
	if parts > tree.MaxParts {
		t.Fatalf("%d parts", parts)
	}
	streamed, err := tree.Parse(bytes.NewReader(mail), int64(len(mail)))
	if err != nil {
		t.Fatal(err)
	}
	if a, b := fmt.Sprintf("%+v", flat(m)), fmt.Sprintf("%+v", flat(streamed)); a != b {
		t.Fatalf("in memory and streamed differ:\n%s\n%s", a, b)
	}
}

func flat(m *tree.Message) (out []tree.Part) {
	for p := range m.Root.All() {
		c := *p
		c.Parts, c.Message = nil, nil
		out = append(out, c)
	}
	return out
}

func checkPart(t testing.TB, p *tree.Part, mail []byte, from, to int64) {
	t.Helper()
	if p.Header < from || p.Body < p.Header || p.End < p.Body || p.End > to {
		t.Fatalf("%s/%s has %d, %d, %d within %d, %d", p.Type, p.Subtype, p.Header, p.Body, p.End, from, to)
	}
	if lines := int64(bytes.Count(mail[p.Body:p.End], []byte("\n"))); lines != p.Lines {
		t.Fatalf("%s/%s at %d has %d lines, not %d", p.Type, p.Subtype, p.Body, lines, p.Lines)
	}
	if p.Type == "" || p.Subtype == "" || p.Encoding == "" {
		t.Fatalf("%+v lacks something", *p)
	}
	at := p.Body
	for _, c := range p.Parts {
		checkPart(t, c, mail, at, p.End)
		at = c.End
	}
	if p.Message != nil {
		checkPart(t, p.Message, mail, p.Body, p.End)
		if p.Message.End != p.End {
			t.Fatalf("a message ends at %d, its part at %d", p.Message.End, p.End)
		}
	}
}

// TestLimits: what is beyond a limit is one part as it stands, and nothing is lost.
func TestLimits(t *testing.T) {
	nested := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
		}
		b.WriteString("\ninnermost\n")
		for i := n - 1; i >= 0; i-- {
			fmt.Fprintf(&b, "--b%d--\n", i)
		}
		return b.String()
	}
	for _, tt := range []struct {
		name, mail, find string
		parts            int
		reason           tree.Reason
	}{
		{"levels", nested(3000), "innermost", tree.MaxLevels + 1, tree.TooDeep},
		{"just as many levels", nested(tree.MaxLevels), "innermost", tree.MaxLevels + 1, tree.AsDeclared},
		{"parts", "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 20_000) + "--b\n\nlast\n--b--\n", "last", tree.MaxParts, tree.TooMany},
		{"messages within each other", strings.Repeat("Content-Type: message/rfc822\n\n", 50) + "\ninnermost\n", "innermost", 21, tree.TooEmbedded},
		{"messages side by side", "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\nContent-Type: message/rfc822\n\nSubject: x\n\ny\n", 30) + "--b\n\nlast\n--b--\n", "last", 1 + 31 + 20, tree.TooEmbedded},
		{"fields", strings.Repeat("X-Field: x\n", 2000) + "Content-Type: text/html\n\nbody\n", "body", 1, tree.LongHeader},
		{"header", "X-Field: " + strings.Repeat("x", 2<<20) + "\nContent-Type: text/html\n\nbody\n", "body", 1, tree.LongHeader},
		{"boundary", "Content-Type: multipart/mixed; boundary=" + strings.Repeat("b", 2000) + "\n\n--" + strings.Repeat("b", 2000) + "\n\nbody\n", "body", 1, tree.NoBoundary},
	} {
		m := tree.ParseBytes([]byte(tt.mail))
		check(t, m, []byte(tt.mail))
		parts, reason := 0, tree.AsDeclared
		for p := range m.Root.All() {
			parts++
			if p.Reason > reason {
				reason = p.Reason
			}
		}
		if parts != tt.parts || reason != tt.reason {
			t.Errorf("%s: %d parts and reason %d, want %d and %d", tt.name, parts, reason, tt.parts, tt.reason)
		}
		if !strings.Contains(contents(m), tt.find) {
			t.Errorf("%s: %q is lost", tt.name, tt.find)
		}
	}
}

// TestEffective: what cannot be understood is an attachment, and a multipart without parts is text.
func TestEffective(t *testing.T) {
	for mail, want := range map[string]string{
		"Content-Type: multipart/mixed\n\nx":                                   "text/plain",
		"Content-Type: text/html\nContent-Transfer-Encoding: x-zip\n\nx":       "application/octet-stream",
		"Content-Type: text/html\nContent-Transfer-Encoding: Base-64;\n\nx":    "text/html",
		"Content-Type: message/rfc822\nContent-Transfer-Encoding: qp\n\nx":     "application/octet-stream",
		"Content-Type: text/html\nContent-Transfer-Encoding: \"8 bit\"\n\nx\n": "text/html",
	} {
		typ, subtype := tree.ParseBytes([]byte(mail)).Root.Effective()
		if got := typ + "/" + subtype; got != want {
			t.Errorf("%q is %s, want %s", mail, got, want)
		}
	}
}

// TestReaderFails: an error of the reader is the only one, and comes back.
func TestReaderFails(t *testing.T) {
	broken := errors.New("broken")
	if _, err := tree.Parse(failing{broken}, 100); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if _, err := tree.Parse(strings.NewReader("short"), 100); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a mail that is shorter than its size: %v", err)
	}
}

type failing struct{ err error }

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }

var encoded = []struct{ encoding, in, want string }{
	{"base64", "SGVsbG8=", "Hello"}, {"base64", "SGVs\r\nbG8=\r\n", "Hello"}, {"base64", "SGVsbG8", "Hello"}, {"base64", "S!G*V s\x00bG8=", "Hello"}, {"base64", "SGVsbG8=SGVsbG8=", "HelloHello"},
	{"base64", "SGVsbG8hISEh\n=\n", "Hello!!!!"}, {"base64", "S", ""}, {"base64", "", ""}, {"base64", "====", ""},
	{"quoted-printable", "a=3Db", "a=b"}, {"quoted-printable", "a=3db=C3=A4", "a=bä"}, {"quoted-printable", "a=\r\nb", "ab"}, {"quoted-printable", "a= \t\r\nb", "ab"}, {"quoted-printable", "a=\nb", "ab"},
	{"quoted-printable", "a  \r\nb", "a\r\nb"}, {"quoted-printable", "a=ZZb", "a=ZZb"}, {"quoted-printable", "a=Ab", "a\xAB"}, {"quoted-printable", "a=A\r\nb", "a=A\r\nb"}, {"quoted-printable", "a=", "a"},
	{"quoted-printable", "a=4", "a=4"}, {"quoted-printable", "a==3D", "a=="}, {"quoted-printable", "ä", "ä"}, {"quoted-printable", "a b\tc", "a b\tc"}, {"quoted-printable", "a= b", "a= b"},
	{"x-uuencode", "text\r\nbegin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\nmore", "Cat"}, {"x-uuencode", "no beginning", "no beginning"}, {"x-uuencode", "begin 644 x\n#0V%T\n", "Cat"}, {"x-uuencode", "begin 644 x\n#0V\n`\nend\n", "C`\x00"},
	{"7bit", "=3D", "=3D"}, {"x-unknown", "=3D", "=3D"},
}

// TestDecoders: whole, and byte by byte.
func TestDecoders(t *testing.T) {
	for _, tt := range encoded {
		for _, in := range []io.Reader{strings.NewReader(tt.in), iotest.OneByteReader(strings.NewReader(tt.in)), iotest.DataErrReader(strings.NewReader(tt.in))} {
			got, err := io.ReadAll(tree.NewDecoder(tt.encoding, in))
			if string(got) != tt.want || err != nil {
				t.Errorf("%s: %q is %q (%v), want %q", tt.encoding, tt.in, got, err, tt.want)
			}
		}
	}
	if _, err := io.ReadAll(tree.NewDecoder("base64", iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("SGVsbG8="))))); !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("a reader's error becomes %v", err)
	}
}

func TestCRLF(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "a": "a", "a\r\nb": "a\r\nb", "a\nb": "a\r\nb", "a\rb": "a\r\nb", "a\r\r\nb": "a\r\nb", "a\r\rb": "a\r\n\r\nb", "a\r": "a\r\n", "\n\n": "\r\n\r\n", "\r\n\r": "\r\n\r\n", "\n\r": "\r\n\r\n",
	} {
		if got := string(tree.CRLF([]byte(in))); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
		for _, r := range []io.Reader{strings.NewReader(in), iotest.OneByteReader(strings.NewReader(in))} {
			if got, err := io.ReadAll(tree.NewCRLFReader(r)); string(got) != want || err != nil {
				t.Errorf("as a stream %q becomes %q (%v), want %q", in, got, err, want)
			}
		}
	}
	right := []byte("a\r\nb\r\n")
	if got := tree.CRLF(right); &got[0] != &right[0] {
		t.Error("mail that is right is copied")
	}
}
