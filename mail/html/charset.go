package html

import (
	"bytes"
	"strings"

	xhtml "golang.org/x/net/html"
)

// prescan is how much of a page is searched for its character set. The standard has 1,024 bytes; Outlook's styles need more.
const prescan = 16 << 10

// Charset is the name of the character set of a page, as it is written: by its byte order mark, else as the header of its part says
// ("" if that says nothing), else as the page says itself; "" if nothing does. bom is the length of the byte order mark.
func Charset(page []byte, header string) (name string, bom int) {
	switch {
	case bytes.HasPrefix(page, []byte("\xEF\xBB\xBF")):
		return "utf-8", 3
	case bytes.HasPrefix(page, []byte("\xFF\xFE")):
		return "utf-16le", 2
	case bytes.HasPrefix(page, []byte("\xFE\xFF")):
		return "utf-16be", 2
	}
	if header != "" {
		return header, 0
	}
	name = metaCharset(page[:min(len(page), prescan)])
	if hasPrefixFold(name, "utf-16") || hasPrefixFold(name, "utf-32") {
		name = "utf-8" // the standard: who could read so far has read bytes of ASCII
	}
	return name, 0
}

func metaCharset(page []byte) string {
	name := ""
	metas(page, func(_, _ int, value string) bool {
		name = value
		return false
	})
	return name
}

// SetCharset makes a page in UTF-8, which once was in another character set, say so: each name of a character set in it is replaced. A
// page that names none stays as it is.
func SetCharset(page []byte, name string) []byte {
	var out []byte
	done := 0
	metas(page, func(from, to int, _ string) bool {
		out = append(append(out, page[done:from]...), name...)
		done = to
		return true
	})
	if done == 0 {
		return page
	}
	return append(out, page[done:]...)
}

// metas finds the names of character sets in a page's meta elements: where each stands and what it says. What stands in comments
// and scripts, and behind the beginning of the body, is not meant.
func metas(page []byte, found func(from, to int, value string) bool) {
	tokens := xhtml.NewTokenizer(bytes.NewReader(page))
	at := 0
	for {
		kind := tokens.Next()
		if kind == xhtml.ErrorToken {
			return
		}
		raw := tokens.Raw()
		from := at
		at += len(raw)
		if kind != xhtml.StartTagToken && kind != xhtml.SelfClosingTagToken {
			continue
		}
		tag := page[from:at]
		name, more := tokens.TagName()
		if string(name) == "body" {
			return
		}
		if string(name) != "meta" {
			continue
		}
		if value := metaValue(tokens, more); value != "" {
			if i, n := placeOf(tag, value); n > 0 && !found(from+i, from+i+n, value) {
				return
			}
		}
	}
}

// metaValue is the character set that a meta element names.
func metaValue(tokens *xhtml.Tokenizer, more bool) string {
	direct, content, isType := "", "", false
	for more {
		var key, value []byte
		key, value, more = tokens.TagAttr()
		switch string(key) {
		case "charset":
			direct = strings.TrimSpace(string(value))
		case "content":
			content = string(value)
		case "http-equiv":
			isType = strings.EqualFold(strings.TrimSpace(string(value)), "content-type")
		}
	}
	if direct != "" {
		return direct
	}
	if !isType {
		return ""
	}
	i := indexWord(content)
	if i < 0 {
		return ""
	}
	rest, ok := strings.CutPrefix(strings.TrimLeft(content[i+len("charset"):], " \t\r\n"), "=")
	if !ok {
		return ""
	}
	rest = strings.TrimLeft(rest, " \t\r\n\"'")
	if n := strings.IndexAny(rest, " \t\r\n;\"',"); n >= 0 {
		rest = rest[:n]
	}
	return rest
}

// placeOf finds a name of a character set in the tag that named it, behind the word.
func placeOf(tag []byte, value string) (at, n int) {
	word := indexWord(string(tag))
	if word < 0 {
		return 0, 0
	}
	i := bytes.Index(tag[word+len("charset"):], []byte(value))
	if i < 0 {
		return 0, 0 // written with character references
	}
	return word + len("charset") + i, len(value)
}

// indexWord is the place of the word charset in any case, -1 if it does not occur.
func indexWord(s string) int {
	for i := range len(s) - len("charset") + 1 {
		if strings.EqualFold(s[i:i+len("charset")], "charset") {
			return i
		}
	}
	return -1
}
