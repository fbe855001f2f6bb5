package imapwire

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func written(t *testing.T, isUTF8 bool, f func(e *Encoder)) string {
	t.Helper()
	var b bytes.Buffer
	e := NewEncoder(bufio.NewWriter(&b))
	e.SetUTF8(isUTF8)
	f(e)
	if err := e.Flush(); err != nil {
		t.Error(err)
	}
	return b.String()
}

func TestEncoder(t *testing.T) {
	cet := time.FixedZone("", 3600)
	for _, test := range []struct {
		want   string
		isUTF8 bool
		f      func(e *Encoder)
	}{
		{"x", false, func(e *Encoder) { e.Atom("x") }},
		{`""`, false, func(e *Encoder) { e.String("") }},
		{`"a b"`, false, func(e *Encoder) { e.String("a b") }},
		{`"\\ \""`, false, func(e *Encoder) { e.String(`\ "`) }},
		{"{3}\r\na\r\n", false, func(e *Encoder) { e.String("a\r\n") }},
		{"{2}\r\nü", false, func(e *Encoder) { e.String("ü") }},
		{`"ü"`, true, func(e *Encoder) { e.String("ü") }},
		{"{1}\r\n\xfc", true, func(e *Encoder) { e.String("\xfc") }},
		{"{3}\r\na b", false, func(e *Encoder) { e.String("a\x00b") }},
		{"\"\t\x01\x7f\"", false, func(e *Encoder) { e.String("\t\x01\x7f") }},
		{`"` + strings.Repeat("x", 1000) + `"`, false, func(e *Encoder) { e.String(strings.Repeat("x", 1000)) }},
		{"{1001}\r\n" + strings.Repeat("x", 1001), false, func(e *Encoder) { e.String(strings.Repeat("x", 1001)) }},
		{`NIL "NIL"`, false, func(e *Encoder) { e.NString("x", false).SP().NString("NIL", true) }},
		{`a]b "NIL" "nil" "" "a(" "%"`, false, func(e *Encoder) {
			e.AString("a]b").SP().AString("NIL").SP().AString("nil").SP().AString("").SP().AString("a(").SP().AString("%")
		}},
		{"Entw&APw-rfe", false, func(e *Encoder) { e.Mailbox("Entwürfe") }},
		{`"Entwürfe"`, true, func(e *Encoder) { e.Mailbox("Entwürfe") }},
		{`a&-b "a b"`, false, func(e *Encoder) { e.Mailbox("a&b").SP().Mailbox("a b") }},
		{`a&b`, true, func(e *Encoder) { e.Mailbox("a&b") }},
		{`\Seen $Junk \*`, false, func(e *Encoder) { e.Flags([]string{`\Seen`, "a b", "", "$Junk", `\`, "x]", `\*`, "ü"}) }},
		{"0 18446744073709551615", false, func(e *Encoder) { e.Number(0).SP().Number(1<<64 - 1) }},
		{"1:5,7,*", false, func(e *Encoder) { e.Set(NumSet{Ranges: []Range{{1, 5}, {7, 7}, {Star, Star}}}) }},
		{`" 1-Feb-2024 12:34:56 +0100"`, false, func(e *Encoder) { e.DateTime(time.Date(2024, 2, 1, 12, 34, 56, 7, cet)) }},
		{`" 1-Feb-9999 12:34:56 +0000"`, false, func(e *Encoder) { e.DateTime(time.Date(12345, 2, 1, 12, 34, 56, 7, time.UTC)) }},
		{`"31-Dec-1899 23:00:00 +0000"`, false, func(e *Encoder) {
			e.DateTime(time.Date(1900, 1, 1, 0, 0, 30, 0, time.FixedZone("", 3630)))
		}},
		{"{3}\r\nabc~{2}\r\n\x00b{1}\r\n\xfc", false, func(e *Encoder) {
			e.Literal(3, strings.NewReader("abcdef")).Literal8(2, strings.NewReader("\x00b")).LiteralBytes([]byte{0xfc})
		}},
		{"* OK [UIDNEXT 5] Next\r\n", false, func(e *Encoder) { e.Response("", OK, "UIDNEXT 5", "Next") }},
		{"a NO OK\r\n", false, func(e *Encoder) { e.Response("a", NO, "", "") }},
		{"a BAD a  b?? \r\n", false, func(e *Encoder) { e.Response("a", BAD, "", "a\r\nbü\x00") }},
		{"a BAD ü\r\n", true, func(e *Encoder) { e.Response("a", BAD, "", "ü") }},
		{"+ OK\r\n+ AGE=\r\n", false, func(e *Encoder) { e.Continue("").Continue("AGE=") }},
	} {
		if got := written(t, test.isUTF8, test.f); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestEncoderErrors(t *testing.T) {
	for _, f := range []func(e *Encoder){
		func(e *Encoder) { e.Atom("") },
		func(e *Encoder) { e.Atom("a b") },
		func(e *Encoder) { e.Literal(4, strings.NewReader("abc")) },
	} {
		var b bytes.Buffer
		e := NewEncoder(bufio.NewWriter(&b))
		f(e)
		e.Raw("more").Number(1).String("\r").Response("", OK, "", "")
		if err := e.Flush(); err == nil || e.Err() != err || strings.Contains(b.String(), "more") {
			t.Errorf("%v, wrote %q", err, b.String())
		}
	}
	var b bytes.Buffer
	e := NewEncoder(bufio.NewWriter(&b))
	if e.Literal(4, strings.NewReader("abc")); !errors.Is(e.Err(), io.ErrUnexpectedEOF) {
		t.Errorf("a literal that ends early: %v", e.Err())
	}
}

// What the encoder writes as a string or as the name of a mailbox is what is read.
func FuzzStrings(f *testing.F) {
	for _, s := range []string{"", "a", "NIL", `a "b" \`, "\r\n", "ü", "\xfc", "a]b", "&", "*%", "{5}", "INBOX"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ReplaceAll(s, "\x00", " ")
		for _, isUTF8 := range []bool{false, true} {
			wire := written(t, isUTF8, func(e *Encoder) { e.Raw("a LOGIN ").AString(s).SP().String(s).CRLF() })
			c := connect(wire+"next NOOP\r\n", false, Limits{Text: 1 << 30, Literal: 1 << 30, Strings: 1 << 30})
			if got, err := readCommand(c.d); err != nil || got.args != any(login{s, s}) {
				t.Errorf("%q was written as %q and read as %v, %v", s, wire, got, err)
			}
			if next, err := readCommand(c.d); err != nil || next.tag != "next" {
				t.Errorf("%q was written as %q, and then %v, %v", s, wire, next, err)
			}
			if !isUTF8 && strings.IndexFunc(wire, func(r rune) bool { return r > 0x7f }) >= 0 && !strings.Contains(wire, "{") {
				t.Errorf("%q is not in a literal: %q", s, wire)
			}
		}
	})
}
