package header_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"zarafa/mail/charset"
	"zarafa/mail/header"
)

var words = []struct{ in, want string }{
	{"", ""}, {"plain", "plain"}, {"=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"}, {"=?UTF-8?b?R3LDvMOfZQ==?=", "Grüße"}, {"=?utf-8?B?R3LDvMOfZQ?=", "Grüße"}, // no padding
	{"=?utf-8*en?Q?a_b?=", "a b"}, {"=?utf-8?Q?a b?=", "a b"}, {"a =?utf-8?Q?b?= c", "a b c"}, {"=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"}, {"=?utf-8?Q?a?=\r\n =?utf-8?Q?b?=", "ab"},
	{"=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"}, {"=?utf-8?Q?=C3?= =?utf-8?Q?=A4?=", "ä"}, {"=?utf-8?B?w6?= =?utf-8?B?Q=?=", "ä"}, {"=?utf-8?B?w6Q=?= =?iso-8859-1?Q?=E4?=", "ää"},
	{"=?x-nothing?Q?=E4?=", "=?x-nothing?Q?=E4?="}, {"=?x-nothing?Q?a?= =?utf-8?Q?b?=", "=?x-nothing?Q?a?= b"}, {"=?utf-8?Q?b?= =?x-nothing?Q?a?=", "b =?x-nothing?Q?a?="},
	{"=?unknown-8bit?Q?=C3=A4?=", "ä"}, {"=?unknown-8bit?Q?=E4?=", "ä"}, {"=?utf-8?Q?=E4?=", "ä"}, // declared wrongly
	{"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?= =?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本日本"}, {"=?windows-1258?Q?=E2=EC?=", "ấ"}, // the last letter
	{"=?gb2312?B?6UY=?=", "镕"}, {"=?cp932?B?h0A=?=", "①"}, {"=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x"}, {"=?utf-8?Q?a=00b?=", "a b"}, {"a\x00b", "a b"},
	{"=?utf-8?Q??=", ""}, {"=?utf-8?B??=", ""}, {"=?utf-8?X?a?=", "=?utf-8?X?a?="}, {"=?utf-8?Q?a", "=?utf-8?Q?a"}, {"=?utf-8?Q?a=?utf-8?Q?b?=", "=?utf-8?Q?ab"}, {"=?", "=?"}, {"=?=?=?=", "=?=?=?="},
	{"=?utf-8?Q?a?b?=", "a?b"}, {"=?utf-8?Q?a=ZZ?=", "a=ZZ"}, {"=?utf-8?B?YQ==?=", "a"}, {"=?utf-8?B?!!!!?=", "=?utf-8?B?!!!!?="}, {"(=?utf-8?Q?a?=)", "(a)"}, {`"=?utf-8?Q?a?="`, `"a"`}, // golang #23140
	{"Gr\xFC\xDFe", "Grüße"}, {"Grüße", "Grüße"}, {"Gr\xFC\xDFe =?utf-8?Q?=C3=A4?=", "Grüße ä"}, {"\x1B$BF|K\\\x1B(B", "日本"}, {"=?utf-8?Q?=F0=9F=98?= =?utf-8?Q?=80?=", "😀"},
	{"=?us-ascii?Q?=C3=A4?=", "ä"}, {"=?utf-7?Q?+AOQ-?=", "ä"}, {"=?UTF-8?Q?a?= =?utf8?Q?b?=", "ab"},
}

func TestDecodeText(t *testing.T) {
	for _, tt := range words {
		if got := header.DecodeText(tt.in, nil); got != tt.want {
			t.Errorf("%q is %q, want %q", tt.in, got, tt.want)
		}
	}
	koi, _ := charset.Lookup("koi8-r")
	if got := header.DecodeText("\xF0\xD2\xC9\xD7\xC5\xD4", koi); got != "Привет" {
		t.Errorf("with a fallback: %q", got)
	}
}

var outgoing = []string{"", "plain", "Grüße", "a Grüße b", " blanks at the ends ", "=?looks?Q?encoded?=", strings.Repeat("ä", 500), strings.Repeat("日本語", 300), strings.Repeat("😀", 100),
	strings.Repeat("x", 2000), "Grüße aus  Köln", "a\tb ä", strings.Repeat("wort mit ä ", 50)}

// TestEncodeText: every text comes back, in words of 75 bytes at the most, each of which can be decoded alone.
func TestEncodeText(t *testing.T) {
	for _, name := range []string{"", "utf-8", "iso-8859-1", "iso-2022-jp", "gb18030", "utf-16", "utf-7", "shift_jis"} {
		cs, _ := charset.Lookup(name)
		for _, text := range outgoing {
			got := header.EncodeText(text, cs)
			if back := header.DecodeText(got, nil); back != strings.ReplaceAll(text, "\t", "\t") {
				t.Errorf("%s: %q comes back as %q (%q)", name, text, back, got)
			}
			for w := range strings.FieldsSeq(got) {
				if !strings.HasPrefix(w, "=?") {
					continue
				}
				if len(w) > 75 {
					t.Errorf("%s: a word has %d bytes: %s", name, len(w), w)
				}
				if alone := header.DecodeText(w, nil); strings.Contains(alone, "\uFFFD") {
					t.Errorf("%s: %s alone is %q", name, w, alone)
				}
			}
		}
	}
	if got := header.EncodeText("a\r\nBcc: x\x00y", nil); strings.ContainsAny(got, "\r\n\x00") {
		t.Errorf("a line end gets through: %q", got)
	}
	if got, want := header.EncodeText("Grüße aus Köln, wie immer", nil), "=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln=2C?= wie immer"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestAppendField: lines of 78 bytes where there are blanks, never more than 998, and the value comes back.
func TestAppendField(t *testing.T) {
	for _, text := range append(outgoing, strings.Repeat("word ", 400), strings.Repeat("x", 5000)+" y", strings.Repeat("ab  ", 100)) {
		got := string(header.AppendField(nil, "Subject", header.EncodeText(text, nil)))
		lines := strings.Split(strings.TrimSuffix(got, "\r\n"), "\r\n")
		for i, l := range lines {
			if len(l) > 78 && strings.Contains(strings.TrimSpace(l[min(len(l), 10):]), " ") || len(l) > 998 {
				t.Errorf("a line of %d bytes: %q", len(l), l)
			}
			if i > 0 && !strings.HasPrefix(l, " ") || strings.TrimSpace(l) == "" {
				t.Errorf("%q is no continuation", l)
			}
		}
		f := header.Parse([]byte(got + "\r\n"))
		if len(f.All()) != 1 {
			t.Errorf("%d fields in %q", len(f.All()), got)
		}
		if back := header.DecodeText(f.Get("Subject"), nil); back != text {
			t.Errorf("%q comes back as %q", text, back)
		}
	}
	if got := string(header.AppendField(nil, "Subject", "a\r\nBcc: x\ny\rz\x00")); strings.Count(got, "\r\n") != 1 || strings.ContainsAny(strings.TrimSuffix(got, "\r\n"), "\r\n\x00") {
		t.Errorf("a line end gets through: %q", got)
	}
}

func FuzzWords(f *testing.F) {
	for _, tt := range words {
		f.Add(tt.in)
	}
	for _, s := range outgoing {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		clean(t, header.DecodeText(s, nil))
		if !utf8.ValidString(s) || strings.ContainsAny(s, "\r\n\x00\x1B") {
			return
		}
		encoded := header.EncodeText(s, nil)
		if strings.ContainsFunc(encoded, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Fatalf("%q is encoded as %q", s, encoded)
		}
		if back := header.DecodeText(encoded, nil); back != s && !strings.HasPrefix(s, "\uFEFF") && !strings.Contains(s, "\uFEFF") {
			t.Fatalf("%q is encoded as %q, and comes back as %q", s, encoded, back)
		}
	})
}

func clean(t testing.TB, s string) {
	t.Helper()
	if !utf8.ValidString(s) || strings.ContainsAny(s, "\r\n\x00") {
		t.Fatalf("%q is not valid, or has a line end", s)
	}
}

// A name that is longer than a line is the caller's mistake, but no reason to panic.
func TestAppendLongName(t *testing.T) {
	if got := string(header.AppendField(nil, strings.Repeat("n", 2000), "value")); !strings.HasPrefix(got, "nnn") || !strings.HasSuffix(got, "value\r\n") {
		t.Errorf("it is %.50q…", got)
	}
}
