package html

import (
	"strings"
	"testing"
	"unicode/utf8"

	"zarafa/internal/testseed"
)

func TestText(t *testing.T) {
	for _, c := range []struct{ name, page, want string }{
		{"empty", "", ""},
		{"as the original renders it", "<html><body><p>Hello <b>Alice</b>, the numbers are attached. Gr&uuml;&szlig;e</p></body></html>\r\n", "Hello Alice, the numbers are attached. Grüße\n"},
		{"blanks", "  a \r\n b\t<b> c</b>d ", "a b cd\n"},
		{"paragraphs", "<p>a</p><p>b</p>\n<div>c</div><div>d</div>e<br>f<br><br>g", "a\n\nb\n\nc\nd\ne\nf\n\ng\n"},
		{"Outlook", "<p class=MsoNormal>a<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>b</p>", "a\n\n\n\nb\n"},
		{"headings", "<h1>a</h1>b<h2>c</h2>", "a\n\nb\n\nc\n"},
		{"entities", "&lt;a&gt; &amp;amp; &auml;&#8364;&#x1F600;&nbsp;&unknown; b&shy;c", "<a> &amp; ä€😀 &unknown; bc\n"},
		{"head", "<html><head><title>t</title><style>s</style><script>x</script></head><body>a<script>if (a<b) '</p>'</script><!-- c -->b</body></html>", "ab\n"},
		{"unclosed", "<title>t", ""},
		{"a drawing", "<svg/>a<svg><text>b</text></svg>c<template>d</template>", "ac\n"},
		{"noscript", "<noscript>a<b>b</b></noscript>", "ab\n"},
		{"lists", "x<ul><li>a<li>b<ol start=9><li>c</li><li>d</li></ol></li></ul>y", "x\n\n*  a\n*  b\n   9. c\n   10. d\n\ny\n"},
		{"items without list", "<li>a</li>b</ul></ol>", "*  a\nb\n"},
		{"links", `<a href="http://x/a?b&amp;c">text</a>, <a href="http://x/">http://x/</a>, <a href="https://x">x</a>, <a href="mailto:a@b">A@b</a>, <a href="#p">p</a>, <a name=q>q</a>`,
			"text <http://x/a?b&c>, http://x/, x, A@b, p, q\n"},
		{"links within others", `<a href=1>a<a href=2>b</a>c`, "a <1>b <2>c\n"},
		{"a script's link", `<a href="JavaScript:x">a</a>`, "a\n"},
		{"images", `a<img src=x alt="b  c">d<img src=x><a href=y><img src=z></a>`, "a[b c]d\n"},
		{"quotations", "a<blockquote>b<br>c<blockquote><p>d</p></blockquote></blockquote>e", "a\n\n> b\n> c\n>\n> > d\n\ne\n"},
		{"a quotation first", "<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b\n"},
		{"preformatted", "a<pre>\n  b\tc\r\n\n d\n</pre>e", "a\n\n  b\tc\n\n d\n\ne\n"},
		{"tables", "<table><tr><th>a<th>b</th></tr><tr><td>c</td> <td>d</td></tr></table>e", "ab\nc\td\ne\n"},
		{"rules", "a<hr>b", "a\n" + strings.Repeat("_", 32) + "\nb\n"},
		{"hidden characters", "a&#8203;b&#xFEFF;c", "abc\n"},
		{"bytes that are not UTF-8", "a\xffb\x00", "a\uFFFDb\n"},
		{"broken tags", "a < b <p", "a < b\n"},
	} {
		got := Text([]byte(c.page))
		if want := strings.ReplaceAll(c.want, "\n", "\r\n"); got != want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, want)
		}
	}
}

// TestTextOfDeepPages: what is nested deeply makes neither the stack nor the lines grow.
func TestTextOfDeepPages(t *testing.T) {
	for _, element := range []string{"div", "blockquote", "ul", "ol", "li", "table", "b", "pre", "a"} {
		const depth = 20_000
		page := strings.Repeat("<"+element+">", depth) + "a" + strings.Repeat("</"+element+">", depth) + "b"
		if got := Text([]byte(page)); len(got) > 200 || !strings.Contains(got, "a") || !strings.HasSuffix(got, "b\r\n") {
			t.Errorf("%s: %d bytes, %.100q", element, len(got), got)
		}
	}
	page := strings.Repeat("<blockquote>a", 5_000)
	if got := Text([]byte(page)); len(got) > 5_000*80 {
		t.Errorf("%d bytes of %d", len(got), len(page))
	}
}

func TestFromText(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"a\r\nb\nc\r", "a<br>\r\nb<br>\r\nc<br>\r\n"},
		{" a  b   c\td", "&nbsp;a &nbsp;b &nbsp; c&nbsp;&nbsp;&nbsp; d"},
		{`<a> & "b"`, "&lt;a&gt; &amp; &quot;b&quot;"},
		{"see http://x/?a=1&b=2. And (https://y/), www.z.de!", `see <a href="http://x/?a=1&amp;b=2">http://x/?a=1&amp;b=2</a>. And (<a href="https://y/">https://y/</a>), <a href="http://www.z.de">www.z.de</a>!`},
		{"<mailto:a@b> xhttp://n http://", `&lt;<a href="mailto:a@b">mailto:a@b</a>&gt; xhttp://n http://`},
		{"http://x/a_(b)", `<a href="http://x/a_(b)">http://x/a_(b)</a>`},
		{`http://x/"onclick=`, `<a href="http://x/">http://x/</a>&quot;onclick=`},
		{"ä\x01\xff", "ä\uFFFD"},
	} {
		if got := FromText(c.text); got != c.want {
			t.Errorf("%q:\n got %q\nwant %q", c.text, got, c.want)
		}
	}
}

// TestFromTextAndBack: a text without what is a blank at an end of a line, or a quotation's sign, survives.
func TestFromTextAndBack(t *testing.T) {
	rnd := testseed.New(t)
	pieces := []string{"a", "b c", "  d", "<", "&amp;", "ä", ".", "1", "(x)", "\r\n", "\r\n\r\n"}
	for range 1000 {
		text := "begin"
		for range rnd.IntN(20) {
			text += pieces[rnd.IntN(len(pieces))]
		}
		text = strings.TrimRight(text, "\r\n ") + "\r\n"
		if got := Text([]byte(FromText(text))); got != text {
			t.Fatalf("got %q, want %q", got, text)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte("<p>a<ul><li>b<a href=x>c</a></ul><pre>\n d</pre><table><tr><td>e<td>f</table><blockquote>g"))
	f.Fuzz(func(t *testing.T, page []byte) {
		text := Text(page)
		if !utf8.ValidString(text) {
			t.Fatalf("%q is not UTF-8", text)
		}
		if strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\n") && !strings.Contains(string(page), "&") {
			t.Fatalf("%q has a bare line feed", text)
		}
		Text([]byte(FromText(text)))
	})
}

func BenchmarkText(b *testing.B) {
	page := []byte(strings.Repeat("<p class=MsoNormal style='margin:0'>The quick <b>brown</b> fox <a href=\"http://x/\">jümps</a> &amp; runs over the lazy dog</p>\r\n", 1<<12))
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		Text(page)
	}
}

func BenchmarkFromText(b *testing.B) {
	text := strings.Repeat("The quick brown fox http://example.org/ jümps over <the> lazy dog\r\n", 1<<12)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		FromText(text)
	}
}
