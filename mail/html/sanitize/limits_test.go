package sanitize

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"zarafa/internal/testseed"
)

// TestLimits: pages beyond the limits are shown as text, with the reason; those at the limits are not.
func TestLimits(t *testing.T) {
	distinct := func(n int, end string) string {
		var out strings.Builder
		for i := range n {
			out.WriteString("<b class=a" + strconv.Itoa(i) + ">")
		}
		return out.String() + end
	}
	for _, c := range []struct {
		name, page string
		want       Reason
	}{
		{"nothing", "", None},
		{"as large as may be", "<p>" + strings.Repeat("a", MaxBytes-3), None},
		{"larger", "<p>" + strings.Repeat("a", MaxBytes), TooLarge},
		{"as deep as may be", strings.Repeat("<div>", MaxDepth-2) + "a", None},
		{"deeper", strings.Repeat("<div>", MaxDepth) + "a", TooDeep},
		{"deeper than parsers go", strings.Repeat("<div>", 100_000) + "a", TooDeep},
		{"deep formatting", distinct(10_000, "a"), TooDeep},
		{"tables in tables", strings.Repeat("<table><tr><td>", 200) + "a", TooDeep},
		{"as many as may be", strings.Repeat("<br>", MaxNodes-1) + "a", None},
		{"more", strings.Repeat("<br>a", MaxNodes/2+2) + "a", TooManyNodes},
		{"formatting that multiplies", "<p>" + distinct(400, "") + strings.Repeat("</p><p>a", 30_000), TooComplex},
		{"formatting that multiplies in a table", "<table>" + distinct(400, "") + strings.Repeat("<tr>a", 30_000), TooComplex},
		{"many paragraphs that are not closed", strings.Repeat("<p><font color=red>a</font>", 20_000), None},
		{"many rows and cells that are not closed", "<table>" + strings.Repeat("<tr><td><b>a<td>b", 5_000), None},
		{"many formatting elements that are not closed, in cells", "<table>" + strings.Repeat("<tr><td><font size=1><b>a", 5_000), None},
		{"many links", strings.Repeat(`<a href="https://example.org/">https://example.org/</a> `, 20_000), None},
		{"many attributes", "<p " + strings.Repeat("style=color:red title=a class=b x=y ", 20_000) + ">a", None},
		{"long style", `<p style="` + strings.Repeat("color:red;", 5_000) + `">a`, None},
		{"many brackets", `<p style="width:` + strings.Repeat("calc(", 10_000) + `">a<style>` + strings.Repeat("@media x{", 50_000) + "</style>", None},
		{"many bodies", strings.Repeat(`<body class=a style=color:red background="cid:a"><html class=b>`, 20_000) + "<p>a", None},
		{"many attributes without values", "<p " + strings.Repeat("hidden nowrap x ", 100_000) + ">a", None},
		{"many selectors", "<style>" + strings.Repeat("p,", 500_000) + "b{color:red}</style>a", None},
		{"many rules", "<style>" + strings.Repeat("p{color:red}", 100_000) + "</style>a", None},
		{"many pictures in styles", `<p style="background:` + strings.Repeat("url(//a),", 7_000) + `none">` + strings.Repeat("<img src=cid:a>", 9_000), None},
		{"many comments", strings.Repeat("<!-- a -->", 100_000), None},
		{"many ends", strings.Repeat("</p></b></td></x>", 100_000) + "a", None},
		{"many svg", strings.Repeat("<svg><math><template>", 50_000) + "a", None},
	} {
		r := HTML([]byte(c.page), blocking)
		if r.Reason != c.want {
			t.Errorf("%s: reason %q, want %q", c.name, r.Reason, c.want)
		}
		if strings.Contains(c.page, ">a") && !strings.Contains(r.HTML, "a") && c.want != None {
			t.Errorf("%s: the text is not shown", c.name)
		}
		if len(r.HTML) > 8*len(c.page)+1000 {
			t.Errorf("%s: %d bytes became %d", c.name, len(c.page), len(r.HTML))
		}
		checkSafe(t, c.name, r, DefaultPrefix)
	}
}

// TestWorkIsCounted: a parser makes no more of a page than was counted before it began. Formatting elements that are left open multiply, and
// whoever counts them too low lets a page of a few bytes use up the memory.
func TestWorkIsCounted(t *testing.T) {
	rnd := testseed.New(t)
	tags := strings.Fields("b i font a u p div table tr td th tbody caption col li ul dl dt dd h1 h2 hr br blockquote span center ruby rt nobr pre")
	for range 3000 {
		var page strings.Builder
		for range rnd.IntN(60) {
			tag := tags[rnd.IntN(len(tags))]
			switch rnd.IntN(5) {
			case 0:
				page.WriteString("</" + tag + ">")
			case 1:
				page.WriteString("x")
			default:
				page.WriteString("<" + tag + " class=c" + strconv.Itoa(rnd.IntN(9)) + ">")
			}
		}
		p := counted(t, page.String())
		nodes, err := parsePage(p.html)
		if err != nil {
			continue
		}
		made := 0
		for _, n := range nodes {
			made++
			for range n.Descendants() {
				made++
			}
		}
		// A table has a part of each kind that its author leaves out.
		if bound := 4*p.nodes + p.work; made > bound {
			t.Fatalf("%q, of which %q was passed on, made %d nodes, and %d were expected at most", page.String(), p.html, made, bound)
		}
	}
}

func counted(t *testing.T, page string) *preparer {
	t.Helper()
	p := newPreparer([]byte(page))
	if reason := p.run(); reason != None {
		t.Fatal(reason)
	}
	return p
}

// TestText: plain text is shown with its links, quotations and signature, and whatever it contains is text.
func TestText(t *testing.T) {
	r := Text("see https://example.org/?a=<b>\r\n> > <script>canary()</script>\r\n-- \r\nme@example.org mailto:me@example.org\r\n", blocking)
	want := `<div class="zm-root">see <a data-link="0" href="https://example.org/?a=" rel="noopener noreferrer nofollow" target="_blank">` +
		`https://example.org/?a=</a>&lt;b&gt;<blockquote type="cite"><blockquote type="cite">&lt;script&gt;canary()&lt;/script&gt;</blockquote>` +
		`</blockquote><div class="signature">-- <br/>` + "\n" + `me@example.org <a data-link="1" data-mailto="mailto:me@example.org" role="link" tabindex="0">` +
		`mailto:me@example.org</a></div></div>`
	if r.HTML != want || len(r.Links) != 2 || r.Reason != None || r.Quirks {
		t.Errorf("got %+v\nwant %s", r, want)
	}
	for _, text := range []string{"", strings.Repeat("\n", 300_000), strings.Repeat("> a\nb\n", 200_000), "\x00\xff\x1b<"} {
		r := Text(text, blocking)
		checkSafe(t, text, r, DefaultPrefix)
	}
}

// TestDocument: a document has the page's mode, and nothing but the result and what holds it.
func TestDocument(t *testing.T) {
	r := HTML([]byte("<!DOCTYPE html><p>a"), blocking)
	if d := r.Document(blocking); !strings.HasPrefix(d, "<!DOCTYPE html><html>") || !strings.Contains(d, r.HTML) {
		t.Error(d)
	}
	r = HTML([]byte("<p>a"), proxying)
	if d := r.Document(proxying); !strings.HasPrefix(d, "<html>") || !strings.Contains(d, ".q7-root{") {
		t.Error(d)
	}
}

func BenchmarkHTML(b *testing.B) {
	row := []byte(`<tr><td class="MsoNormal" style="font-family:'Segoe UI',Arial;color:#333333;padding:0 4px"><a href="https://example.org/a?b=c">text</a></td></tr>`)
	for _, rows := range []int{100, 1000, 5000} {
		page := append([]byte("<table>"), bytes.Repeat(row, rows)...)
		b.Run(strconv.Itoa(rows), func(b *testing.B) {
			b.SetBytes(int64(len(page)))
			for b.Loop() {
				if r := HTML(page, blocking); r.Reason != None {
					b.Fatal(r.Reason)
				}
			}
		})
	}
}
