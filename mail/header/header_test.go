package header_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-message/textproto"

	"zarafa/mail/header"
)

var headers = []struct{ in, want string }{
	{"", ""}, {"\r\n", ""}, {"Subject: a\r\n\r\nTo: b\r\n", "Subject=a"}, {"Subject: a\nTo: b\n", "Subject=a|To=b"}, {"Subject: a\r\n b\r\n\tc\r\n", "Subject=a b\tc"}, {"Subject:\r\n a\r\n", "Subject=a"}, {"Subject : a\r\n", "Subject=a"}, {"Subject:a", "Subject=a"},
	{"From joe Mon\r\nTo: b\r\n", "=From joe Mon|To=b"}, {">From joe\r\nTo: b\r\n", "=>From joe|To=b"}, {"To: b\r\n>From joe\r\nCc: c\r\n", "To=b|=>From joe|Cc=c"}, {"\r\n\r\nTo: b\r\n", "To=b"}, {" To: b\r\nCc: c\r\n", "To=b|Cc=c"}, {" rubbish\r\nCc: c\r\n", "= rubbish|Cc=c"},
	{"To: b\r\nrubbish\r\nCc: c\r\n", "To=b|=rubbish|Cc=c"}, {"To: a@b.c,\r\nd@e.f\r\nCc: c\r\n", "To=a@b.c, d@e.f|Cc=c"}, {"Subject: " + strings.Repeat("x", 60) + "\r\nmore\r\nCc: c\r\n", "Subject=" + strings.Repeat("x", 60) + " more|Cc=c"},
	{"X-\xC3\xA4: a\r\nTo: b\r\n", "X-\xC3\xA4=a|To=b"}, {"To: a\x00b\r\n", "To=ab"}, {"X-\x00: a\r\nTo: b\r\n", "X-=a|To=b"}, {"\x00: a\r\nTo: b\r\n", "=\x00: a|To=b"}, {"X-\x01: a\r\n", "X-\x01=a"}, {"To: \x00\r\n", "To="}, {": a\r\nTo: b\r\n", "=: a|To=b"}, {"A b: c\r\nTo: b\r\n", "=A b: c|To=b"}, {"To:\r\n \r\nCc: c\r\n", "To=|Cc=c"}, {"To: a\r\r\nCc: c\r\r\n", "To=a|Cc=c"}, {"To: a\rb\r\n", "To=a b"},
}

func TestParse(t *testing.T) {
	for _, tt := range headers {
		h := header.Parse([]byte(tt.in))
		var got []string
		var raw []byte
		for _, f := range h.All() {
			v := f.Value()
			if f.Name == "" {
				v = strings.TrimRight(string(f.Raw), "\r\n")
			}
			got = append(got, f.Name+"="+v)
			raw = append(raw, f.Raw...)
		}
		if s := strings.Join(got, "|"); s != tt.want {
			t.Errorf("%q has the fields %q, want %q", tt.in, s, tt.want)
		}
		if !bytes.Contains([]byte(tt.in), raw) {
			t.Errorf("%q loses bytes: %q", tt.in, raw)
		}
		var out bytes.Buffer
		if err := textproto.WriteHeader(&out, h.Proto()); err != nil {
			t.Errorf("go-message cannot write the fields of %q: %v", tt.in, err)
		}
	}
}

func TestFields(t *testing.T) {
	h := header.Parse([]byte("To: a\r\nSubject: x\r\nto: b\r\n"))
	if got := h.Joined("TO"); got != "a, b" {
		t.Errorf("joined: %q", got)
	}
	if h.Get("subject") != "x" || h.Has("Cc") || !h.Has("to") || !slices.Equal(h.Values("To"), []string{"a", "b"}) || h.Get("Cc") != "" {
		t.Error("fields are not found by name")
	}
	p := h.Proto()
	if p.Get("To") != "a" || p.Len() != 3 {
		t.Errorf("go-message has %v", p.Map())
	}
	var out bytes.Buffer
	if err := textproto.WriteHeader(&out, p); err != nil || out.String() != "To: a\r\nSubject: x\r\nto: b\r\n\r\n" {
		t.Errorf("go-message writes %q, %v", out.String(), err)
	}
}

func TestLimits(t *testing.T) {
	for _, in := range []string{strings.Repeat("A: b\r\n", 5000), "A: " + strings.Repeat("x", 3<<20), strings.Repeat("A: "+strings.Repeat("x", 5000)+"\r\n", 900), "A: b\r\n" + strings.Repeat(" x\r\n", 1<<20)} {
		h := header.Parse([]byte(in))
		n := 0
		for _, f := range h.All() {
			n += len(f.Raw)
		}
		if !h.Truncated || len(h.All()) > header.MaxFields || n > header.MaxBytes+6000 {
			t.Errorf("%.10q: %d fields, %d bytes, truncated %v", in, len(h.All()), n, h.Truncated)
		}
	}
}

func TestAllocations(t *testing.T) {
	in := []byte("Received: from a by b; Mon, 30 Nov 2026 08:00:00 +0100\r\nFrom: a\r\nTo: b\r\nSubject: c\r\nDate: d\r\nMessage-ID: e\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n")
	if n := testing.AllocsPerRun(10, func() {
		s := header.NewScanner(in)
		for _, ok := s.Next(); ok; _, ok = s.Next() {
		}
	}); n > 0 {
		t.Errorf("scanning a usual header allocates %v times", n)
	}
	if n := testing.AllocsPerRun(10, func() { header.Parse(in) }); n > 2 {
		t.Errorf("parsing a usual header allocates %v times", n)
	}
}

var dates = []struct{ in, want string }{
	{"Mon, 30 Nov 2026 08:14:29 +0100", "2026-11-30T08:14:29+01:00"}, {"30 Nov 2026 08:14 +0000", "2026-11-30T08:14:00Z"}, {"Mon, 30 Nov 26 08:14:29 EST", "2026-11-30T08:14:29-05:00"}, {"Mon,30 Nov 2026 08:14:29 -0330", "2026-11-30T08:14:29-03:30"}, {"Mon, 30 Nov 2026 08:14:29 +0100 (CET)", "2026-11-30T08:14:29+01:00"},
	{"Mon, 30 Nov 2026 08:14:29", "2026-11-30T08:14:29Z"}, {"Mon, 30 Nov 2026 08:14:29 GMT", "2026-11-30T08:14:29Z"}, {"Mon, 30 Nov 2026 08:14:29 GMT+0200", "2026-11-30T08:14:29+02:00"}, {"Mon, 30 Nov 2026 08:14:29 +02:00", "2026-11-30T08:14:29+02:00"}, {"Mon, 30 Nov 2026 08:14:29+0200", "2026-11-30T08:14:29+02:00"}, {"Mon, 30 Nov 2026 08:14:29 Z", "2026-11-30T08:14:29Z"},
	{"Mon Nov 30 08:14:29 2026", "2026-11-30T08:14:29Z"}, {"Mon Nov 30 08:14:29 PST 2026", "2026-11-30T08:14:29-08:00"}, {"Mon Nov  3 08:14:29 2026", "2026-11-03T08:14:29Z"}, {"Monday, 30-Nov-26 08:14:29 GMT", "2026-11-30T08:14:29Z"}, {"Monday, November 30, 2026 8:14 PM", "2026-11-30T20:14:00Z"}, {"11/30/2026 12:14:00 AM", "2026-11-30T00:14:00Z"}, {"30/11/2026 12:14", "2026-11-30T12:14:00Z"},
	{"2026-11-30T08:14:29Z", "2026-11-30T08:14:29Z"}, {"2026-11-30 08:14:29 +0100", "2026-11-30T08:14:29+01:00"}, {"2026-11-30", "2026-11-30T00:00:00Z"}, {"30 Nov 2026", "2026-11-30T00:00:00Z"}, {"Mon, 30 Nov 126 08:14:29 +0000", "2026-11-30T08:14:29Z"}, {"Mon, 30 Nov 99 08:14:29 +0000", "1999-11-30T08:14:29Z"}, {"Mon, 30 Nov 2026 24:00:00 +0000", "2026-12-01T00:00:00Z"}, {"Mon, 30 Nov 2026 08:14:60 +0000", "2026-11-30T08:14:59Z"},
	{"Mon, 30 Nov 2026 08:14:29 +9999", "2026-11-30T08:14:29Z"}, {"Mon, 30 Nov 2026 08.14.29 +0100", "2026-11-30T08:14:29+01:00"}, {"Mo, 30 Okt 2026 08:14:29 +0100", "2026-10-30T08:14:29+01:00"}, {"Mon, 30 Nov 2026 08 : 14", "2026-11-30T00:00:00Z"}, {"(x) Mon, 30 (y) Nov 2026 08:14:29 +0100", "2026-11-30T08:14:29+01:00"}, {"Mon, 30 Nov 2026 08:14:29.123 +0100", "2026-11-30T08:14:29+01:00"}, {"Mon, 30 November 2026 08:14:29 A", "2026-11-30T08:14:29Z"},
	{"Mon, 30 Sept 2026 08:14:29 CEST", "2026-09-30T08:14:29+02:00"}, {"Mon, 30 Nov 2026 08:14:29 +1", "2026-11-30T08:14:29+01:00"},
	{"30.11.2026 08:14:29", "2026-11-30T08:14:29Z"}, {"30.13.2026 08:14:29", ""},
	{"", ""}, {"rubbish", ""}, {"Mon, 31 Feb 2026 08:14:29 +0000", ""}, {"Nov 2026", ""}, {"30 Nov", ""}, {"99 Nov 2026", ""}, {strings.Repeat("(", 10_000), ""},
}

func TestParseDate(t *testing.T) {
	for _, tt := range dates {
		d, ok := header.ParseDate(tt.in)
		got := ""
		if ok {
			got = d.Format(time.RFC3339)
		}
		if got != tt.want {
			t.Errorf("%q is %q, want %q", tt.in, got, tt.want)
		}
	}
	d := time.Date(2026, 11, 3, 8, 4, 9, 0, time.FixedZone("", 3600))
	if got, want := header.FormatDate(d), "Tue, 03 Nov 2026 08:04:09 +0100"; got != want {
		t.Errorf("written %q, want %q", got, want)
	}
}

func TestReceivedDate(t *testing.T) {
	for in, want := range map[string]string{
		"from a by b; Mon, 30 Nov 2026 08:14:29 +0100": "2026-11-30T08:14:29+01:00", "from a (b; c) by d with SMTP;30 Nov 2026 08:14:29 +0000": "2026-11-30T08:14:29Z", "from may by june": "", "": "", ";": "",
	} {
		got := ""
		if d, ok := header.ReceivedDate(in); ok {
			got = d.Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestContentType(t *testing.T) {
	for in, want := range map[string]string{"Content-Type: rubbish\nContent-Type: text/html; charset=a\n": "text/html charset=a", "content-type: text\n": "text/plain", "Content-Type: none\n": "", "": ""} {
		m, ok := header.Parse([]byte(in)).ContentType()
		if got := showType(m); got != want || ok != (want != "") {
			t.Errorf("%q has the type %s (%v), want %s", in, got, ok, want)
		}
	}
}

func TestMessageIDs(t *testing.T) {
	for in, want := range map[string]string{
		"<a@b>": "[<a@b>]", "<a@b> <c@d>": "[<a@b> <c@d>]", "<a@b><c@d>": "[<a@b> <c@d>]", "<a@b>,\r\n <c@d>": "[<a@b> <c@d>]", "<a\r\n @b>": "[<a@b>]", "a@b": "[<a@b>]", "a@b, c@d": "[<a@b> <c@d>]", "Your mail of Monday": "[]", "": "[]", "<>": "[]", "<a@b": "[<a@b>]", "x <a@b> y": "[<a@b>]", "<a@b <c@d>": "[<a@b> <c@d>]", "<a\x00@b>": "[<a @b>]",
	} {
		if got := fmt.Sprint(header.MessageIDs(in)); got != want {
			t.Errorf("%q has %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]string{"<a@b>": "a@b", "a@b": "a@b", "image1": "image1", "": ""} {
		if got := header.ContentID(in); got != want {
			t.Errorf("the content id %q is %q, want %q", in, got, want)
		}
	}
}

func FuzzDate(f *testing.F) {
	for _, tt := range dates {
		f.Add(tt.in)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, ok := header.ParseDate(s); ok {
			again, ok := header.ParseDate(header.FormatDate(d))
			if d.Year() <= 9999 && d.Year() > 1950 && (!ok || !again.Equal(d.Truncate(time.Second))) {
				t.Fatalf("%q is %v, which comes back as %v (%v)", s, d, again, ok)
			}
		}
	})
}

func FuzzFields(f *testing.F) {
	for _, tt := range headers {
		f.Add([]byte(tt.in))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h := header.Parse(b)
		var raw []byte
		for _, f := range h.All() {
			raw = append(raw, f.Raw...)
			if strings.ContainsAny(f.Value(), "\r\n\x00") {
				t.Fatalf("a value of %q has a line end: %q", b, f.Value())
			}
		}
		if !bytes.Contains(b, raw) {
			t.Fatalf("%q loses bytes: %q", b, raw)
		}
		h.Proto()
	})
}
