package rtf

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// Parameters of an HTML tag (MS-OXRTFEX 2.1.3.1.4.3): where it stands, and what it is.
const (
	tagHead     = 0x10
	tagText     = 0x14 // a character reference
	tagBody     = 0x40
	tagParaEnd  = tagBody | 0x08
	tagNewline  = 0xF1
	tagComment  = 0x0F
	tagParaOpen = tagBody
)

// encapsulationHead begins the document; {\*\htmltag64} makes readers know where the body begins.
const encapsulationHead = `{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fmodern\fcharset0 Courier New;}}` +
	`{\colortbl;\red0\green0\blue255;}\uc1\pard\plain\deftab360\f0\fs20` + "\r\n" + `{\*\htmltag64}`

// Encapsulate makes RTF of HTML in UTF-8 so that [ExtractHTML] gives the HTML back, with lines that end in CR LF and without NUL
// (MS-OXRTFEX 2.2.1). A reader of RTF that knows nothing of HTML sees its text with paragraphs, bold, italic and underlined letters.
func Encapsulate(page []byte) []byte {
	e := &encapsulator{}
	e.out = append(make([]byte, 0, len(page)+len(page)/2+len(encapsulationHead)), encapsulationHead...)
	tokens := html.NewTokenizer(bytes.NewReader(page))
	for {
		kind := tokens.Next()
		raw := tokens.Raw()
		switch kind {
		case html.ErrorToken:
			e.tag(tagComment, raw)
			e.out = append(e.out, '}')
			return e.out
		case html.TextToken:
			e.text(raw)
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			raw = bytes.Clone(raw) // TagName changes the letters
			name, _ := tokens.TagName()
			e.element(kind, string(name), raw)
		default:
			e.tag(tagComment, raw)
		}
	}
}

type encapsulator struct {
	out       []byte
	invisible string // the element whose text no reader sees
	pre       int    // elements that keep their lines
}

func (e *encapsulator) element(kind html.TokenType, name string, raw []byte) {
	end := kind == html.EndTagToken
	switch name {
	case "head", "style", "script", "title", "template":
		if end && e.invisible == name {
			e.invisible = ""
		} else if kind == html.StartTagToken && e.invisible == "" {
			e.invisible = name
		}
	case "body":
		e.invisible = ""
	case "pre":
		if end {
			e.pre = max(e.pre-1, 0)
		} else {
			e.pre++
		}
	}
	before, after, flags := look(name, end)
	if e.invisible != "" {
		before, after, flags = "", "", tagHead
	}
	e.onlyRTF(before)
	e.tag(flags, raw)
	e.onlyRTF(after)
}

// look is what an element looks like in RTF: what stands before its tag and behind it.
func look(name string, end bool) (before, after string, flags int) {
	toggle := func(on string) (string, string, int) {
		if end {
			return on + "0", "", tagBody
		}
		return "", on, tagBody
	}
	switch name {
	case "b", "strong", "th":
		return toggle(`\b`)
	case "i", "em", "cite", "address":
		return toggle(`\i`)
	case "u", "ins":
		return toggle(`\ul`)
	case "s", "strike", "del":
		return toggle(`\strike`)
	case "a":
		if end {
			return `\ul0\cf0`, "", tagBody
		}
		return "", `\ul\cf1`, tagBody
	case "br":
		return "", `\line`, tagBody
	case "p", "div", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "dl", "dt", "dd":
		if end {
			return "", `\par`, tagParaEnd
		}
		return "", "", tagParaOpen
	case "td":
		if end {
			return "", `\tab`, tagBody
		}
	case "li":
		if end {
			return "", `\par`, tagParaEnd
		}
		return "", `\bullet\tab`, tagBody
	case "hr":
		return "", `\par`, tagBody
	}
	return "", "", tagBody
}

// onlyRTF adds what was not in the HTML.
func (e *encapsulator) onlyRTF(s string) {
	if s != "" {
		e.out = append(append(append(e.out, `\htmlrtf `...), s...), `\htmlrtf0 `...)
	}
}

// tag adds a piece of HTML that readers of RTF do not see.
func (e *encapsulator) tag(flags int, raw []byte) {
	if len(raw) == 0 {
		return
	}
	e.out = strconv.AppendInt(append(e.out, `{\*\htmltag`...), int64(flags), 10)
	e.out = append(e.out, ' ')
	e.letters(raw)
	e.out = append(e.out, '}')
}

// text adds text that both see. What HTML writes in another way than RTF is added twice.
func (e *encapsulator) text(raw []byte) {
	if e.invisible != "" {
		e.tag(tagHead, raw)
		return
	}
	for len(raw) > 0 {
		n := bytes.IndexAny(raw, "&<>\r\n")
		if n < 0 {
			n = len(raw)
		}
		e.letters(raw[:n])
		if raw = raw[n:]; len(raw) == 0 {
			return
		}
		n = 1
		switch c := raw[0]; c {
		case '&':
			n = reference(raw)
			e.tag(tagText, raw[:n])
			e.seen(html.UnescapeString(string(raw[:n])))
		case '<', '>':
			e.tag(tagText, raw[:1])
			e.seen(string(c))
		default:
			if c == '\r' && len(raw) > 1 && raw[1] == '\n' {
				n = 2
			}
			e.tag(tagNewline, raw[:n])
			if e.pre > 0 {
				e.onlyRTF(`\line`)
			} else {
				e.seen(" ")
			}
		}
		raw = raw[n:]
	}
}

// seen adds text that only readers of RTF see.
func (e *encapsulator) seen(s string) {
	e.out = append(e.out, `\htmlrtf `...)
	e.letters([]byte(s))
	e.out = append(e.out, `\htmlrtf0 `...)
}

// longestReference is more than the longest name of a character has, with & and ;.
const longestReference = 40

// reference is the length of the character reference that raw begins with; 1 if it is none.
func reference(raw []byte) int {
	for i := 1; i < len(raw) && i < longestReference; i++ {
		switch c := raw[i]; {
		case c == ';':
			return i + 1
		case c != '#' && !isLetter(c) && (c < '0' || c > '9'):
			return 1
		}
	}
	return 1
}

// letters adds text as RTF writes it.
func (e *encapsulator) letters(raw []byte) {
	for i := 0; i < len(raw); {
		c := raw[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRune(raw[i:])
			e.rune(r)
			i += n
			continue
		}
		i++
		switch {
		case c == '\\' || c == '{' || c == '}':
			e.out = append(e.out, '\\', c)
		case c == '\t':
			e.out = append(e.out, `\tab `...)
		case c == '\n':
			e.out = append(e.out, `\par `...)
		case c == '\r':
			e.out = append(e.out, `\par `...)
			if i < len(raw) && raw[i] == '\n' {
				i++
			}
		case c == 0:
		case c < ' ' || c == 0x7F:
			e.out = append(e.out, '\\', '\'', "0123456789abcdef"[c>>4], "0123456789abcdef"[c&0xF])
		default:
			e.out = append(e.out, c)
		}
	}
}

// rune adds a character beyond ASCII.
func (e *encapsulator) rune(r rune) {
	if hi, lo := utf16.EncodeRune(r); hi != utf8.RuneError {
		e.half(hi)
		r = lo
	}
	e.half(r)
}

func (e *encapsulator) half(r rune) {
	e.out = strconv.AppendInt(append(e.out, `\u`...), int64(int16(r)), 10)
	e.out = append(e.out, '?')
}
