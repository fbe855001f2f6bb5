package html

import (
	"strings"
	"testing"
)

func TestFromPlain(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"a\r\nb\r\n", "a<br>\r\nb"},
		{"a\n\nb", "a<br>\r\n<br>\r\nb"},
		{"x\n> a\n>> b\n> > c\n> d\ny", `x<blockquote type="cite">a<blockquote type="cite">b<br>` + "\r\n" +
			`c</blockquote>d</blockquote>y`},
		{">a\n>  b", `<blockquote type="cite">a<br>` + "\r\n" + `&nbsp;b</blockquote>`},
		{">\n> http://x/>", `<blockquote type="cite"><br>` + "\r\n" + `<a href="http://x/">http://x/</a>&gt;</blockquote>`},
		{"a\n-- \nme\n", `a<div class="signature">-- <br>` + "\r\n" + `me</div>`},
		{"a\n-- \nme\n> q\nb", `a<div class="signature">-- <br>` + "\r\n" + `me</div><blockquote type="cite">q</blockquote>b`},
		{"> a\n> -- \n> you", `<blockquote type="cite">a<br>` + "\r\n-- <br>\r\nyou</blockquote>"},
		{"a > b\n-- x", "a &gt; b<br>\r\n-- x"},
		{strings.Repeat(">", 20) + "a", strings.Repeat(`<blockquote type="cite">`, 16) + "&gt;&gt;&gt;&gt;a" + strings.Repeat("</blockquote>", 16)},
	} {
		if got := FromPlain(c.text); got != c.want {
			t.Errorf("%q:\n got %q\nwant %q", c.text, got, c.want)
		}
	}
}
