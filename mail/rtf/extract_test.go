package rtf

import (
	"errors"
	"strings"
	"testing"

	"zarafa/internal/testseed"
)

func TestKindOf(t *testing.T) {
	for _, c := range []struct {
		doc  string
		want Kind
	}{
		{`{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl}`, HTML},
		{`{\rtf1\ansi\ansicpg1252\fromhtml \deff0{\fonttbl}`, HTML},
		{`{\rtf1\ansi\ansicpg1252\fromtext \deff0{\fonttbl}`, Text},
		{`{\rtf1\ansi\deff0{\fonttbl}}`, Genuine},
		{`{\rtf1\ansi{\fonttbl}\fromhtml1}`, Genuine},         // behind another destination
		{`{\rtf1 text \fromhtml1}`, Genuine},                  // behind text
		{`{\rtf1\a\b\c\d\e\f\g\h\i\j\fromhtml1}`, Genuine},    // not among the first ten tokens
		{`{\rtf1\ansi\ansicpg1252\fromhtml2 \deff0`, Genuine}, // an unknown version
		{``, Genuine},
		{`\fromhtml1`, HTML},
	} {
		if got := KindOf([]byte(c.doc)); got != c.want {
			t.Errorf("%s: %d, want %d", c.doc, got, c.want)
		}
	}
}

// encapsulated is the example of MS-OXRTFEX 3.1 in what matters: tags, paragraphs that only RTF has, and a tag that HTML spells as text.
const encapsulated = `{\rtf1\ANSI\ansicpg1251\fromhtml1 \deff0
{\fonttbl {\f0\fmodern Courier New;}{\f1\fswiss Arial;}{\f2\fswiss\fcharset0 Arial;}}
{\colortbl\red0\green0\blue0;\red0\green0\blue255;}
{\*\htmltag64}
\uc1\pard\plain\deftab360 \f0\fs24
{\*\htmltag <HTML><head>\par
<style>\par
<!--\par
 /* Style Definitions */\par
 p.MsoNormal, li.MsoNormal \{font-family:Arial;\}\par
-->\par
</style>\par
\tab <!-- This is a HTML comment.\par
There is a horizontal tab (%x09) character before the comment, \par
and some new line inside the comment. -->\par
</head>\par
<body>\par
<p>}
{\htmlrtf \f1 \htmlrtf0 Note the line break inside a P tag. {\*\htmltag <b>}{\htmlrtf \b \htmlrtf0 This is a bold text{\*\htmltag </b>}} \htmlrtf\par\htmlrtf0}
\htmlrtf \par \htmlrtf0
{\*\htmltag </p>\par
<p>\par}
{\htmlrtf \f1 \htmlrtf0 This is a normal text with a character references:
{\*\htmltag &nbsp;}\htmlrtf \'a0\htmlrtf0  {\*\htmltag &lt;}\htmlrtf <\htmlrtf0  {\*\htmltag &uml;}\htmlrtf {\f2\'a8}\htmlrtf0{\*\htmltag <br>\par}\htmlrtf\line\htmlrtf0
characters which have special meaning in RTF: \{\}\\{\*\htmltag <br>\par}\htmlrtf\line\htmlrtf0\htmlrtf\par\htmlrtf0}
{\*\htmltag </p>\par
<ol>\par
    <li class=MsoNormal>}{\htmlrtf {{\*\pn\pnlvlbody\pndec\pnstart1\pnindent360{\pntxta.}}\li360\fi-360{\pntext 1.\tab} \f1 \htmlrtf0 This is a list item}\htmlrtf\par\htmlrtf0}
{\*\htmltag \par
</ol>\par
</body>\par
</HTML>\par }}`

const encapsulatedHTML = `<HTML><head>
<style>
<!--
 /* Style Definitions */
 p.MsoNormal, li.MsoNormal {font-family:Arial;}
-->
</style>
	<!-- This is a HTML comment.
There is a horizontal tab (%x09) character before the comment, 
and some new line inside the comment. -->
</head>
<body>
<p>Note the line break inside a P tag. <b>This is a bold text</b> </p>
<p>
This is a normal text with a character references:&nbsp; &lt; &uml;<br>
characters which have special meaning in RTF: {}\<br>
</p>
<ol>
    <li class=MsoNormal>This is a list item
</ol>
</body>
</HTML>
`

func TestExtractHTML(t *testing.T) {
	const head = `{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}{\f2\fcharset128 MS Gothic;}}`
	for _, c := range []struct{ name, doc, want string }{
		{"the specification's example", encapsulated, strings.ReplaceAll(encapsulatedHTML, "\n", "\r\n")},
		{"the font's code page", head + `\f1\'cf\'f0\'e8\f0\'e9}`, "Приé"},
		{"a font that only RTF switches", head + `\htmlrtf{\f1\htmlrtf0 \'cf\htmlrtf }\htmlrtf0 \'e9}`, "Пé"},
		{"tags are in the document's", head + `\f1{\*\htmltag64 <a title=\'e9>}}`, "<a title=é>"},
		{"two bytes", head + `\f2\'93\'fa\'83\\\'96\'7b}`, "日ソ本"}, // the second byte of the second is a backslash
		{"fallbacks of two bytes", head + `\f2\uc2\u26085\'93\'fa\u26412\'96\'7b!}`, "日本!"},
		{"no fallback", head + `\uc0\u228\u246 x}`, "äöx"},
		{"a fallback is at most its group", head + `{\uc3\u228 a}bc}`, "äbc"},
		{"a fallback that is a control word", head + `\uc1\u8226\bullet x}`, "•x"},
		{"beyond 16 bits", head + `\uc1\u-10179?\u-8704?.}`, "😀."},
		{"half a character", head + `\uc1\u-10179?a\u-8704?b}`, "ab"},
		{"mhtmltag is ignored", head + `{\*\mhtmltag64 <a href="x:1">}{\*\htmltag64 <a href="y">}}`, `<a href="y">`},
		{"markup that is text", head + `1 < 2 & 3}`, "1 &lt; 2 &amp; 3"},
		{"htmlrtf ends with its group", head + `a{\htmlrtf b}c}`, "ac"},
		{"htmlrtf1", head + `a\htmlrtf1 b\htmlrtf0 c}`, "ac"},
		{"unknown destinations", head + `a{\*\unknown b{c}}d}`, "ad"},
		{"line, tab, quotes", head + `a\line\tab\lquote b\rquote\~c}`, "a\r\n\t‘b’\u00a0c"},
		{"braces in bytes", head + `\{\'7b\}}`, "{{}"},
		{"UTF-8", `{\rtf1\ansi\ansicpg65001\fromhtml1\'c3\'a4}`, "ä"},
		{"cut", head + `{\*\htmltag64 <p>}tex`, "<p>tex"},
		{"more ends than beginnings", head + `a}}}}b`, "ab"},
		{"binary data", head + `a\bin3 {{{b}`, "ab"},
	} {
		got, err := ExtractHTML([]byte(c.doc), 1<<20)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %v\n got %q\nwant %q", c.name, err, got, c.want)
		}
	}
}

func TestLimits(t *testing.T) {
	doc := []byte(`{\rtf1\ansi\fromtext 12345}`)
	if _, err := ToText(doc, 5); err != nil {
		t.Error(err)
	}
	for name, f := range map[string]func() error{
		"text":      func() error { _, err := ToText(doc, 4); return err },
		"HTML":      func() error { _, err := ToHTML(doc, 100); return err },
		"extracted": func() error { _, err := ExtractHTML(doc, 4); return err },
	} {
		if err := f(); !errors.Is(err, ErrTooBig) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Groups deeper than the deepest count, so that the end of the document is where it should be.
	deep := `{\rtf1 ` + strings.Repeat(`{`, 100000) + "a" + strings.Repeat(`}`, 100000) + `\b0 b}`
	if got, err := ToText([]byte(deep), 100); err != nil || string(got) != "ab" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestEncapsulate(t *testing.T) {
	for _, page := range []string{
		"", "text", "<p>a</p>", "<html><head><title>t &amp; u</title><style>p { color: \\red }</style></head><body>x</body></html>",
		"a < b & c; &nbsp;&#228;&copy &unknown;", "<pre>a\n\tb\r\nc</pre>", "<b>b<i>bi</b>i</i>", "ä € 😀 \u2028", "<!-- { } \\ --><!doctype html>",
		"<a href=\"http://x/?a=1&amp;b=2\">l</a>", "<p", "</", "<script>if (a < b) { }</script>", "a\x01\x7fb", "\r", "\n\n", "trailing ", " leading",
		"<textarea><b></textarea>", "{\\rtf1}", "\\'e4 \\u228?",
	} {
		doc := Encapsulate([]byte(page))
		if KindOf(doc) != HTML {
			t.Errorf("%q: is not recognised", page)
		}
		got, err := ExtractHTML(doc, 1<<20)
		if want := normal(page); err != nil || string(got) != want {
			t.Errorf("%v\n got %q\nwant %q\nin %s", err, got, want, doc)
		}
	}
}

// normal is a page as [Encapsulate] keeps it.
func normal(page string) string {
	page = string([]rune(page)) // each byte that is not UTF-8 becomes U+FFFD
	return strings.NewReplacer("\x00", "", "\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n").Replace(page)
}

// TestEncapsulatedText: a reader that knows nothing of HTML sees the text.
func TestEncapsulatedText(t *testing.T) {
	doc := Encapsulate([]byte("<html><head><title>no</title></head><body><p>a &amp; <b>b</b>\r\nc &lt; &#8364;</p><ul><li>one</li></ul></body></html>"))
	// Readers skip destinations that they do not know, and so does this one, once \fromhtml1 and \htmlrtf mean nothing to it.
	plain := strings.NewReplacer(`\fromhtml1`, `\unknown`, `\htmlrtf`, `\unknown`).Replace(string(doc))
	got, err := ToText([]byte(plain), 1000)
	if want := "a & b c < €\r\n•\tone\r\n\r\n"; err != nil || string(got) != want {
		t.Errorf("%q, want %q: %v", got, want, err)
	}
}

func TestEncapsulateRandom(t *testing.T) {
	rnd := testseed.New(t)
	pieces := []string{"<", ">", "&", "&amp;", "{", "}", "\\", "<p>", "</p>", "<style>", "</style>", "\r", "\n", "\t", " ", "x", "ä", "😀", "'", `"`, "<!--", "-->", "1", "-"}
	for range 2000 {
		var page strings.Builder
		for range rnd.IntN(40) {
			page.WriteString(pieces[rnd.IntN(len(pieces))])
		}
		got, err := ExtractHTML(Encapsulate([]byte(page.String())), 1<<20)
		if want := normal(page.String()); err != nil || string(got) != want {
			t.Fatalf("%v\n got %q\nwant %q", err, got, want)
		}
	}
}

func FuzzExtractHTML(f *testing.F) {
	f.Add([]byte(encapsulated))
	f.Add([]byte(`{\rtf1\ansi\fromhtml1{\fonttbl{\f2\fcharset128 MS;}}\f2\uc2\u26085\'93\'fa\bin2 {}}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		if out, err := ExtractHTML(doc, 1<<16); len(out) > 1<<16 || err != nil && !errors.Is(err, ErrTooBig) {
			t.Fatalf("%d bytes, %v", len(out), err)
		}
	})
}

func FuzzEncapsulate(f *testing.F) {
	f.Add("<p>a &amp; b\n</p>")
	f.Fuzz(func(t *testing.T, page string) {
		got, err := ExtractHTML(Encapsulate([]byte(page)), 1<<20)
		if want := normal(page); err == nil && string(got) != want {
			t.Fatalf("got %q\nwant %q", got, want)
		}
	})
}

func BenchmarkExtractHTML(b *testing.B) {
	doc := Encapsulate([]byte(strings.Repeat("<p class=MsoNormal>The quick <b>brown</b> fox jümps &amp; runs</p>\r\n", 1<<13)))
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		if _, err := ExtractHTML(doc, 1<<24); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncapsulate(b *testing.B) {
	page := []byte(strings.Repeat("<p class=MsoNormal>The quick <b>brown</b> fox jümps &amp; runs</p>\r\n", 1<<13))
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		Encapsulate(page)
	}
}
