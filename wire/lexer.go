package wire

import "bytes"

// The lexer reads elements by prediction: child moves to the next child of the current element,
// and for every child the caller calls exactly one of child (until it reports false), text and
// skip, which consume it. It is as tolerant as the server of record (wire.md section 3): end tags are
// not compared, text between members is ignored, comments and instructions may be anywhere.

// child moves to the next child of the current element. At the end of the current
// element it consumes the end tag and reports false.
func (d *Decoder) child() bool {
	if d.fault != nil {
		return false
	}
	if d.empty {
		d.empty = false
		d.depth--
		return false
	}
	for {
		if !d.seekMarkup() {
			return false
		}
		switch d.buf[d.pos] {
		case '/':
			d.endTag()
			return false
		case '!', '?':
			if !d.skipMarkup() {
				return false
			}
		default:
			return d.startTag()
		}
	}
}

// seekMarkup moves behind the next '<'; there is a byte to look at then.
func (d *Decoder) seekMarkup() bool {
	if d.pos < len(d.buf) && d.buf[d.pos] != '<' {
		i := bytes.IndexByte(d.buf[d.pos:], '<')
		if i < 0 {
			d.pos = len(d.buf)
		} else {
			d.pos += i
		}
	}
	d.pos++
	if d.pos >= len(d.buf) {
		d.pos = len(d.buf)
		d.fail(unexpectedEnd)
		return false
	}
	return true
}

const unexpectedEnd = "unexpected end of XML"

// startTag reads a start tag from its name on.
func (d *Decoder) startTag() bool {
	d.elements++
	d.depth++
	if d.elements > d.limits.Elements || d.depth > d.limits.Depth {
		d.fail("too many or too deeply nested elements")
		return false
	}
	d.attr.set = 0
	i := d.pos
	for i < len(d.buf) && !endsName(d.buf[i]) {
		i++
	}
	if i == d.pos || i == len(d.buf) {
		d.fail("malformed start tag")
		return false
	}
	d.name = d.buf[d.pos:i]
	d.pos = i
	if d.buf[i] == '>' {
		d.pos++
		return true
	}
	return d.attributes()
}

// endsName first asks what holds for nearly all characters of names.
func endsName(c byte) bool {
	return c <= '>' && (c == '>' || c == '/' || c == '<' || isBlank(c))
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// endTag moves behind an end tag, whose name need not match.
func (d *Decoder) endTag() {
	d.depth--
	// Behind the text of an element its own name is the likely one.
	if end := d.pos + 1 + len(d.name); end < len(d.buf) && d.buf[end] == '>' && string(d.buf[d.pos+1:end]) == string(d.name) {
		d.pos = end + 1
		return
	}
	i := bytes.IndexByte(d.buf[d.pos:], '>')
	if i < 0 {
		d.fail(unexpectedEnd)
		return
	}
	d.pos += i + 1
}

// seekPast moves behind the next occurrence of a text.
func (d *Decoder) seekPast(text string) bool {
	i := bytes.Index(d.buf[d.pos:], []byte(text))
	if i < 0 {
		d.fail(unexpectedEnd)
		return false
	}
	d.pos += i + len(text)
	return true
}

const (
	cdataStart   = "![CDATA["
	commentStart = "!--"
)

func (d *Decoder) at(text string) bool {
	return len(d.buf)-d.pos >= len(text) && string(d.buf[d.pos:d.pos+len(text)]) == text
}

// skipMarkup moves behind a comment, a CDATA section or a processing instruction. Document type
// declarations are refused: nothing in the protocol needs one and entities are never expanded.
func (d *Decoder) skipMarkup() bool {
	switch {
	case d.buf[d.pos] == '?':
		return d.seekPast("?>")
	case d.at(commentStart):
		d.pos += len(commentStart)
		return d.seekPast("-->")
	case d.at(cdataStart):
		return d.seekPast("]]>")
	}
	d.fail("document type declarations are not supported")
	return false
}

// skip consumes the current element.
func (d *Decoder) skip() {
	for outer := d.depth - 1; d.depth > outer && d.fault == nil; {
		d.child()
	}
}

// text consumes the current element and returns its text with references resolved, in place.
// Child elements are ignored.
func (d *Decoder) text() []byte {
	if d.fault != nil {
		return nil
	}
	if d.empty {
		d.empty = false
		d.depth--
		return d.buf[d.pos:d.pos:d.pos]
	}
	start := d.pos
	if !d.seekMarkup() {
		return nil
	}
	text := d.buf[start : d.pos-1 : d.pos-1]
	if bytes.IndexByte(text, '&') >= 0 {
		text = d.unescape(text)
	}
	if d.buf[d.pos] != '/' {
		return d.mixedText(start, len(text))
	}
	d.endTag()
	return text
}

// mixedText continues text, of which n bytes at start are done, at the first markup that is not the
// end tag. It moves the pieces together; they only ever move towards the start.
func (d *Decoder) mixedText(start, n int) []byte {
	text := d.buf[start : start+n]
	for d.fault == nil {
		switch {
		case d.buf[d.pos] == '/':
			d.endTag()
			return text[:len(text):len(text)]
		case d.at(cdataStart):
			piece := d.pos + len(cdataStart)
			if d.skipMarkup() {
				text = append(text, d.buf[piece:d.pos-len("]]>")]...)
			}
		case d.buf[d.pos] == '!' || d.buf[d.pos] == '?':
			d.skipMarkup()
		default:
			d.startTag()
			d.skip()
		}
		if d.fault != nil {
			break
		}
		piece := d.pos
		if d.seekMarkup() {
			text = append(text, d.unescape(d.buf[piece:d.pos-1])...)
		}
	}
	return nil
}
