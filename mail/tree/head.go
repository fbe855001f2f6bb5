package tree

import (
	"bytes"

	"zarafa/mail/header"
)

// headState is what is known of the header that is being read.
type headState struct {
	start   int64
	top     bool // of the mail, or of a message in it: empty lines may stand in front
	begun   bool // a field was seen
	last    header.LineEnd
	stray   int64 // where lines that are no fields begin, behind which no field came; -1: there are none
	strayAt int64 // line ends in front of them
	blank   int64 // behind the first of the empty lines in front of all fields; -1: there is none
	blankAt int64 // line ends up to there
	mbox    int64 // behind mbox's line; 0: there is none
	typed   bool  // there is a Content-Type
	asked   bool  // its boundary was looked for
}

func (p *parser) beginHeader(at int64, top bool) {
	p.head = &headState{start: at, top: top, stray: -1, blank: -1}
	p.top().part.Header = at
}

// headerLine takes a line of a header. A line without a colon does not end it: a broken header may go on. Only if no field follows
// before the next empty line, the body begins with it, and its empty line is missing.
func (p *parser) headerLine(l line) {
	h := p.head
	text := bytes.TrimRight(l.text, "\r\n")
	switch {
	case l.isEmpty() || len(text) == 0 && l.end-l.start <= int64(len(l.text)):
		p.emptyLine(l)
		return
	case header.IsField(text), !h.begun && header.IsField(bytes.TrimLeft(text, " \t")):
		if !h.begun {
			p.firstField(l)
		}
		h.begun, h.stray = true, -1
		if !h.typed && len(text) >= 12 && bytes.EqualFold(text[:12], []byte("content-type")) {
			h.typed = true
		}
	case !h.begun && h.blank >= 0: // text behind an empty line: the header was empty
		p.endHeader(l.start, p.lines)
		return
	case text[0] == ' ' || text[0] == '\t':
		if !h.begun && h.stray < 0 {
			h.stray, h.strayAt = l.start, p.lines
		}
	case h.top && !h.begun && h.stray < 0 && h.blank < 0 && bytes.HasPrefix(text, []byte("From ")): // mbox's
		h.mbox = l.end
	case bytes.HasPrefix(text, []byte(">From ")), h.begun && h.stray < 0 && h.last.Continues(text):
	case h.stray < 0:
		h.stray, h.strayAt = l.start, p.lines
	}
	h.last = header.EndOf(text)
}

// firstField moves the header behind empty lines in front of it.
func (p *parser) firstField(l line) {
	if h := p.head; h.blank >= 0 {
		h.start, h.blank = l.start, -1
		p.top().part.Header = l.start
	}
}

// emptyLine ends the header, unless it is one in front of all fields of a message.
func (p *parser) emptyLine(l line) {
	h := p.head
	if h.top && !h.begun && h.stray < 0 {
		if h.blank < 0 {
			h.blank, h.blankAt = l.end, p.lines+int64(min(l.eol, 1))
		}
		return
	}
	p.endHeader(l.end, p.lines+int64(min(l.eol, 1)))
}

// openEarly looks at the boundary of a header that has not ended, when a line may be its delimiter.
func (p *parser) openEarly(l line) {
	h := p.head
	if !h.typed || h.asked {
		return
	}
	h.asked = true
	boundary := p.read(h.start, l.start).boundary
	name := bytes.TrimRight(l.text[2:], " \t\r\n")
	if boundary != "" && (string(name) == boundary || string(name) == boundary+"--") {
		p.endHeader(l.start, p.lines)
	}
}

// cutHeaders ends headers that have no empty line, in front of a delimiter. The line end in front of that is the delimiter's own.
func (p *parser) cutHeaders(at int64) {
	for p.head != nil {
		if end := at - int64(p.eol); p.eol > 0 && end >= p.head.start {
			p.endHeader(end, p.lines-1)
		} else {
			p.endHeader(at, p.lines)
		}
	}
}

// endHeader ends the header, and begins the body: at an offset with a number of line ends in front of it, or with the lines that were no fields.
func (p *parser) endHeader(body, lines int64) {
	h, f := p.head, p.top()
	p.head = nil
	at := body
	switch {
	case h.stray >= 0:
		body, lines = h.stray, h.strayAt
	case h.blank >= 0 && h.blank <= body:
		body, lines = h.blank, h.blankAt
	}
	if h.mbox > 0 && h.mbox <= body {
		f.part.Header = h.mbox
	}
	f.part.Body, f.lines = body, lines
	p.describe(f, p.read(h.start, body), body == at)
}
