package convert

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"zarafa/mail/charset"
	"zarafa/mail/header"
	"zarafa/mail/html"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// utf8Page is the code page of UTF-8.
const utf8Page = 65001

// read is the content of a leaf in memory. Callers have seen that it is not too large.
func (im *importer) read(p *tree.Part) ([]byte, error) {
	b := bytes.NewBuffer(make([]byte, 0, p.Octets()+bytes.MinRead)) // no encoding makes content larger
	_, err := b.ReadFrom(im.mail.Content(p))
	return b.Bytes(), err
}

// Bounds of what is decoded at once, in bytes as it stands in the mail: of a content, and of all together. The client saves
// messages with little content in one piece, and so must know that it is little.
const (
	smallContent  = 128 << 10
	smallContents = 512 << 10
)

// content is what an attachment has: in memory if it is small, or else read from the mail when it is wanted.
func (im *importer) content(p *tree.Part) (mapi.Content, error) {
	n := p.Octets()
	if n > smallContent || im.decoded+n > smallContents {
		return leaf{im.mail, p}, nil
	}
	im.decoded += n
	data, err := im.read(p)
	return mapi.Bytes(data), err
}

// charset finds a character set by the name that a part gives. known is false for a name that nobody knows; cs is nil if none is
// named, or one that says nothing.
func (im *importer) charset(name string) (cs *charset.Charset, known bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	switch name {
	case "", "unknown-8bit", "x-unknown", "unknown", "default", "us-ascii", "ascii":
		return nil, true
	}
	if cs, ok := charset.Lookup(name); ok {
		return cs, true
	}
	cs, ok := im.options.Substitutes[name]
	return cs, ok
}

// decode is a text part in UTF-8, with CRLF at the end of lines, and the code page it came in. known is false if its character set
// is not.
func (im *importer) decode(p *tree.Part, t header.MediaType) (s string, codePage uint32, known bool, err error) {
	cs, known := im.charset(t.Get("charset"))
	if !known {
		return "", 0, false, nil
	}
	data, err := im.read(p)
	if err != nil {
		return "", 0, false, err
	}
	s, cs = im.decodeBytes(data, cs)
	return crlf(clean(s)), pageOf(cs), true, nil
}

// decodeBytes decodes by the character set named, or else by what the bytes look like.
func (im *importer) decodeBytes(data []byte, cs *charset.Charset) (string, *charset.Charset) {
	if cs != nil {
		if s, ok := cs.Decode(data); ok {
			return s, cs
		}
	}
	if cs == nil && ascii(data) {
		return string(data), im.options.DefaultCharset
	}
	guessed := charset.Guess(data, im.options.DefaultCharset)
	s, _ := guessed.Decode(data)
	return s, guessed
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf || c == 0x1B {
			return false
		}
	}
	return true
}

// pageOf is the code page that a message names; 20127 is US-ASCII.
func pageOf(cs *charset.Charset) uint32 {
	switch {
	case cs == nil:
		return 20127
	case cs.CodePage == 0:
		return utf8Page
	}
	return cs.CodePage
}

// decodePage is an HTML part. Its bytes are kept if its character set has a code page, so that they go out as they came in;
// otherwise they become UTF-8.
func (im *importer) decodePage(p *tree.Part, t header.MediaType) (page *text, known bool, err error) {
	if _, known := im.charset(t.Get("charset")); !known {
		return nil, false, nil
	}
	data, err := im.read(p)
	if err != nil {
		return nil, false, err
	}
	name, bom := html.Charset(data, t.Get("charset"))
	cs, known := im.charset(name)
	if !known {
		cs = nil // only the page itself names it
	}
	s, used := im.decodeBytes(data[bom:], cs)
	page = &text{content: clean(s), raw: data, codePage: pageOf(used)}
	if used != nil && used.CodePage == 0 || bom > 0 || bytes.IndexByte(data, 0) >= 0 {
		page.raw = html.SetCharset([]byte(page.content), "utf-8")
		page.codePage = utf8Page
	}
	return page, true, nil
}

// crlf ends each line with CRLF.
func crlf(s string) string {
	if !strings.ContainsAny(s, "\r\n") || !loneEnds(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + len(s)/32)
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\n':
			b.WriteString("\r\n")
		case s[i] != '\r':
			b.WriteByte(s[i])
		case i+1 >= len(s) || s[i+1] != '\n':
			b.WriteString("\r\n")
		}
	}
	return b.String()
}

// loneEnds reports whether a CR or LF stands alone.
func loneEnds(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\n':
			if i == 0 || s[i-1] != '\r' {
				return true
			}
		case '\r':
			if i+1 >= len(s) || s[i+1] != '\n' {
				return true
			}
		}
	}
	return false
}

// unflow undoes format=flowed (RFC 3676): a line that ends in a blank goes on in the next of the same depth of quotation.
func unflow(s string, deleteSpace bool) string {
	var b strings.Builder
	b.Grow(len(s))
	open := false // the line before goes on
	depth := 0
	for line := range strings.Lines(s) {
		line = strings.TrimSuffix(line, "\r\n")
		quoted := len(line) - len(strings.TrimLeft(line, ">"))
		text := strings.TrimPrefix(line[quoted:], " ") // stuffed
		signature := text == "-- "
		if open && (quoted != depth || signature) {
			b.WriteString("\r\n")
			open = false
		}
		if !open && quoted > 0 {
			b.WriteString(strings.Repeat(">", quoted) + " ")
		}
		depth = quoted
		open = strings.HasSuffix(text, " ") && !signature
		if open && deleteSpace {
			text = text[:len(text)-1]
		}
		b.WriteString(text)
		if !open {
			b.WriteString("\r\n")
		}
	}
	if open {
		b.WriteString("\r\n")
	}
	if !strings.HasSuffix(s, "\n") {
		return strings.TrimSuffix(b.String(), "\r\n")
	}
	return b.String()
}
