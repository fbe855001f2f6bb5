package rtf

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

const genuine = `{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\froman\fcharset2 Symbol;}{\f2\fnil\fcharset0 Times New Roman{\*\falt x};}` +
	`{\f3\fcharset2 Wingdings;}}{\colortbl;\red255\green0\blue0;\red0\green128\blue255;}{\stylesheet{\s0 Normal;}}{\info{\title no}}\viewkind4\uc1\pard\fs20 `

func TestToHTML(t *testing.T) {
	const (
		p    = `<p style="margin:0">`
		font = `<span style="font-size:10pt;font-family:Arial">`
	)
	for _, c := range []struct{ name, doc, want string }{
		{"letters", `a{\b b{\i c}}\ul d\ulnone\strike e}`, p + font + "a</span>" + font + "<b>b</b></span>" + font + "<b><i>c</i></b></span>" +
			font + "<u>d</u></span>" + font + "<s>e</s></span></p>\r\n"},
		{"raised", `a{\super b}{\sub c}`, p + font + "a</span>" + font + "<sup>b</sup></span>" + font + "<sub>c</sub></span></p>\r\n"},
		{"colours, font, size", `{\cf1\highlight2\f2\fs24 a}{\cf9 b}`,
			p + `<span style="font-size:12pt;font-family:'Times New Roman';color:#ff0000;background-color:#0080ff">a</span>` + font + "b</span></p>\r\n"},
		{"paragraphs", `\qc a\par\pard\li360\fi-180\qr b\par\par c`,
			`<p style="margin:0;text-align:center">` + font + "a</span></p>\r\n" + `<p style="margin:0;margin-left:18pt;text-indent:-9pt;text-align:right">` + font +
				"b</span></p>\r\n" + `<p style="margin:0;margin-left:18pt;text-indent:-9pt;text-align:right"><br></p>` + "\r\n" +
				`<p style="margin:0;margin-left:18pt;text-indent:-9pt;text-align:right">` + font + "c</span></p>\r\n"},
		{"markup and blanks", ` <b> &  c\line d\tab e`, p + font + "&nbsp;&lt;b&gt; &amp; &nbsp;c</span><br>\r\n" + font + "d&nbsp;&nbsp;&nbsp; e</span></p>\r\n"},
		{"hidden", `a{\v b}c`, p + font + "ac</span></p>\r\n"},
		{"a link", `{\field{\*\fldinst{HYPERLINK "http://x/?a&b" \\l "c"}}{\fldrslt{\ul\cf2 text}}} a`,
			p + `<a href="http://x/?a&amp;b#c">` + font + "text</span></a>" + font + " a</span></p>\r\n"},
		{"a link that runs", `{\field{\*\fldinst{HYPERLINK "javascript:x"}}{\fldrslt text}}`, p + font + "text</span></p>\r\n"},
		{"another field", `{\field{\*\fldinst{PAGE}}{\fldrslt 1}}`, p + font + "1</span></p>\r\n"},
		{"lists", `{\listtext\f1\'b7\tab}\ls1 a\par{\listtext\f1\'b7\tab}b\par{\listtext 1.\tab}\ilvl1 c\par\pard d`,
			"<ul>\r\n<li>" + font + "a</span></li>\r\n<li>" + font + "b</span></li>\r\n<ol>\r\n<li>" + font + "c</span></li>\r\n</ol>\r\n</ul>\r\n" +
				p + font + "d</span></p>\r\n"},
		{"old lists", `{\pntext\f1\'B7\tab}{\*\pn\pnlvlblt\pnf1\pnindent0{\pntxtb\'B7}}\fi-360\li720 a\par`, "<ul>\r\n<li>" + font + "a</span></li>\r\n</ul>\r\n"},
		{"a table", `\trowd\cellx100\cellx200\pard\intbl a\cell b\cell\row\pard c\par`,
			`<table border="1" cellspacing="0" cellpadding="3">` + "\r\n<tr><td>" + p + font + "a</span></p>\r\n</td><td>" + p + font + "b</span></p>\r\n</td></tr>\r\n</table>\r\n" +
				p + font + "c</span></p>\r\n"},
		{"smileys and bullets", `{\f3 J}{\f1 \'b7}{\f3 \u-4022?}`, // U+F04A
			p + `<span style="font-size:10pt">☺</span><span style="font-size:10pt">•</span><span style="font-size:10pt">☺</span></p>` + "\r\n"},
		{"both alphabets", `{\upr{a}{\*\ud{\u228 a}}}b`, p + font + "äb</span></p>\r\n"},
		{"headers and footnotes", `{\header x}{\footnote y}a{\*\bkmkstart z}`, p + font + "a</span></p>\r\n"},
	} {
		got, err := ToHTML([]byte(genuine+c.doc+"}"), 1<<20)
		body, _ := strings.CutPrefix(string(got.HTML), `<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head>`+"\r\n<body>\r\n")
		body, _ = strings.CutSuffix(body, "</body></html>\r\n")
		if err != nil || body != c.want {
			t.Errorf("%s: %v\n got %q\nwant %q", c.name, err, body, c.want)
		}
		checkNesting(t, got.HTML)
	}
}

// checkNesting: every element that is opened is closed, in order.
func checkNesting(t *testing.T, page []byte) {
	t.Helper()
	var open []string
	for tokens := html.NewTokenizer(bytes.NewReader(page)); ; {
		kind := tokens.Next()
		name, _ := tokens.TagName()
		switch kind {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("%v are left open in %q", open, page)
			}
			return
		case html.StartTagToken:
			switch string(name) {
			case "br", "img", "meta":
			default:
				open = append(open, string(name))
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != string(name) {
				t.Fatalf("</%s> ends %v in %q", name, open, page)
			}
			open = open[:len(open)-1]
		}
	}
}

func TestPictures(t *testing.T) {
	doc := genuine + `{\*\shppict{\pict\pngblip\picwgoal1500\pichgoal300 89504e` + "\r\n" + `47}}{\nonshppict{\pict\wmetafile8 00}}` +
		`{\pict\jpegblip\bin3 }{\}}{\pict\emfblip 0102}{\pict\pngblip 8}}`
	got, err := ToHTML([]byte(doc), 1<<20)
	if err != nil || len(got.Pictures) != 2 {
		t.Fatalf("%d pictures, %v", len(got.Pictures), err)
	}
	png, jpeg := got.Pictures[0], got.Pictures[1]
	if png.MIMEType != "image/png" || string(png.Data) != "\x89PNG" || png.Width != 1500 || jpeg.MIMEType != "image/jpeg" || string(jpeg.Data) != "}{\\" {
		t.Errorf("%+v %+v", png, jpeg)
	}
	for _, want := range []string{`<img src="cid:` + png.ContentID + `" width="100" height="20">`, `<img src="cid:` + jpeg.ContentID + `">`} {
		if !strings.Contains(string(got.HTML), want) {
			t.Errorf("no %s in %s", want, got.HTML)
		}
	}
}

func TestToText(t *testing.T) {
	for _, c := range []struct{ doc, want string }{
		{genuine + `a\par b\line\tab c}`, "a\r\nb\r\n\tc"},
		{genuine + `{\listtext\f1\'b7\tab}a\par}`, "•\ta\r\n"},
		{genuine + `\trowd\intbl a\cell b\cell\row c}`, "a\tb\r\nc"},
		{genuine + `{\field{\*\fldinst{HYPERLINK "http://x/"}}{\fldrslt text}}, b}`, "text <http://x/>, b"},
		{genuine + `{\field{\*\fldinst{HYPERLINK "http://x/"}}{\fldrslt http://x/}}, b}`, "http://x/, b"},
		{genuine + `{\field{\*\fldinst{HYPERLINK mailto:a@b}}{\fldrslt a@b}}}`, "a@b"},
		{genuine + `a{\v b}{\*\x c}{\pict\pngblip 00}}`, "a"},
		{`{\rtf1\ansi\ansicpg1252\fromtext \deff0{\fonttbl{\f0\fmodern\fcharset0 Courier New;}{\f1\fcharset204 x;}}` + "\r\n" +
			`{\colortbl;\red0\green0\blue255;}` + "\r\n" + `\uc1\pard\plain\deftab360 \f0\fs20 \'e4 \{<a>\}\par` + "\r\n" + `\f1\'cf\f0\par}`, "ä {<a>}\r\nП\r\n"},
		{`{\rtf1\mac \'8a}`, "ä"},
		{`{\rtf1\pc \'84}`, "ä"},
		{`plain`, "plain"},
		{``, ""},
	} {
		if got, err := ToText([]byte(c.doc), 1000); err != nil || string(got) != c.want {
			t.Errorf("%s: %v\n got %q\nwant %q", c.doc, err, got, c.want)
		}
	}
}

func FuzzToHTML(f *testing.F) {
	f.Add([]byte(genuine + `{\listtext\f1\'b7\tab}\ls1 a\par\trowd\intbl a\cell b\cell\row\pard{\field{\*\fldinst{HYPERLINK "x"}}{\fldrslt y}}{\pict\pngblip 00}}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		got, err := ToHTML(doc, 1<<20)
		if err == nil {
			checkNesting(t, got.HTML)
		} else if !errors.Is(err, ErrTooBig) {
			t.Fatal(err)
		}
		if _, err := ToText(doc, 1<<20); err != nil && !errors.Is(err, ErrTooBig) {
			t.Fatal(err)
		}
	})
}

func BenchmarkToHTML(b *testing.B) {
	doc := []byte(genuine + strings.Repeat(`The quick {\b brown} fox j\'fcmps {\cf1 over} \f2\fs24 the lazy dog.\f0\par `, 1<<13) + "}")
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		if _, err := ToHTML(doc, 1<<26); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHostile has documents whose parts all cost the most; none may be slower than linear.
func BenchmarkHostile(b *testing.B) {
	for _, c := range []struct{ name, unit string }{
		{"groups", "{"}, {"ends", "}"}, {"formats", `\b a\b0 b`}, {"fonts", `{\fonttbl{\f1 a;}}`}, {"fields", `{\field{\*\fldinst HYPERLINK "x"}{\fldrslt a}}`},
		{"cells", `\cell`}, {"levels", `{\listtext 1.}\ilvl8 a\par\pard{\listtext 1.}\ilvl0 a\par`}, {"hex", `\'e4`}, {"rows", `\intbl a\row\pard b\par`},
	} {
		doc := []byte(`{\rtf1 ` + strings.Repeat(c.unit, 1<<20/len(c.unit)))
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				if _, err := ToHTML(doc, 1<<28); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
