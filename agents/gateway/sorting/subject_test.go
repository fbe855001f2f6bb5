package sorting

import (
	"strings"
	"testing"
)

// The rules of RFC 5256 2.1, one after the other, and all together.
func TestBaseSubject(t *testing.T) {
	for _, test := range []struct {
		subject, want string
		reply         bool
	}{
		{"", "", false},
		{"Hello", "Hello", false},
		{" a \t b\r\n  c ", "a b c", false},
		{"Hello (fwd)", "Hello", true},
		{"Hello (FWD) (fwd)(fwd)  ", "Hello", true},
		{"(fwd)", "", true},
		{"Re: Hello", "Hello", true},
		{"RE : Hello", "Hello", true},
		{"re:re:Fw:FWD: Hello", "Hello", true},
		{"Fwd Hello", "Fwd Hello", false},
		{"Reply: Hello", "Reply: Hello", false},
		{"Re", "Re", false},
		{"Re:", "", true},
		{"Re[2]: Hello", "Hello", true},
		{"re [x] : Hello", "Hello", true},
		{"Re[2] Hello", "Re[2] Hello", false},
		{"Re[2[3]]: Hello", "Re[2[3]]: Hello", false},
		{"Re[2: Hello", "Re[2: Hello", false},
		{"[list] Hello", "Hello", false},
		{"[list][other] Hello", "Hello", false},
		{"[list]", "[list]", false},
		{"[list] [other]", "[other]", false},
		{"[list", "[list", false},
		{"[a[b] Hello", "[a[b] Hello", false},
		{"[list] Re: Hello", "Hello", true},
		{"Re: [list] Hello", "Hello", true},
		{"[a] [b] Re: [c] Fwd[5]: [d] Hello", "Hello", true},
		{"Re: [list]", "[list]", true},
		{"[Fwd: Hello]", "Hello", true},
		{"[Fwd: Re: [list] Hello (fwd)]", "Hello", true},
		{"[fwd:[FWD: Hello]]", "Hello", true},
		{"[Fwd: Hello", "[Fwd: Hello", false},
		{"[Fwd: Hello] x", "x", false}, // a blob
		{"[Fwd: Hello] (fwd)", "Hello", true},
		{"Re: [Fwd: Re: Hello] (fwd)", "Hello", true},
		{"[Fwd:]", "", true},
		{"[Fwd:", "[Fwd:", false},
		{"Re: Ünsinn", "Ünsinn", true},
		{"Hello [list]", "Hello [list]", false},
		{"Hello Re:", "Hello Re:", false},
	} {
		if got, reply := BaseSubject(test.subject); got != test.want || reply != test.reply {
			t.Errorf("%q: %q, %v, want %q, %v", test.subject, got, reply, test.want, test.reply)
		}
	}
}

// plainBase is the RFC's text as it stands, however long it takes.
func plainBase(s string) (string, bool) {
	for _, c := range []string{"\t", "\r", "\n"} {
		s = strings.ReplaceAll(s, c, " ")
	}
	for strings.Contains(s, "  ") {
		s = strings.ReplaceAll(s, "  ", " ")
	}
	reply := false
	for {
		for again := true; again; { // (2)
			again = false
			if t := strings.TrimSuffix(s, " "); t != s {
				s, again = t, true
			}
			if n := len(s) - 5; n >= 0 && strings.EqualFold(s[n:], "(fwd)") {
				s, again, reply = s[:n], true, true
			}
		}
		for again := true; again; { // (3), (4), (5)
			again = false
			if t, refwd, ok := plainLeader(s); ok {
				s, again, reply = t, true, reply || refwd
			} else if t, ok := plainBlob(s); ok && strings.Trim(t, " ") != "" {
				s, again = t, true
			}
		}
		if len(s) < 6 || !strings.EqualFold(s[:5], "[fwd:") || !strings.HasSuffix(s, "]") { // (6)
			return s, reply
		}
		s, reply = s[5:len(s)-1], true
	}
}

func plainBlob(s string) (string, bool) {
	if !strings.HasPrefix(s, "[") {
		return s, false
	}
	for i := 1; i < len(s) && s[i] != '['; i++ {
		if s[i] == ']' {
			return strings.TrimLeft(s[i+1:], " "), true
		}
	}
	return s, false
}

func plainLeader(s string) (rest string, refwd, ok bool) {
	if t, ok := strings.CutPrefix(s, " "); ok {
		return t, false, true
	}
	for blob := true; blob; {
		for _, word := range []string{"re", "fwd", "fw"} {
			if len(s) < len(word) || !strings.EqualFold(s[:len(word)], word) {
				continue
			}
			after := strings.TrimLeft(s[len(word):], " ")
			if t, ok := plainBlob(after); ok {
				after = t
			}
			if t, ok := strings.CutPrefix(after, ":"); ok {
				return t, true, true
			}
		}
		s, blob = plainBlob(s)
	}
	return s, false, false
}

func FuzzBaseSubject(f *testing.F) {
	for _, s := range []string{"Re: [list] Hello (fwd)", "[Fwd: [a] Re[2]: x]", "[a] [b]", " \t re :", "[fwd:[fwd: x]]]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, wantReply := plainBase(s)
		if got, reply := BaseSubject(s); got != want || reply != wantReply {
			t.Errorf("%q: %q, %v, want %q, %v", s, got, reply, want, wantReply)
		}
		// The same with only the characters that mean something.
		const alphabet = "[]:() rReEfFwWdD2x\t"
		b := make([]byte, len(s))
		for i := range len(s) {
			b[i] = alphabet[int(s[i])%len(alphabet)]
		}
		want, wantReply = plainBase(string(b))
		if got, reply := BaseSubject(string(b)); got != want || reply != wantReply {
			t.Errorf("%q: %q, %v, want %q, %v", b, got, reply, want, wantReply)
		}
	})
}

// Title case first, then decomposition (RFC 5051 2): what decomposes into small letters stays small.
func TestCaseMap(t *testing.T) {
	for s, want := range map[string]string{
		"":             "",
		"aBc [1]":      "ABC [1]",
		"ä":            "A\u0308",
		"A\u0308":      "A\u0308",
		"ß":            "ß", // no title case of one character
		"ǆ":            "Dz\u030c",
		"ǅ":            "Dz\u030c",
		"\ufb01":       "fi",
		"²":            "2",
		"ᾳ":            "\u0391\u0345",
		"ω\u2126":      "ΩΩ",
		"한":            "한",
		"\xfcx\xe7":    "\xfcX\xe7",
		"\ufffd":       "\ufffd",
		"\u0323\u00e9": "\u0323E\u0301", // marks keep their order
	} {
		if got := CaseMap(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}
