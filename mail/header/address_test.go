package header_test

import (
	"fmt"
	"strings"
	"testing"

	"zarafa/mail/header"
)

// show is a list on one line: name <local|domain>, with groups as name:[ ].
func show(list []header.Address) string {
	var out []string
	for _, a := range list {
		switch a.Kind {
		case header.GroupStart:
			out = append(out, a.Name+":[")
		case header.GroupEnd:
			out = append(out, "]")
		default:
			out = append(out, fmt.Sprintf("%s<%s|%s>", a.Name, a.Local, a.Domain))
		}
	}
	return strings.Join(out, " ")
}

var addresses = []struct{ in, want string }{
	{"", ""}, {"a@b.c", "<a|b.c>"}, {"<a@b.c>", "<a|b.c>"}, {"A B <a@b.c>", "A B<a|b.c>"}, {`"B, A" <a@b.c>`, "B, A<a|b.c>"}, {"a@b.c, d@e.f", "<a|b.c> <d|e.f>"},
	{"a@b.c (A B)", "A B<a|b.c>"}, {"(x) a@b.c (A (B) C)", "x A (B) C<a|b.c>"}, {"A (x) B <a@b.c>", "A B<a|b.c>"}, {`"a b"@c.d`, "<a b|c.d>"}, {`"a\"b" <x@y>`, `a"b<x|y>`}, {"a@[1.2.3.4]", "<a|[1.2.3.4]>"},
	{"a . b @ c . d", "<a.b|c.d>"}, {"<@x,@y:a@b.c>", "<a|b.c>"}, {"Team: a@b.c, D <d@e.f>;", "Team:[ <a|b.c> D<d|e.f> ]"}, {"undisclosed-recipients:;", "undisclosed-recipients:[ ]"}, {"A: a@b; c@d", "A:[ <a|b> ] <c|d>"}, {"A: a@b;, c@d", "A:[ <a|b> ] <c|d>"},
	{"A: X <a@b>; c@d", "A:[ X<a|b> ] <c|d>"}, {"Team: a@b.c", "Team:[ <a|b.c> ]"},
	{"a@b.c; d@e.f", "<a|b.c> <d|e.f>"}, {"A <a@b.c>; D <d@e.f>;", "A<a|b.c> D<d|e.f>"}, {"user", "<user|>"}, {"root, A <a@b>", "<root|> A<a|b>"}, {"Foo, Bar <a@b>", "Foo, Bar<a|b>"}, {"Foo, Bar <a@b>, Baz, Q <c@d>", "Foo, Bar<a|b> Baz, Q<c|d>"},
	{"x@y, Foo, Bar <a@b>", "<x|y> Foo, Bar<a|b>"}, {"a@b <a@b>", "a@b<a|b>"}, {"a@b.c <x@y>, z@z", "a@b.c<x|y> <z|z>"}, {"A B a@b.c", "A B<a|b.c>"}, {"<a@b.c> A B", "A B<a|b.c>"}, {"A <a@b.c> D <d@e.f>", "A<a|b.c> D<d|e.f>"},
	{"A <a@b.c", "A<a|b.c>"}, {"A <a@b.c, D <d@e.f>", "A<a|b.c> D<d|e.f>"}, {"<<a@b.c>>", "<a|b.c>"}, {"<>", ""}, {"A <>", "A<|>"}, {"'a@b.c'", "<a|b.c>"}, {"'A B' <a@b.c>", "A B<a|b.c>"}, {"mailto:a@b.c", "<a|b.c>"}, {"<mailto:a@b.c>", "<a|b.c>"},
	{"=?utf-8?Q?J=C3=BCrgen?= <a@b>", "Jürgen<a|b>"}, {`"=?utf-8?Q?J=C3=BCrgen?=" <a@b>`, "Jürgen<a|b>"}, {"=?utf-8?Q?Foo,_Bar?= <a@b>", "Foo, Bar<a|b>"}, {"=?x-no?Q?=FC?= <a@b>", "=?x-no?Q?=FC?=<a|b>"}, {"J\xFCrgen <a@b>", "Jürgen<a|b>"}, {"Jürgen <jürgen@bücher.de>", "Jürgen<jürgen|bücher.de>"},
	{"=?utf-8?Q?J=C3?= =?utf-8?Q?=BCrgen?= M. <a@b>", "Jürgen M.<a|b>"}, {"A. B. <a@b>", "A. B.<a|b>"}, {"A (B <a@b>", "A (B<a|b>"}, {`A "B <a@b>`, `A "B<a|b>`}, {"a@b@c", "<a@b|c>"}, {",,;a@b,,", "<a|b>"}, {"a@", "<a|>"}, {"@b", "<|b>"},
	{"A\r\n B <a@b>", "A B<a|b>"}, {"a@b\x00", "<a|b>"}, {"a @b.c", "<a|b.c>"}, {"(c) bob (Bob) @ (at) b.c", "c Bob at<bob|b.c>"}, {"Bob (x) bob@b.c", "Bob<bob|b.c>"}, {"very.long@x (comment", "(comment<very.long|x>"},
}

func TestParseAddresses(t *testing.T) {
	for _, tt := range addresses {
		if got := show(header.ParseAddresses(tt.in, nil)); got != tt.want {
			t.Errorf("%q is %s, want %s", tt.in, got, tt.want)
		}
	}
	raw := header.ParseAddresses(`"=?utf-8?Q?J=C3=BCrgen?=" <a@b>`, nil)[0].RawName
	if raw != "=?utf-8?Q?J=C3=BCrgen?=" {
		t.Errorf("the raw name is %q", raw)
	}
}

// TestFormatAddress: what goes out comes back, on one line.
func TestFormatAddress(t *testing.T) {
	for _, tt := range []struct{ name, addr, want string }{
		{"", "a@b.c", "a@b.c"}, {"A B", "a@b.c", "A B <a@b.c>"}, {"B, A", "a@b.c", `"B, A" <a@b.c>`}, {`a"b\`, "a@b.c", `"a\"b\\" <a@b.c>`}, {"Jürgen", "a@b.c", "=?utf-8?Q?J=C3=BCrgen?= <a@b.c>"},
		{"Müller, Jürgen", "a@b.c", "=?utf-8?Q?M=C3=BCller=2C_J=C3=BCrgen?= <a@b.c>"}, {"", `"john doe"@b.c`, `"john doe"@b.c`}, {"J", `"a<\">b"@c.d`, `J <"a<\">b"@c.d>`}, {"", "a b@c >d", "ab@cd"}, {"A\r\nBcc: x", "a@b.c\r\nBcc: y", `"A Bcc: x" <a@b.cBcc:y>`},
		{"A  B", "a@b.c", `"A  B" <a@b.c>`}, {"Ä  B", "a@b.c", "=?utf-8?Q?=C3=84__B?= <a@b.c>"},
		{"=?utf-8?Q?x?=", "a@b.c", "=?utf-8?Q?=3D=3Futf-8=3FQ=3Fx=3F=3D?= <a@b.c>"}, {strings.Repeat("ä, ", 100) + "x", "a@b.c", ""},
	} {
		got := header.FormatAddress(tt.name, tt.addr, nil)
		if tt.want != "" && got != tt.want {
			t.Errorf("%q is written %s, want %s", tt.name, got, tt.want)
		}
		back := header.ParseAddresses(got, nil)
		if len(back) != 1 || !strings.ContainsAny(tt.name, "\r\n") && back[0].Name != tt.name {
			t.Errorf("%q comes back as %s (%s)", tt.name, show(back), got)
		}
	}
	if got, want := header.FormatGroup("Team, A", []string{"a@b", "c@d"}, nil), `"Team, A": a@b, c@d;`; got != want {
		t.Errorf("a group is %s, want %s", got, want)
	}
	if got := (header.Address{Local: "a b", Domain: "c"}).Addr(); got != `"a b"@c` {
		t.Errorf("a local part with a blank is %s", got)
	}
}

func FuzzAddresses(f *testing.F) {
	for _, tt := range addresses {
		f.Add(tt.in)
	}
	f.Fuzz(func(t *testing.T, s string) {
		depth := 0
		for _, a := range header.ParseAddresses(s, nil) {
			switch a.Kind {
			case header.GroupStart:
				depth++
			case header.GroupEnd:
				depth--
			}
			if depth < 0 || depth > 1 {
				t.Fatalf("groups in %q do not match", s)
			}
			clean(t, a.Name+a.Local+a.Domain)
			clean(t, header.FormatAddress(a.Name, a.Addr(), nil))
		}
		if depth != 0 {
			t.Fatalf("a group in %q does not end", s)
		}
	})
}

// FuzzAlphabet maps its input into the characters that headers are made of, so that it gets deep into all parsers.
func FuzzAlphabet(f *testing.F) {
	f.Add([]byte("0123456789"))
	pieces := []string{"a", "B", "@", "<", ">", ",", ";", ":", "\"", "\\", "(", ")", " ", "\t", "\r\n ", "\r\n", "=?utf-8?Q?", "=?utf-8?B?", "?=", "=C3", "_", "*", "0", "1", "=", "'", "%", "\xC3\xA4", "\xFC", "/", "name", "Subject: ", ".", "Mon, 30 Nov 2026 ", "+0100", "\x00", "[", "]", "text", "boundary"}
	f.Fuzz(func(t *testing.T, in []byte) {
		var b strings.Builder
		for _, c := range in {
			b.WriteString(pieces[int(c)%len(pieces)])
		}
		s := b.String()
		clean(t, header.DecodeText(s, nil))
		for _, a := range header.ParseAddresses(s, nil) {
			clean(t, a.Name+a.Local+a.Domain)
		}
		header.ParseDate(s)
		m, _ := header.ParseMediaType(s)
		for _, p := range m.Params {
			clean(t, p.Value)
		}
		header.ParseDisposition(s)
		for _, id := range header.MessageIDs(s) {
			clean(t, strings.ToValidUTF8(id, ""))
		}
		h := header.Parse([]byte(s))
		h.Proto()
		var all strings.Builder
		for _, f := range h.All() {
			all.Write(f.Raw)
		}
		if !strings.Contains(s, all.String()) {
			t.Fatalf("the fields of %q are %q", s, all.String())
		}
	})
}
