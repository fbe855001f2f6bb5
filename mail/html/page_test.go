package html

import (
	"strings"
	"testing"
)

func TestCharset(t *testing.T) {
	for _, c := range []struct {
		page, header, want string
		bom                int
	}{
		{`<meta charset="iso-8859-1">`, "", "iso-8859-1", 0},
		{`<meta charset="iso-8859-1">`, "koi8-r", "koi8-r", 0},
		{"\xEF\xBB\xBF" + `<meta charset="iso-8859-1">`, "koi8-r", "utf-8", 3},
		{"\xFF\xFEa\x00", "", "utf-16le", 2},
		{"\xFE\xFF\x00a", "", "utf-16be", 2},
		{`<META http-equiv=Content-Type CONTENT="text/html; CharSet=Windows-1252">`, "", "Windows-1252", 0},
		{`<meta content='text/html; charset = "x-sjis"' http-equiv='content-type'/>`, "", "x-sjis", 0},
		{`<meta name=a content="charset=no">`, "", "", 0},
		{`<!-- <meta charset=no> --><script>"<meta charset=no>"</script><title><meta charset=no></title><meta charset=yes>`, "", "yes", 0},
		{`<body><meta charset=no>`, "", "", 0},
		{`<meta charset=utf-16>`, "", "utf-8", 0},
		{"<style>" + strings.Repeat(" ", 4000) + "</style><meta charset=a>", "", "a", 0},
		{`<meta content="text/html; charset" http-equiv=content-type><meta charset="">`, "", "", 0},
		{"", "", "", 0},
	} {
		if got, bom := Charset([]byte(c.page), c.header); got != c.want || bom != c.bom {
			t.Errorf("%q, %q: %q, %d, want %q, %d", c.page, c.header, got, bom, c.want, c.bom)
		}
	}
}

func TestSetCharset(t *testing.T) {
	for _, c := range []struct{ page, want string }{
		{`<head><meta charset="iso-8859-1"><p>iso-8859-1`, `<head><meta charset="utf-8"><p>iso-8859-1`},
		{`<Meta  http-equiv=Content-Type content="text/html; Charset=iso-8859-1"><meta charset='a'>`, `<Meta  http-equiv=Content-Type content="text/html; Charset=utf-8"><meta charset='utf-8'>`},
		{`<meta charset=c>`, `<meta charset=utf-8>`},
		{`<body><meta charset=no>`, `<body><meta charset=no>`},
		{"text", "text"},
		{"İİİİİİİİ<meta İİİİ charset=a>", "İİİİİİİİ<meta İİİİ charset=utf-8>"},
	} {
		if got := string(SetCharset([]byte(c.page), "utf-8")); got != c.want {
			t.Errorf("%q: got %q, want %q", c.page, got, c.want)
		}
	}
}

func TestFind(t *testing.T) {
	r := Find([]byte(`<link href=l.css><body background="cid:a@b"><img src=" CID:C%40d "><img srcset="s1 1x, s2 2x"><a href="cid:link">x</a>
		<div style="background: URL('cid:e') no-repeat, url(f.png)"><style>p { background: url("cid:g") }</style>
		<!--[if gte vml 1]><v:imagedata src="cid:h"/><![endif]--><!-- <img src="cid:no"> --><video poster=p>&lt;img src="cid:no">`))
	for id, want := range map[string]bool{"a@b": true, "c@d": true, "C@D": true, "e": true, "g": true, "h": true, "link": false, "no": false, "": false} {
		if r.HasID(id) != want {
			t.Errorf("id %q: %v", id, !want)
		}
	}
	for location, want := range map[string]bool{"l.css": true, "s1": true, "s2": true, "f.png": true, "p": true, "cid:e": false, "": false} {
		if r.HasLocation(location) != want {
			t.Errorf("location %q: %v", location, !want)
		}
	}
	if many := Find([]byte(strings.Repeat(`<img src=a><img src=b`, 10))); len(many.locations) > 2 {
		t.Errorf("%v", many.locations)
	}
}

func FuzzPage(f *testing.F) {
	f.Add([]byte(`<meta http-equiv=content-type content="text/html; charset=a"><img src="cid:%40"><p style="url(x)"><!--[if a]><b src=c><![endif]-->`))
	f.Fuzz(func(t *testing.T, page []byte) {
		Find(page)
		name, bom := Charset(page, "")
		out := SetCharset(page, "utf-8")
		if name == "" && bom == 0 && len(page) <= prescan && string(out) != string(page) {
			t.Fatalf("%q became %q", page, out)
		}
		if again := SetCharset(out, "utf-8"); string(again) != string(out) {
			t.Fatalf("%q became %q", out, again)
		}
	})
}

func TestInsert(t *testing.T) {
	for in, want := range map[string]string{
		"":         "+",
		"a":        "+a",
		"<p>a</p>": "+<p>a</p>",
		"<body>a":  "<body>+a",
		"<!DOCTYPE html><html><head><title><body></title></head><body class=\"a>b\">a</body></html>": "<!DOCTYPE html><html><head><title><body></title></head><body class=\"a>b\">+a</body></html>",
		"<html><head></head>a":           "<html><head></head>+a",
		"<html><p>a":                     "<html>+<p>a",
		"<!-- <body> --><BODY>a":         "<!-- <body> --><BODY>+a",
		"<style><body></style><p><body>": "+<style><body></style><p><body>",
	} {
		if got := string(Insert([]byte(in), "+")); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
