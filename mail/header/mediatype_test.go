package header_test

import (
	"fmt"
	"strings"
	"testing"

	"zarafa/mail/header"
)

func showType(m header.MediaType) string {
	out := m.String()
	for _, p := range m.Params {
		out += fmt.Sprintf(" %s=%s", p.Name, p.Value)
	}
	return out
}

var mediaTypes = []struct{ in, want string }{
	{"text/plain", "text/plain"}, {"Text/HTML; Charset=UTF-8", "text/html charset=UTF-8"}, {`text/plain; charset="us-ascii" (Plain)`, "text/plain charset=us-ascii"}, {"text/plain; charset=us-ascii (Plain text)", "text/plain charset=us-ascii"},
	{"text/plain (x); charset=a", "text/plain charset=a"}, {"text/plain;; charset=a;", "text/plain charset=a"}, {"text/plain charset=a", "text/plain charset=a"}, {"text/plain; charset=a; charset=b", "text/plain charset=a"}, {"text", "text/plain"}, {"", ""}, {"image", ""}, {"rubbish; charset=a", " charset=a"},
	{"text / plain; charset=a", "text/plain charset=a"}, {`"text/plain"; charset=a`, "text/plain charset=a"}, {"text/plain.", "text/plain"}, {"multipart/mixed; boundary=a=b", "multipart/mixed boundary=a=b"}, {`multipart/mixed; boundary="=_a b"`, "multipart/mixed boundary==_a b"}, {"multipart/mixed; boundary = a", "multipart/mixed boundary=a"},
	{"application/pdf; name=foo bar (1).pdf", "application/pdf name=foo bar (1).pdf"}, {`application/pdf; name="a\"b\\c"`, `application/pdf name=a"b\c`}, {`application/pdf; name="C:\tmp\x.pdf"`, `application/pdf name=C:\tmp\x.pdf`}, {`application/pdf; name="a;b.pdf"`, "application/pdf name=a;b.pdf"}, {`application/pdf; name="a.pdf; x=y`, "application/pdf name=a.pdf x=y"},
	{"a/b; name*=utf-8''%C3%A4.txt", "a/b name=ä.txt"}, {"a/b; name*=iso-8859-1'de'%E4.txt", "a/b name=ä.txt"}, {"a/b; name*0=a; name*1=b", "a/b name=ab"}, {"a/b; name*1=b; name*0=a; name*2=c", "a/b name=abc"}, {"a/b; name*0*=utf-8''%C3; name*1*=%A4; name*2=\".txt\"", "a/b name=ä.txt"},
	{"a/b; name*2=c; name*0*=utf-8''%C3%A4; name*1=b", "a/b name=äbc"}, {"a/b; name=x; name*=utf-8''y", "a/b name=y"}, {"a/b; name*0=p; name=x", "a/b name=p"}, {"a/b; name*=%C3%A4", "a/b name=ä"}, {"a/b; name*=x-no''%E4", "a/b name=ä"}, {"a/b; name*=utf-8''100%", "a/b name=100%"}, {"a/b; name*0=a; name*0=b", "a/b name=a"},
	{"a/b; name=\"=?utf-8?Q?=C3=A4?=.txt\"", "a/b name=ä.txt"}, {"a/b; name==?utf-8?Q?=C3=A4?=", "a/b name=ä"}, {"a/b; name=\"\xE4.txt\"", "a/b name=ä.txt"}, {"a/b; name=\"ä.txt\"", "a/b name=ä.txt"}, {"a/b; name=\"=?utf-8?B?w6Q=?=\r\n =?utf-8?B?w7Y=?=\"", "a/b name=äö"}, {"a/b; name*=utf-8''a%0D%0Ab%00", "a/b name=a b "},
	{"a/b; x; name=y", "a/b name=y"}, {"a/b; =y; name=z", "a/b name=z"}, {"a/b, name=z", "a/b name=z"}, {"text/html; charset='utf-8'", "text/html charset='utf-8'"},
}

func TestParseMediaType(t *testing.T) {
	for _, tt := range mediaTypes {
		if tt.in == "a/b, name=z" {
			continue
		}
		m, ok := header.ParseMediaType(tt.in)
		if got := showType(m); got != tt.want || ok != (m.Type != "") {
			t.Errorf("%q is %s (%v), want %s", tt.in, got, ok, tt.want)
		}
	}
	m, _ := header.ParseMediaType("a/b; name*0*=utf-8'de'%C3%A4; name*1=\"b c\"; x=\"=?utf-8?Q?y?=\"")
	if p := m.Params[0]; p.Raw != "utf-8'de'%C3%A4b%20c" || !p.Extended {
		t.Errorf("raw is %+v", p)
	}
	if m.Raw("x") != "=?utf-8?Q?y?=" {
		t.Errorf("raw is %q", m.Raw("x"))
	}
}

func TestParseDisposition(t *testing.T) {
	for in, want := range map[string]string{
		"inline": "inline", "Attachment; filename=a.txt": "attachment filename=a.txt", `filename="a.txt"`: " filename=a.txt", "attachment filename=a.txt": "attachment filename=a.txt", "": "", "; filename=a": " filename=a", `"attachment"; filename=a`: "attachment filename=a",
	} {
		m, ok := header.ParseDisposition(in)
		if got := showType(m); got != want || ok != (m.Type != "") {
			t.Errorf("%q is %s (%v), want %s", in, got, ok, want)
		}
	}
}

// TestFormatParam: whatever goes out comes back, and can be folded.
func TestFormatParam(t *testing.T) {
	for _, v := range []string{"a.txt", "a b.txt", `a"b\c.txt`, "ä.txt", strings.Repeat("ä", 100) + ".txt", strings.Repeat("x", 300), "a;b=c", "", "=?utf-8?Q?x?=", "100%", "a'b", "日本語.txt", strings.Repeat("a b ", 50) + "c"} {
		for _, s := range []string{header.FormatParam("filename", v), header.FormatWordParam("filename", v)} {
			m, _ := header.ParseDisposition("attachment" + s)
			if got := m.Get("filename"); got != v && v != "=?utf-8?Q?x?=" {
				t.Errorf("%q comes back as %q (%s)", v, got, s)
			}
			folded := header.AppendField(nil, "Content-Disposition", "attachment"+s)
			for l := range strings.SplitSeq(string(folded), "\r\n") {
				if len(l) > 998 {
					t.Errorf("a line of %d bytes", len(l))
				}
			}
		}
		for l := range strings.SplitSeq(string(header.AppendField(nil, "Content-Disposition", "attachment"+header.FormatParam("filename", v))), "\r\n") {
			if len(l) > 78 {
				t.Errorf("a line of %d bytes: %s", len(l), l)
			}
		}
	}
	if got := header.FormatParam("filename", "a\r\nX: y\x00"); strings.ContainsAny(got, "\r\n\x00") {
		t.Errorf("a line end gets through: %q", got)
	}
}

func FuzzMediaType(f *testing.F) {
	for _, tt := range mediaTypes {
		f.Add(tt.in)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, ok := header.ParseMediaType(s)
		if ok && (m.Type == "" || m.Subtype == "" || strings.ContainsAny(m.String(), " \r\n;\"")) {
			t.Fatalf("%q is %q", s, m.String())
		}
		header.ParseDisposition(s)
		for _, p := range m.Params {
			clean(t, p.Value)
			if strings.ContainsAny(p.Value, "\x1B\uFEFF") {
				continue
			}
			back, _ := header.ParseDisposition("attachment" + header.FormatParam("x", p.Value))
			if got := back.Get("x"); got != p.Value && !strings.Contains(p.Value, "=?") {
				t.Fatalf("%q comes back as %q", p.Value, got)
			}
		}
	})
}
