package wire

import "bytes"

// The lexer reads elements by prediction: child moves to the next child of the current element,
// and for every child the caller calls exactly one of child (until it reports false), text and
// skip, which consume it. It is tolerant of what well-formed XML may hold beside what the protocol needs: text
// between members is ignored, comments and instructions may be anywhere. What is not well formed is refused
// even where the server of record takes it: two readers of such a message, a filter in front of the server and the
// server itself, need not see the same in it.

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
			i = len(d.buf) - d.pos
		}
		if d.depth == 0 && len(trim(d.buf[d.pos:d.pos+i])) > 0 {
			d.fail(textOutside)
			return false
		}
		d.pos += i
	}
	d.pos++
	if d.pos >= len(d.buf) {
		d.pos = len(d.buf)
		d.fail(unexpectedEnd)
		return false
	}
	return true
}

const (
	unexpectedEnd = "unexpected end of XML"
	textOutside   = "text outside of the root element"
)

// span is a part of the message.
type span struct{ pos, end int }

// startTag reads a start tag from its name on.
func (d *Decoder) startTag() bool {
	d.elements++
	if d.elements > d.limits.Elements || d.depth >= d.limits.Depth {
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
	if d.depth == len(d.open) {
		d.open = append(d.open, span{})
	}
	d.open[d.depth] = span{d.pos, i}
	d.depth++
	d.pos = i
	if d.buf[i] == '>' {
		d.pos++
		return true
	}
	return d.attributes()
}

// endsName reports what cannot be in a name, whether or not it may follow one. It first asks what holds for nearly all
// characters of names.
func endsName(c byte) bool {
	return c <= '>' && (c == '>' || c == '/' || c == '<' || c == '=' || c == '"' || c == '\'' || c == '&' || isBlank(c))
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// endTag moves behind an end tag, which must have the name of the innermost open element. That name still lies where it was
// read: texts are decoded in place, and all of them begin behind the start tags of the elements around them.
func (d *Decoder) endTag() {
	if d.depth == 0 {
		d.fail("end tag without start tag")
		return
	}
	d.depth--
	name := d.open[d.depth]
	start := d.pos + 1
	end := start + name.end - name.pos
	if end >= len(d.buf) {
		d.fail(unexpectedEnd)
		return
	}
	if string(d.buf[start:end]) != string(d.buf[name.pos:name.end]) {
		d.fail("end tag of another element than '" + printable(d.buf[name.pos:name.end]) + "'")
		return
	}
	d.pos = end
	if d.buf[end] != '>' {
		d.skipBlanks()
		if !d.at(">") {
			d.fail("malformed end tag")
			return
		}
	}
	d.pos++
}

// finish reads from behind the content up to the end of the message, where only comments, instructions and blanks may
// follow the root element.
func (d *Decoder) finish() error {
	for d.depth > 0 && d.fault == nil {
		for d.child() {
			d.skip()
		}
	}
	for d.fault == nil {
		d.skipBlanks()
		if d.pos == len(d.buf) {
			return nil
		}
		if !d.at("<!") && !d.at("<?") {
			d.fail("something follows the root element")
			break
		}
		d.pos++
		d.skipMarkup()
	}
	return d.fault
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
		if d.depth > 0 {
			return d.seekPast("]]>")
		}
		d.fail(textOutside)
		return false
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
