package tree

import (
	"strings"

	"zarafa/mail/header"
)

// described is what a header says of its body.
type described struct {
	typ, subtype string
	typed        bool
	encoding     string
	boundary     string
	truncated    bool
}

// read takes what concerns the tree out of a header that was read already.
func (p *parser) read(from, to int64) described {
	d := described{typ: "text", subtype: "plain", encoding: "7bit"}
	b, err := p.bytes(from, min(to, from+header.MaxBytes+1))
	if err != nil {
		p.err = err
		return d
	}
	s := header.NewScanner(b)
	encoded := false
	for f, ok := s.Next(); ok; f, ok = s.Next() {
		switch {
		case !d.typed && strings.EqualFold(f.Name, "Content-Type"):
			m, ok := header.ParseMediaType(f.Value())
			if !ok {
				continue
			}
			d.typed, d.typ, d.subtype = true, m.Type, m.Subtype
			if m.Type == "multipart" {
				d.boundary = strings.TrimRight(m.Raw("boundary"), " \t\r\n")
			}
		case !encoded && strings.EqualFold(f.Name, "Content-Transfer-Encoding"):
			d.encoding, encoded = encodingName(f.Value()), true
		}
	}
	d.truncated = s.Truncated
	return d
}

// describe makes a part what its header says, and opens it if it has parts or a message. now: what follows is its body from the beginning on.
func (p *parser) describe(f *frame, d described, now bool) {
	part := f.part
	part.Type, part.Subtype, part.Typed, part.Encoding = d.typ, d.subtype, d.typed, d.encoding
	if !d.typed && p.inDigest() {
		part.Type, part.Subtype = "message", "rfc822"
	}
	switch {
	case !d.typed && d.truncated:
		part.Reason = LongHeader
	case part.Type == "multipart":
		p.openMultipart(f, d.boundary)
	case part.Type == "message" && (part.Subtype == "rfc822" || part.Subtype == "global"):
		p.openMessage(f, now)
	}
}

// inDigest reports whether the innermost part is one of a multipart/digest (RFC 2046 5.1.5).
func (p *parser) inDigest() bool {
	if len(p.frames) < 2 {
		return false
	}
	outer := p.frames[len(p.frames)-2].part
	return outer.Type == "multipart" && outer.Subtype == "digest"
}

func (p *parser) openMultipart(f *frame, boundary string) {
	switch {
	case boundary == "" || len(boundary) > maxBoundary || strings.ContainsAny(boundary, "\r\n"):
		f.part.Reason = NoBoundary
	case len(p.frames) > MaxLevels:
		f.part.Reason = TooDeep
	default:
		f.part.Boundary, f.boundary = boundary, true
		f.outer = p.open[boundary]
		p.open[boundary] = f
	}
}

// openMessage begins the message in a message/rfc822 part.
func (p *parser) openMessage(f *frame, now bool) {
	switch {
	case !identity(f.part.Encoding):
		f.part.Reason = Encoded
		return
	case len(p.frames) >= MaxLevels:
		f.part.Reason = TooDeep
		return
	case p.embedded >= MaxEmbedded:
		f.part.Reason = TooEmbedded
		return
	case p.count >= MaxParts:
		f.part.Reason = TooMany
		return
	}
	p.embedded++
	p.count++
	root := &Part{}
	f.part.Message = root
	p.push(&frame{part: root})
	if now {
		p.beginHeader(f.part.Body, true)
		return
	}
	// Its lines so far were no fields: it has no header.
	*root = Part{Header: f.part.Body, Body: f.part.Body, Type: "text", Subtype: "plain", Encoding: "7bit"}
	p.top().lines = f.lines
}
