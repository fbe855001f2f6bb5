package tree

import (
	"bytes"
	"io"
)

// ParseBytes makes the tree of a mail in memory, which must not change while the tree is used.
func ParseBytes(mail []byte) *Message {
	m, _ := parse(source{data: mail}, int64(len(mail))) // nothing is read: there is no error
	return m
}

// Parse makes the tree of a mail of a given size. The error is the reader's.
func Parse(r io.ReaderAt, size int64) (*Message, error) {
	return parse(source{r: r}, size)
}

func parse(src source, size int64) (*Message, error) {
	p := &parser{liner: newLiner(src, size), open: make(map[string]*frame)}
	root := &Part{}
	p.count = 1
	p.push(&frame{part: root})
	p.beginHeader(0, true)
	for {
		l, ok := p.next()
		if !ok {
			break
		}
		p.line(l)
	}
	if p.err != nil {
		return nil, p.err
	}
	p.closeAll(size)
	if p.err != nil {
		return nil, p.err
	}
	return &Message{Root: root, Size: size, src: src}, nil
}

// frame is a part that is not over.
type frame struct {
	part     *Part
	boundary bool   // lines of its boundary delimit its parts
	outer    *frame // that has the same boundary
	lines    int64  // line ends in front of its body
}

// parser holds the frames that are open, the innermost last.
type parser struct {
	*liner
	frames   []*frame
	open     map[string]*frame // by boundary; the innermost of those that have the same
	lines    int64             // line ends so far
	eol      int               // bytes of the last one
	count    int               // parts
	embedded int
	head     *headState // nil: a body is being read
	rest     bool       // what follows is one part
}

func (p *parser) top() *frame { return p.frames[len(p.frames)-1] }

func (p *parser) push(f *frame) { p.frames = append(p.frames, f) }

// line takes the next line.
func (p *parser) line(l line) {
	if !p.rest {
		if f, closing := p.delimiter(l); f != nil {
			p.delimit(f, closing, l)
		} else if p.head != nil {
			p.headerLine(l)
		}
	}
	if l.eol > 0 {
		p.lines++
	}
	p.eol = l.eol
}

// delimiter finds the multipart whose delimiter a line is (RFC 2046 5.1.1). It compares with all open ones at once, so that depth costs nothing.
func (p *parser) delimiter(l line) (f *frame, closing bool) {
	if len(l.text) < 3 || l.text[0] != '-' || l.text[1] != '-' || l.end-l.start > int64(len(l.text)) {
		return nil, false
	}
	if p.head != nil {
		p.openEarly(l)
	}
	if len(p.open) == 0 {
		return nil, false
	}
	name := bytes.TrimRight(l.text[2:], " \t\r\n")
	if len(name) == 0 || len(name) > maxBoundary+2 {
		return nil, false
	}
	if f := p.open[string(name)]; f != nil {
		return f, false
	}
	if name, ok := bytes.CutSuffix(name, []byte("--")); ok {
		if f := p.open[string(name)]; f != nil {
			return f, true
		}
	}
	return nil, false
}

// delimit ends the parts within a multipart, and begins the next one.
func (p *parser) delimit(f *frame, closing bool, l line) {
	p.cutHeaders(l.start)
	for p.top() != f {
		p.close(l.start, p.eol)
	}
	if closing {
		p.deactivate(f)
		return
	}
	part := &Part{Header: l.end}
	f.part.Parts = append(f.part.Parts, part)
	p.count++
	p.push(&frame{part: part})
	if p.count >= MaxParts {
		*part = Part{Header: l.start, Body: l.start, Type: "text", Subtype: "plain", Encoding: "7bit", Reason: TooMany}
		p.top().lines = p.lines
		p.rest = true
		return
	}
	p.beginHeader(l.end, false)
}

// deactivate makes what follows the epilogue of a multipart.
func (p *parser) deactivate(f *frame) {
	if !f.boundary {
		return
	}
	f.boundary = false
	if f.outer != nil {
		p.open[f.part.Boundary] = f.outer
	} else {
		delete(p.open, f.part.Boundary)
	}
}

// close ends the innermost part in front of the line that begins at an offset, without the end of the line before, which has eol bytes.
func (p *parser) close(at int64, eol int) {
	f := p.top()
	p.frames = p.frames[:len(p.frames)-1]
	f.part.End = at
	f.part.Lines = p.lines - f.lines
	if end := at - int64(eol); eol > 0 && end >= f.part.Body && end >= f.part.lastEnd() {
		f.part.End = end
		f.part.Lines--
	}
	p.deactivate(f)
	if f.part.Boundary != "" && len(f.part.Parts) == 0 && f.part.Reason == AsDeclared {
		f.part.Reason = NoBoundary
	}
}

// closeAll ends what is open at the end of the mail.
func (p *parser) closeAll(size int64) {
	for p.head != nil {
		p.endHeader(size, p.lines)
	}
	for len(p.frames) > 0 {
		p.close(size, 0)
	}
}
