package fulltext

import (
	"slices"
	"strings"
	"testing"
)

func wordsOf(text string, asked bool) []string {
	var out []string
	eachWord([]byte(text), asked, func(w []byte) { out = append(out, string(w)) })
	return out
}

func TestWords(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"", ""},
		{" -- ?!", ""},
		{"Budget 2026, Q1/Q2", "budget 2026 q1 q2"},
		{"alice@example.com", "alice example com"},
		{"Jürgen MÜLLER Straße", "jurgen muller strasse"},
		{"ju\u0308rgen", "jurgen"},
		{"ﬁne ＡＢＣ １２", "fine abc 12"},
		{"İstanbul", "istanbul"},
		{"Ελληνικά ΤΈΛΟΣ τέλος", "ελληνικα τελοσ τελοσ"},
		{"Привет, Мир", "привет мир"},
		{"עִבְרִית", "עברית"},
		{"العَرَبِيَّة", "العربية"},
		{"हिन्दी में", "हिन्दी में"},
		{"co\u00ADoperate zero\u200Bwidth", "cooperate zerowidth"},
		{"日本語", "日本 本語 語"},
		{"ｶﾞｲﾄﾞ", "ガイ イド ド"},
		{"サーバー", "サー ーバ バー ー"},
		{"Tokyo東京", "tokyo 東京 京"},
		{"한국어 문서", "한국어 문서"},
		{"\xff\xfeab", "ab"},
		{strings.Repeat("x", 100), strings.Repeat("x", longestWord)},
	} {
		if got := strings.Join(wordsOf(tc.text, false), " "); got != tc.want {
			t.Errorf("words of %q: %q, want %q", tc.text, got, tc.want)
		}
	}
}

func TestFind(t *testing.T) {
	for _, tc := range []struct {
		text, asked string
		want        bool
	}{
		{"Budget 04 for Jürgen Müller", "budg", true},
		{"Budget 04 for Jürgen Müller", "udget", false},
		{"Budget 04 for Jürgen Müller", "MULLER 0", true},
		{"Budget 04 for Jürgen Müller", "muller anna", false},
		{"Die Straße", "STRASSE", true},
		{"Die STRASSE", "straße", true},
		{"来週の会議について", "会議", true},
		{"来週の会議について", "議", true},
		{"来週の会議について", "会社", false},
		{"来週の会議", "来週の会議", true},
		{"日本語", "本", true},
		{"ประชุมวันจันทร์", "จันทร์", true},
	} {
		b := NewBuilder()
		b.Add(0x0037, []byte(tc.text))
		d := b.Document()
		f, ok := NewFind([]byte(tc.asked), 0x1000, 0x0037)
		if got := f.Matches(d); !ok || got != tc.want {
			t.Errorf("%q in %q: %v, want %v", tc.asked, tc.text, got, tc.want)
		}
		if elsewhere, _ := NewFind([]byte(tc.asked), 0x1000, 0x0038); elsewhere.Matches(d) {
			t.Errorf("%q is found in a property that does not have it", tc.asked)
		}
	}
	if _, ok := NewFind([]byte("?!"), 0x0037); ok {
		t.Error("a text without words can be looked for")
	}
	if f, _ := NewFind([]byte(strings.Repeat("a ", 100)), 1); len(f.words) != maxWords {
		t.Errorf("%d words are looked for", len(f.words))
	}
}

// The bounds of a document hold whatever it is made of.
func TestDocumentIsBounded(t *testing.T) {
	b := NewBuilder()
	text := []byte(strings.Repeat("日本語", 1<<20))
	b.Add(1, text)
	b.Add(2, []byte("late"))
	if b.left != 0 {
		t.Errorf("%d bytes left", b.left)
	}
	if late, _ := NewFind([]byte("late"), 2); late.Matches(b.Document()) {
		t.Error("text beyond the bound is found")
	}
	b = NewBuilder()
	b.Add(1, []byte(strings.Repeat("a1b2c3 ", 10)))
	for i := range maxTerms {
		b.terms[string(rune(i))] = struct{}{}
	}
	b.Add(1, []byte("more"))
	if len(b.terms) > maxTerms+1 {
		t.Errorf("%d words", len(b.terms))
	}
}

func FuzzWords(f *testing.F) {
	for _, seed := range []string{"Budget 04", "日本語の会議", "Straße ﬁ", "عَرَبِيّ", "ประชุม", "\xff\u0300a\u0300", "ㇷ゚ㇷ゚"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		before := slices.Clone(text)
		eachWord(text, false, func(w []byte) {
			if len(w) == 0 || len(w) > longestWord {
				t.Errorf("a word of %d bytes", len(w))
			}
			for _, c := range w {
				if c < 0x80 && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
					t.Errorf("%q would be two words to the index", w)
				}
			}
		})
		if !slices.Equal(text, before) {
			t.Error("the text was changed")
		}
		b := NewBuilder()
		b.Add(7, text)
		if find, ok := NewFind(text, 7); ok && !find.Matches(b.Document()) {
			t.Error("a text is not found in itself")
		}
	})
}

func FuzzTextOfHTML(f *testing.F) {
	for _, seed := range []string{"<p>a<b>b</b></p><script>x</script>", "<html><meta charset=utf-16>", "<style>", "&amp;&#x1F600;<!--"} {
		f.Add([]byte(seed), "text/html")
	}
	f.Fuzz(func(t *testing.T, page []byte, kind string) {
		if text := textOfHTML(page, kind); len(text) > 8*len(page)+16 {
			t.Errorf("%d bytes of text in a page of %d", len(text), len(page))
		}
	})
}

func TestTextOfHTML(t *testing.T) {
	for _, tc := range []struct{ page, kind, want string }{
		{"<p>one</p><p>t<b>w</b>o</p>", "", "one two"},
		{"a<br>b<script>hidden</script><style>hidden</style>c", "", "a b c"},
		{"caf&eacute; &amp; tea", "", "cafe tea"},
		{"caf\xe9", "text/html; charset=iso-8859-1", "cafe"},
		{"<meta charset=koi8-r>\xcd\xc9\xd2", "", "мир"},
		{"\xff\xfeh\x00i\x00", "", "hi"},
	} {
		if got := strings.Join(wordsOf(string(textOfHTML([]byte(tc.page), tc.kind)), false), " "); got != tc.want {
			t.Errorf("%q: %q, want %q", tc.page, got, tc.want)
		}
	}
}

func TestTextType(t *testing.T) {
	for _, tc := range []struct{ mimeTag, name, want string }{
		{"text/plain", "a.bin", "text/plain"},
		{"TEXT/HTML; charset=UTF-8", "", "text/html; charset=utf-8"},
		{"application/json", "", "text/plain"},
		{"application/octet-stream", "Notes.TXT", "text/plain"},
		{"", "page.htm", "text/html"},
		{"", "photo.jpg", ""},
		{"image/png", "notes.txt", ""},
		{"", "", ""},
	} {
		if got := textType(tc.mimeTag, tc.name); got != tc.want {
			t.Errorf("%q %q: %q, want %q", tc.mimeTag, tc.name, got, tc.want)
		}
	}
}
