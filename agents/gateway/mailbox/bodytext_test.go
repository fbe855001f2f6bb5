package mailbox

import (
	"strings"
	"testing"

	"zarafa/internal/testseed"
	"zarafa/mail/html"
	"zarafa/mail/tree"
)

// The short way finds what the plain one finds.
func TestTextSearch(t *testing.T) {
	rnd := testseed.New(t)
	letters := []rune("aAbBkK\u212a ßẞäÄéİi<>&;\x00")
	text := func(n int) string {
		var b strings.Builder
		for range rnd.IntN(n) {
			if rnd.IntN(2) == 0 {
				b.WriteRune(letters[rnd.IntN(4)])
			} else {
				b.WriteRune(letters[rnd.IntN(len(letters))])
			}
		}
		return b.String()
	}
	for range 20_000 {
		whole, part := text(30), text(3)
		if got, want := newTextSearch(part).in([]byte(whole)), strings.Contains(strings.ToLower(whole), strings.ToLower(part)); got != want {
			t.Fatalf("%q in %q: %v, want %v", part, whole, got, want)
		}
	}
}

// A page whose text is not made shows nothing that is looked for.
func TestTextOfPage(t *testing.T) {
	rnd := testseed.New(t)
	pieces := []string{"a", "b", "A", "-", ".", "1", "2", " ", "\r\n", "\t", "<b>", "</b>", "<p>", "<br>", "<li>", "<ol>", "<ul>", "<blockquote>", "</blockquote>", "<td>", "<!-- a -->",
		"&amp;", "&shy;", "&lowbar;", "&period;", "&#97;", "&nbsp;", `<a href="ab-a">`, "</a>", `<img alt="ba">`, "<hr>", "<pre>", "<style>", "</style>", "<", "&", "&fjlig;", "fj", "\x00", "\x01"}
	skipped := 0
	for range 50_000 {
		var page strings.Builder
		for range rnd.IntN(12) {
			page.WriteString(pieces[rnd.IntN(len(pieces))])
		}
		word := []string{"ab", "aba", "a-b", "a.b", "b", "a1", "ab-a", "1", "a 1", "fj", "b2", "-a", "a_b"}[rnd.IntN(13)]
		s := newTextSearch(word)
		if s.in([]byte(page.String())) || s.mayShow([]byte(page.String())) {
			continue
		}
		skipped++
		if text := html.Text([]byte(page.String())); s.in([]byte(text)) {
			t.Fatalf("%q shows %q, which has %q", page.String(), text, word)
		}
	}
	if skipped < 1000 {
		t.Errorf("only %d pages were passed over", skipped)
	}
}

// BenchmarkTextSearch looks for a text in a mail of 5.8 KB that does not have it.
func BenchmarkTextSearch(b *testing.B) {
	mail := tree.ParseBytes([]byte(mail("one", "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n") +
		"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + strings.Repeat("The quick brown fox jumps over the lazy dog and goes on to the next line.\r\n", 30) +
		"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + strings.Repeat("<p>The quick brown fox <b>jumps</b> over the lazy dog &amp; goes on.</p>\r\n", 32) +
		"--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5\r\n", 16) + "--b--\r\n"))
	search := newTextSearch("a-b-77")
	b.ReportAllocs()
	for b.Loop() {
		if found, err := search.inMail(mail, true); found || err != nil {
			b.Fatal(found, err)
		}
	}
}
