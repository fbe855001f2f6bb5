package soaphttp

// envelopeEnd finds the end of a SOAP envelope in a stream of bytes, for messages whose
// framing does not tell it (wire.md section 2). The end is the tag </Envelope>, under any prefix,
// outside of comments, CDATA sections and processing instructions; or the tag that
// closes the outermost element, whatever its name. The zero value is ready.
type envelopeEnd struct {
	state   scanState
	quote   byte // the quote that ends an attribute's value, 0 outside of one
	closing bool // the tag is an end tag
	slash   bool // the last byte of the tag was a slash
	depth   int
	match   int // bytes of a marker matched so far
	name    [8]byte
	nameLen int // of an end tag's local name; more than 8 if it is too long
	inName  bool
	started bool // the first "<" was seen
}

func isBlankOrBOM(b byte) bool {
	switch b {
	case ' ', '\t', '\r', '\n', 0xEF, 0xBB, 0xBF:
		return true
	}
	return false
}

type scanState uint8

const (
	inText scanState = iota
	inTagStart
	inTag
	inDeclaration // after "<!", until it is known what follows
	inComment
	inCDATA
	inDoctype
	inInstruction
)

// scan looks at more bytes and reports how many belong to the envelope and whether its end is among them.
func (e *envelopeEnd) scan(p []byte) (n int, done bool) {
	for i, b := range p {
		if e.step(b) {
			return i + 1, true
		}
	}
	return len(p), false
}

func (e *envelopeEnd) step(b byte) (done bool) {
	switch e.state {
	case inText:
		if b == '<' {
			e.state = inTagStart
			e.started = true
		} else if !e.started && !isBlankOrBOM(b) {
			return true // not XML: there is no end to wait for
		}
	case inTagStart:
		e.startTag(b)
		if b == '>' {
			e.state = inText
		}
	case inTag:
		return e.tagByte(b)
	case inDeclaration:
		e.declarationByte(b)
	case inComment:
		e.untilMarker(b, '-')
	case inCDATA:
		e.untilMarker(b, ']')
	case inDoctype:
		if b == '>' {
			e.state = inText
		}
	case inInstruction:
		if b == '>' && e.match > 0 {
			e.state = inText
		}
		e.match = 0
		if b == '?' {
			e.match = 1
		}
	}
	return false
}

// startTag decides what the byte after "<" begins.
func (e *envelopeEnd) startTag(b byte) {
	e.match = 0
	switch b {
	case '!':
		e.state = inDeclaration
	case '?':
		e.state = inInstruction
	default:
		e.state = inTag
		e.quote, e.slash = 0, false
		e.closing = b == '/'
		e.inName, e.nameLen = e.closing, 0
		if !e.closing {
			e.depth++
		}
	}
}

// tagByte takes a byte of a start or end tag.
func (e *envelopeEnd) tagByte(b byte) (done bool) {
	switch {
	case e.quote != 0:
		if b == e.quote {
			e.quote = 0
		}
	case b == '>':
		e.state = inText
		return e.endTag()
	case (b == '"' || b == '\'') && !e.closing:
		e.quote = b
		e.slash = false
	default:
		e.slash = b == '/'
		e.nameByte(b)
	}
	return false
}

// nameByte collects the local name of an end tag.
func (e *envelopeEnd) nameByte(b byte) {
	switch {
	case !e.inName:
	case b == ':':
		e.nameLen = 0
	case b == ' ' || b == '\t' || b == '\r' || b == '\n':
		e.inName = false
	default:
		if e.nameLen < len(e.name) {
			e.name[e.nameLen] = b
		}
		if e.nameLen <= len(e.name) {
			e.nameLen++
		}
	}
}

// endTag is called at the ">" of a tag.
func (e *envelopeEnd) endTag() (done bool) {
	if e.closing {
		e.depth--
		return e.depth <= 0 || e.nameLen == len(e.name) && string(e.name[:]) == "Envelope"
	}
	if e.slash {
		e.depth--
		return e.depth == 0
	}
	return false
}

// declarationByte tells a comment and a CDATA section from a document type.
func (e *envelopeEnd) declarationByte(b byte) {
	e.match++
	switch {
	case e.match == 1 && b == '-', e.match == 1 && b == '[':
		if b == '[' {
			e.state, e.match = inCDATA, 0
		}
	case e.match == 2 && b == '-':
		e.state, e.match = inComment, 0
	case b == '>':
		e.state = inText
	default:
		e.state = inDoctype
	}
}

// untilMarker looks for the end of a comment ("-->") or a CDATA section ("]]>").
func (e *envelopeEnd) untilMarker(b, marker byte) {
	switch {
	case b == marker:
		e.match = min(e.match+1, 2)
	case b == '>' && e.match == 2:
		e.state = inText
	default:
		e.match = 0
	}
}
