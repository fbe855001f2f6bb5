package files

import (
	"bytes"
	"net/http"
	"strings"
	"unicode/utf8"
)

// HeadBytes is how much of a file's beginning Kind and Check need.
const HeadBytes = 512

// Kind is the media type as which a file that begins with head may be shown by the browser, "" if it must be saved: png, jpeg, gif, webp
// and pdf by what they begin with, plain text if nothing in it is a control. name is the one that the sender gave.
func Kind(name string, head []byte) string {
	head = head[:min(len(head), HeadBytes)]
	switch s := string(head); {
	case strings.HasPrefix(s, "\x89PNG\r\n\x1a\n"):
		return "image/png"
	case strings.HasPrefix(s, "\xFF\xD8\xFF"):
		return "image/jpeg"
	case strings.HasPrefix(s, "GIF87a"), strings.HasPrefix(s, "GIF89a"):
		return "image/gif"
	case len(s) >= 12 && s[:4] == "RIFF" && s[8:12] == "WEBP":
		return "image/webp"
	case strings.HasPrefix(s, "%PDF-"):
		return "application/pdf"
	}
	switch lastExtension(strings.ToLower(Name(name))) {
	case "txt", "text", "log", "md", "csv":
		if isText(head) {
			return "text/plain; charset=utf-8"
		}
	}
	return ""
}

// isText reports whether a beginning is text in UTF-8. Its last character may be cut off.
func isText(head []byte) bool {
	for len(head) > 0 {
		r, n := utf8.DecodeRune(head)
		if r == utf8.RuneError && n == 1 && (len(head) >= utf8.UTFMax || utf8.FullRune(head)) {
			return false
		}
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' || r == 0x7F {
			return false
		}
		head = head[n:]
	}
	return true
}

// isPage reports whether a browser that guesses would take a beginning for a page or a picture with scripts.
func isPage(head []byte) bool {
	head = bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head[:min(len(head), HeadBytes)], []byte("\xEF\xBB\xBF")), " \t\r\n\f"))
	for _, tag := range []string{"<!doctype", "<html", "<head", "<body", "<script", "<iframe", "<svg", "<?xml", "<!--", "<a", "<h1", "<div", "<p", "<table", "<style", "<title", "<b"} {
		if rest, ok := bytes.CutPrefix(head, []byte(tag)); ok && (len(rest) == 0 || strings.IndexByte(" \t\r\n\f/>-", rest[0]) >= 0 || tag == "<!--") {
			return true
		}
	}
	return false
}

// isProgram reports whether a beginning is that of a program of Windows, Linux or macOS, or of a script.
func isProgram(head []byte) bool {
	for _, magic := range []string{"MZ", "\x7FELF", "\xCF\xFA\xED\xFE", "\xCE\xFA\xED\xFE", "\xCA\xFE\xBA\xBE", "#!", "L\x00\x00\x00\x01\x14\x02\x00"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}

// Show is what the caller of SetHeaders wants.
type Show bool

// A file is saved, or shown if it is of a kind that may be.
const (
	Save   Show = false
	Inline Show = true
)

// SetHeaders sets all headers of an answer that has a file, which was sent with this name and begins with head; it returns the media type.
// The caller sets the length and what concerns caches. PDF viewers of browsers work in the sandbox.
func SetHeaders(h http.Header, show Show, sent string, head []byte) (kind string) {
	kind = Kind(sent, head)
	disposition := "inline"
	if kind == "" || show == Save {
		disposition = "attachment"
	}
	if kind == "" {
		kind = "application/octet-stream"
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", Disposition(disposition, sent))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'; frame-ancestors 'self'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	return kind
}

// Disposition writes a header Content-Disposition (RFC 6266): with the name in ASCII for old programs, and as it is in the form of RFC 8187.
func Disposition(kind, sent string) string {
	name := Name(sent)
	var plain, extended strings.Builder
	for _, r := range name {
		if r < ' ' || r > '~' || r == '"' || r == '\\' || r == '%' {
			r = '_' // browsers differ in what % means here
		}
		plain.WriteRune(r)
	}
	const hex = "0123456789ABCDEF"
	for i := range len(name) {
		if c := name[i]; isAttributeChar(c) {
			extended.WriteByte(c)
		} else {
			extended.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	out := kind + `; filename="` + plain.String() + `"`
	if plain.String() != name {
		out += "; filename*=UTF-8''" + extended.String()
	}
	return out
}

// isAttributeChar reports whether a byte may stand in the extended form (RFC 8187, 3.2.1: attr-char).
func isAttributeChar(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("!#$&+-.^_`|~", c) >= 0
}
