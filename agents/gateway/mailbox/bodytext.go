package mailbox

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"zarafa/mail/charset"
	"zarafa/mail/header"
	"zarafa/mail/html"
	"zarafa/mail/tree"
)

// textSearch looks for a text in mails, without regard to case. It is for one goroutine.
type textSearch struct {
	wanted string // in lower case
	folded []byte // a buffer
}

func newTextSearch(text string) *textSearch { return &textSearch{wanted: strings.ToLower(text)} }

// in reports whether some text has the wanted one. Most texts are ASCII: they are brought to lower case without making another of each.
func (s *textSearch) in(text []byte) bool {
	s.folded = append(s.folded[:0], text...)
	for i, c := range s.folded {
		switch {
		case c >= utf8.RuneSelf:
			return strings.Contains(strings.ToLower(string(text)), s.wanted)
		case c >= 'A' && c <= 'Z':
			s.folded[i] = c + 'a' - 'A'
		}
	}
	return bytes.Contains(s.folded, []byte(s.wanted))
}

// inMail reports whether a mail has the text in its body, or with header in its header.
func (s *textSearch) inMail(t *tree.Message, inHeaderToo bool) (bool, error) {
	if inHeaderToo {
		h, err := t.HeaderBytes(t.Root)
		if err != nil || inHeader(header.Parse(h), s.wanted) {
			return err == nil, err
		}
	}
	return s.inBody(t)
}

// inBody reports whether a mail has the text in one of its texts or in the header of a part.
func (s *textSearch) inBody(t *tree.Message) (bool, error) {
	for p := range t.Root.All() {
		if p != t.Root {
			if h, err := t.HeaderBytes(p); err != nil || s.in(h) {
				return err == nil, err
			}
		}
		typ, subtype := p.Effective()
		if !p.IsLeaf() || typ != "text" {
			continue
		}
		if found, err := s.inPart(t, p, subtype == "html"); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// inPart looks for the text in a part; in a page in its source, and in what a mail program shows of it.
func (s *textSearch) inPart(t *tree.Message, p *tree.Part, page bool) (bool, error) {
	text, err := io.ReadAll(t.Content(p))
	if err != nil {
		return false, err
	}
	fields, err := t.Fields(p)
	if err != nil {
		return false, err
	}
	mediaType, _ := fields.ContentType()
	cs, ok := charset.Lookup(mediaType.Get("charset"))
	if !ok {
		cs = charset.Guess(text, nil)
	}
	if !asASCII(cs.Name) || !isASCII(text) {
		decoded, _ := cs.Decode(text)
		text = []byte(decoded)
	}
	if s.in(text) {
		return true, nil
	}
	return page && s.mayShow(text) && s.in([]byte(html.Text(text))), nil
}

// mayShow reports whether what is shown of a page may have the text although its source has not. Of a word it can only if a tag or a character reference
// stands within it, or it begins with such a reference.
func (s *textSearch) mayShow(page []byte) bool {
	if !s.oneWord() || !isASCII(page) || bytes.Contains(page, []byte("&#")) || bytes.Contains(page, []byte("&fjlig")) || bytes.IndexByte(page, 0) >= 0 {
		return true
	}
	s.in(page) // which folds it
	for i := 1; i < len(s.wanted); i++ {
		piece := []byte(s.wanted[:i])
		if !bytes.Contains(s.folded, piece) {
			return false // nor has it a longer piece of the word
		}
		if bytes.Contains(s.folded, append(piece, '<')) || bytes.Contains(s.folded, append(piece, '&')) {
			return true
		}
	}
	return false
}

// oneWord reports whether the text is a word as they stand in lines: it begins with a letter, and numbers of lists, quotation marks and the like that
// show without standing in the source are not in it.
func (s *textSearch) oneWord() bool {
	for i := range len(s.wanted) {
		switch c := s.wanted[i]; {
		case c >= 'a' && c <= 'z':
		case i > 0 && (c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == '@'):
		default:
			return false
		}
	}
	return s.wanted != ""
}

// asASCII reports whether bytes of ASCII mean the same in a character set.
func asASCII(name string) bool {
	return name == "utf-8" || name == "us-ascii" || strings.HasPrefix(name, "iso-8859-") || strings.HasPrefix(name, "windows-125")
}

func isASCII(text []byte) bool {
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
