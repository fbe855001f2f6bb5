package html

import (
	"strings"
	"unicode/utf8"
)

// FromText makes HTML of a text, without head and body: lines stay lines, blanks stay blanks, and what looks like an address of the web or of
// mail becomes a link.
func FromText(text string) string {
	var out strings.Builder
	out.Grow(len(text) + len(text)/4)
	blank := true // the last character was a blank or the line's beginning
	for i := 0; i < len(text); {
		if n := linkLength(text, i); n > 0 {
			writeLink(&out, text[i:i+n])
			i, blank = i+n, false
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		blank = writeRune(&out, r, blank, i+n < len(text) && text[i+n] == '\n')
		i += n
	}
	return out.String()
}

// writeRune writes one character; it reports whether a blank behind it must not be lost.
func writeRune(out *strings.Builder, r rune, blank, lineFeed bool) bool {
	switch {
	case r == '\r' && lineFeed:
	case r == '\r' || r == '\n':
		out.WriteString("<br>\r\n")
		return true
	case r == '\t':
		out.WriteString("&nbsp;&nbsp;&nbsp; ")
		return true
	case r == ' ' && blank:
		out.WriteString("&nbsp;")
		return false
	case r == ' ':
		out.WriteByte(' ')
		return true
	case r == '&':
		out.WriteString("&amp;")
	case r == '<':
		out.WriteString("&lt;")
	case r == '>':
		out.WriteString("&gt;")
	case r == '"':
		out.WriteString("&quot;")
	case r < ' ':
	default:
		out.WriteRune(r)
	}
	return false
}

func writeLink(out *strings.Builder, address string) {
	shown := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(address)
	if strings.HasPrefix(strings.ToLower(address), "www.") {
		out.WriteString(`<a href="http://` + shown + `">` + shown + "</a>")
		return
	}
	out.WriteString(`<a href="` + shown + `">` + shown + "</a>")
}

// linkLength is the length of the address at i, 0 if there is none. Signs at its end belong to the sentence.
func linkLength(text string, i int) int {
	switch text[i] | 0x20 {
	case 'h', 'f', 'm', 'w':
	default:
		return 0
	}
	if i > 0 && isWord(text[i-1]) {
		return 0
	}
	rest := text[i:min(len(text), i+longestLink)]
	head := 0
	for _, scheme := range [...]string{"http://", "https://", "ftp://", "mailto:", "www."} {
		if hasPrefixFold(rest, scheme) {
			head = len(scheme)
		}
	}
	if head == 0 {
		return 0
	}
	end := strings.IndexAny(rest, " \t\r\n<>\"\x00")
	if end < 0 {
		end = len(rest)
	}
	address := strings.TrimRight(rest[:end], ".,;:!?'*_")
	if strings.HasSuffix(address, ")") && !strings.Contains(address, "(") {
		address = strings.TrimRight(address, ").,;:!?'")
	}
	if len(address) <= head || !utf8.ValidString(address) {
		return 0
	}
	return len(address)
}

func isWord(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c >= utf8.RuneSelf
}
