package html

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	xhtml "golang.org/x/net/html"
)

// Bounds on what a line begins with, so that deep elements do not make each line longer.
const (
	deepestQuote = 16
	deepestList  = 16
	longestLink  = 2048 // bytes of an address that is shown
)

// Text is the text of a page in UTF-8 as mail programs show it beside the page: lines end in CR LF, paragraphs have an empty line between
// them, items of lists have a bullet or number, quotations a > before each line, cells a tab after them, and links the address
// in angle brackets behind them, unless it is their text. Long lines are not broken.
func Text(page []byte) string {
	w := &textWriter{start: true}
	tokens := xhtml.NewTokenizer(bytes.NewReader(page))
	for {
		switch kind := tokens.Next(); kind {
		case xhtml.ErrorToken:
			return w.finish()
		case xhtml.TextToken:
			if w.hidden == "" {
				w.text(tokens.Text())
			}
		case xhtml.StartTagToken, xhtml.SelfClosingTagToken:
			name, more := tokens.TagName()
			w.open(tokens, string(name), more, kind == xhtml.SelfClosingTagToken)
		case xhtml.EndTagToken:
			name, _ := tokens.TagName()
			w.close(string(name))
		}
	}
}

// list is a list that is open.
type list struct {
	ordered bool
	next    int
}

type textWriter struct {
	out      []byte
	hidden   string // the element whose text nobody sees
	pre      int    // elements that keep blanks and lines
	quote    int
	between  int // the quotation that empty lines before the next text belong to
	lists    []list
	deeper   int  // lists that are open beyond the deepest
	preFirst bool // nothing of an element that keeps lines has come; its first end of line does not count

	breaks  int    // ends of lines that wait for text
	space   bool   // a blank waits for text
	start   bool   // nothing is on the line
	tab     bool   // a cell has ended on the line
	bullet  string // waits for the text of its item
	linkURL string
	linkAt  int // where the link's text begins, -1 if none has come
}

// text adds text with its blanks joined.
func (w *textWriter) text(s []byte) {
	if w.pre > 0 {
		w.preformatted(s)
		return
	}
	for len(s) > 0 {
		if isSpace(s[0]) {
			w.space = true
			s = s[1:]
			continue
		}
		n := bytes.IndexAny(s, " \t\r\n\f")
		if n < 0 {
			n = len(s)
		}
		w.word(s[:n])
		s = s[n:]
	}
}

func (w *textWriter) preformatted(s []byte) {
	for len(s) > 0 {
		n := bytes.IndexAny(s, "\r\n")
		if n < 0 {
			w.word(s)
			return
		}
		if n > 0 {
			w.word(s[:n])
		}
		if !w.preFirst {
			w.breaks = min(w.breaks+1, 100)
			w.start = true
		}
		w.preFirst = false
		if s[n] == '\r' && n+1 < len(s) && s[n+1] == '\n' {
			n++
		}
		s = s[n+1:]
	}
}

// word adds what no blank is in, and what waits for it.
func (w *textWriter) word(s []byte) {
	w.begin()
	w.preFirst = false
	if w.space && !w.start {
		w.out = append(w.out, ' ')
	}
	w.space, w.start, w.tab = false, false, false
	if w.linkURL != "" && w.linkAt < 0 {
		w.linkAt = len(w.out)
	}
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf && c != 0 {
			w.out = append(w.out, c)
			i++
			continue
		}
		r, n := utf8.DecodeRune(s[i:])
		switch {
		case r == 0 || r == '\u00AD' || r == '\u200B' || r == '\uFEFF': // nobody sees them
		case r == '\u00A0':
			w.out = append(w.out, ' ')
		case r == utf8.RuneError && n == 1:
			w.out = append(w.out, "\uFFFD"...)
		default:
			w.out = append(w.out, s[i:i+n]...)
		}
		i += n
	}
}

// begin starts the line that text is to stand on.
func (w *textWriter) begin() {
	if len(w.out) == 0 {
		w.breaks = 0
		w.prefix(w.quote)
	}
	for ; w.breaks > 0; w.breaks-- {
		w.out = append(bytes.TrimRight(w.out, " \t"), "\r\n"...)
		if w.breaks > 1 {
			w.prefix(w.between)
		} else {
			w.prefix(w.quote)
		}
	}
	w.between = w.quote
	if w.bullet != "" {
		w.out = append(append(w.out, strings.Repeat("   ", max(len(w.lists)-1, 0))...), w.bullet...)
		w.bullet, w.start, w.space = "", true, false
	}
}

func (w *textWriter) prefix(quote int) {
	w.out = append(w.out, strings.Repeat("> ", min(quote, deepestQuote))...)
	w.start, w.space = true, false
}

// line ends the line, unless nothing is on it; paragraph leaves an empty line, too.
func (w *textWriter) line()      { w.end(1) }
func (w *textWriter) paragraph() { w.end(2) }

func (w *textWriter) end(n int) {
	if len(w.out) > 0 {
		w.breaks = max(w.breaks, n)
	}
	w.space, w.start, w.tab = false, true, false
}

func (w *textWriter) finish() string {
	w.endLink()
	text := strings.TrimRight(string(w.out), " \t\r\n")
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\r\n"
	}
	return text
}

// open handles the beginning of an element; whole says that it has nothing in it.
func (w *textWriter) open(tokens *xhtml.Tokenizer, name string, more, whole bool) {
	switch name {
	case "script", "style", "title", "template", "svg":
		if w.hidden == "" && !whole {
			w.hidden = name
		}
	case "noscript":
		tokens.NextIsNotRawText() // mail programs run no scripts, so what is in it is seen
	case "body":
		w.hidden = ""
	}
	if w.hidden != "" {
		return
	}
	switch name {
	case "br":
		w.breaks = min(w.breaks+1, 100)
		w.space, w.start = false, true
	case "hr":
		w.line()
		w.word([]byte(strings.Repeat("_", 32)))
		w.line()
	case "img":
		if alt := strings.Join(strings.Fields(attribute(tokens, more, "alt")), " "); alt != "" {
			w.word([]byte("[" + alt + "]"))
		}
	case "a":
		w.endLink()
		w.linkURL = strings.TrimSpace(attribute(tokens, more, "href"))
		w.linkAt = -1
	case "ul", "ol", "menu", "dir":
		w.openList(name == "ol", tokens, more)
	case "li":
		w.item()
	case "blockquote":
		w.paragraph()
		w.quote++
	case "pre", "listing", "plaintext", "xmp":
		w.paragraph()
		w.pre++
		w.preFirst = true
	default:
		w.block(name)
	}
}

// block begins or ends an element that stands on lines of its own.
func (w *textWriter) block(name string) {
	switch name {
	case "p", "h1", "h2", "h3", "h4", "h5", "h6", "dl", "fieldset":
		w.paragraph()
	case "div", "table", "tbody", "thead", "tfoot", "tr", "caption", "center", "form", "section", "article", "header", "footer", "nav",
		"aside", "main", "address", "figure", "figcaption", "dt", "dd", "option", "body", "legend", "details", "summary":
		w.line()
	case "td", "th":
		if w.tab {
			w.out = append(w.out, '\t')
			w.start, w.space, w.tab = true, false, false
		}
	}
}

func (w *textWriter) close(name string) {
	if w.hidden != "" {
		if name == w.hidden || name == "head" || name == "body" {
			w.hidden = ""
		}
		return
	}
	switch name {
	case "a":
		w.endLink()
	case "ul", "ol", "menu", "dir":
		w.closeList()
	case "li":
		w.line()
	case "blockquote":
		w.paragraph()
		w.quote = max(w.quote-1, 0)
		w.between = min(w.between, w.quote)
	case "pre", "listing", "xmp":
		w.pre = max(w.pre-1, 0)
		w.breaks = 0 // the end of its last line
		w.paragraph()
	case "td", "th":
		w.tab = w.breaks == 0 && len(w.out) > 0 // the next cell stands on the same line, if this one had one line
		w.space = false
	default:
		w.block(name)
	}
}

func (w *textWriter) openList(ordered bool, tokens *xhtml.Tokenizer, more bool) {
	if len(w.lists) == 0 {
		w.paragraph()
	} else {
		w.line()
	}
	if len(w.lists) >= deepestList {
		w.deeper++
		return
	}
	first := 1
	if ordered {
		if n, err := strconv.Atoi(strings.TrimSpace(attribute(tokens, more, "start"))); err == nil && n > -1e6 && n < 1e6 {
			first = n
		}
	}
	w.lists = append(w.lists, list{ordered: ordered, next: first})
}

func (w *textWriter) closeList() {
	switch {
	case w.deeper > 0:
		w.deeper--
	case len(w.lists) > 0:
		w.lists = w.lists[:len(w.lists)-1]
	}
	w.bullet = ""
	if len(w.lists) == 0 {
		w.paragraph()
	} else {
		w.line()
	}
}

func (w *textWriter) item() {
	w.line()
	w.bullet = "*  "
	if n := len(w.lists); n > 0 && w.lists[n-1].ordered {
		w.bullet = strconv.Itoa(w.lists[n-1].next) + ". "
		w.lists[n-1].next++
	}
}

// endLink adds where the link leads.
func (w *textWriter) endLink() {
	url := w.linkURL
	w.linkURL = ""
	if url == "" || w.linkAt < 0 || url[0] == '#' || len(url) > longestLink || hasPrefixFold(url, "javascript:") {
		return
	}
	said := strings.TrimSpace(string(w.out[min(w.linkAt, len(w.out)):]))
	if said == "" || said == url || hasPrefixFold(url, "mailto:") && strings.EqualFold(url[len("mailto:"):], said) ||
		strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(url, "http://"), "https://"), "/") == strings.TrimSuffix(said, "/") {
		return
	}
	w.space = true
	w.word([]byte("<" + strings.Join(strings.Fields(url), "%20") + ">"))
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' }

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// attribute is the value of an attribute of the tag that was just read.
func attribute(tokens *xhtml.Tokenizer, more bool, name string) string {
	for more {
		var key, value []byte
		key, value, more = tokens.TagAttr()
		if string(key) == name {
			return string(value)
		}
	}
	return ""
}
