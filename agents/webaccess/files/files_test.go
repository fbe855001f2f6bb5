package files

import (
	"mime"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestName(t *testing.T) {
	for sent, want := range map[string]string{
		"report.pdf": "report.pdf", "": "attachment", "...": "attachment", "../../etc/passwd": "passwd", `C:\Windows\x.exe`: "x.exe", "a/": "attachment",
		"invoice\u202Efdp.exe": "invoicefdp.exe", "a\r\nSet-Cookie: b": "a Set-Cookie_ b", "a\x00.txt": "a.txt", "\u200Bx\u00AD.txt": "x.txt", ".bashrc": "bashrc",
		"-rf": "rf", "~root": "root", `a"b<c>|?*:d`: "a_b_c_____d", "CON": "_CON", "nul.txt": "_nul.txt", "com1": "_com1", "COMMON.txt": "COMMON.txt",
		"résumé Ω 日本.doc": "résumé Ω 日本.doc", "a. . .": "a", "a    b.exe": "a b.exe", "\xff\xfe.x": "x", "a\u2028b": "ab",
		strings.Repeat("ä", 300) + ".pdf": strings.Repeat("ä", 98) + ".pdf", strings.Repeat("a", 300): strings.Repeat("a", 200),
		"a." + strings.Repeat("b", 300): "a." + strings.Repeat("b", 198), "%2e%2e%2fx": "%2e%2e%2fx",
	} {
		if got := Name(sent); got != want {
			t.Errorf("%q: %q, want %q", sent, got, want)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name, head string
		want       Warning
	}{
		{"report.pdf", "%PDF-1.7", NoWarning}, {"report.pdf.exe", "", Disguised}, {"report.PDF.ExE", "", Disguised}, {"report.pdf          .scr", "", Disguised},
		{"report.pdf....js", "", Disguised}, {"setup.exe", "", Executable}, {"x.html", "", Executable}, {"x.svg", "", Executable}, {"x.lnk", "", Executable},
		{"x.docm", "", Executable}, {"x.iso", "", Executable}, {"invoice\u202Efdp.exe", "", Reordered}, {"a\u2067b.txt", "", Reordered}, {"x.pdf", "MZ\x90", Mismatch},
		{"x", "\x7FELF", Mismatch}, {"x.pdf", " <!DOCTYPE html>", Mismatch}, {"x.png", "<svg xmlns=''>", Mismatch}, {"x.txt", "#!/bin/sh", Mismatch},
		{"x.doc", "plain", NoWarning}, {"x.tar.gz", "", NoWarning}, {"x.exe ", "", Executable}, {"x.exe.", "", Executable}, {"x.jpg.zip", "", NoWarning}, {"", "", NoWarning},
		{"photo.jpg\u200B.exe", "", Disguised}, {"x.ex\u00ADe", "", Executable},
	} {
		if got := Check(c.name, []byte(c.head)); got != c.want {
			t.Errorf("%q, %q: %q, want %q", c.name, c.head, got, c.want)
		}
	}
}

// TestHeaders: only what begins as a kind that is harmless is shown, whatever its name says, and all is in a sandbox.
func TestHeaders(t *testing.T) {
	for _, c := range []struct{ name, head, kind, disposition string }{
		{"a.png", "\x89PNG\r\n\x1a\n", "image/png", "inline"}, {"a.html", "GIF89a<script>", "image/gif", "inline"}, {"a", "\xFF\xD8\xFF", "image/jpeg", "inline"},
		{"a.webp", "RIFFxxxxWEBP", "image/webp", "inline"}, {"a.pdf", "%PDF-", "application/pdf", "inline"}, {"a.txt", "hi <script>", "text/plain; charset=utf-8", "inline"},
		{"a.txt", "hé\xc3", "text/plain; charset=utf-8", "inline"}, {"a.txt", "", "text/plain; charset=utf-8", "inline"},
		{"a.txt", "a\xffb, which is another charset", "application/octet-stream", "attachment"}, {"a.txt", "a\x00b", "application/octet-stream", "attachment"},
		{"a.html", "<html>", "application/octet-stream", "attachment"}, {"a.svg", "<svg>", "application/octet-stream", "attachment"},
		{"a.png", "<svg onload=x>", "application/octet-stream", "attachment"}, {"a.pdf", " %PDF-", "application/octet-stream", "attachment"},
		{"a.xml", "<?xml", "application/octet-stream", "attachment"}, {"a.js", "alert(1)", "application/octet-stream", "attachment"}, {"", "x", "application/octet-stream", "attachment"},
	} {
		h := http.Header{}
		kind := SetHeaders(h, Inline, c.name, []byte(c.head))
		disposition, _, err := mime.ParseMediaType(h.Get("Content-Disposition"))
		if kind != c.kind || h.Get("Content-Type") != c.kind || disposition != c.disposition || err != nil {
			t.Errorf("%q, %q: %q %q %v", c.name, c.head, kind, h, err)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox;") {
			t.Errorf("%q: %v", c.name, h)
		}
		SetHeaders(h, Save, c.name, []byte(c.head))
		if !strings.HasPrefix(h.Get("Content-Disposition"), "attachment;") {
			t.Errorf("%q, saved: %v", c.name, h)
		}
	}
}

func TestDisposition(t *testing.T) {
	for sent, want := range map[string]string{
		"a b.pdf":      `attachment; filename="a b.pdf"`,
		"ä€.pdf":       `attachment; filename="__.pdf"; filename*=UTF-8''%C3%A4%E2%82%AC.pdf`,
		"a\r\nX: y":    `attachment; filename="a X_ y"`,
		`a";x="b`:      `attachment; filename="a_;x=_b"`,
		"100%.txt":     `attachment; filename="100_.txt"; filename*=UTF-8''100%25.txt`,
		"\u202Etxt.js": `attachment; filename="txt.js"`,
		"it's (1).txt": `attachment; filename="it's (1).txt"`,
	} {
		if got := Disposition("attachment", sent); got != want {
			t.Errorf("%q: %s, want %s", sent, got, want)
		}
	}
}

func FuzzDisposition(f *testing.F) {
	f.Add("a\"\\\r\n;%\u202Eä.pdf.exe")
	f.Fuzz(func(t *testing.T, sent string) {
		name := Name(sent)
		if again := Name(name); again != name || !utf8.ValidString(name) || len(name) > longestName+1 {
			t.Fatalf("%q becomes %q, and that %q", sent, name, again)
		}
		kind, params, err := mime.ParseMediaType(Disposition("inline", sent))
		if err != nil || kind != "inline" || len(params) != 1 || params["filename"] != name {
			t.Fatalf("%q, %q: %q %q %v", sent, name, kind, params, err)
		}
		Check(sent, []byte(sent))
		Kind(sent, []byte(sent))
	})
}
