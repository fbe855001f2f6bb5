package wire

import "bytes"

// attributes are those of the current start tag that mean something.
type attributes struct {
	set            uint8
	arrayType      []byte // SOAP-ENC:arrayType
	xsiType        []byte // xsi:type
	href           []byte // href of xop:Include
	contentType    []byte // xmlmime:contentType
	xsiNil         []byte // xsi:nil
	mustUnderstand []byte // SOAP-ENV:mustUnderstand
}

// Bits of attributes.set.
const (
	attrArrayType = 1 << iota
	attrType
	attrHref
	attrContentType
	attrNil
	attrMustUnderstand
)

func isTrue(v []byte) bool { return string(v) == "true" || string(v) == "1" }

func (a *attributes) isNil() bool { return a.set&attrNil != 0 && isTrue(a.xsiNil) }

func (a *attributes) mustBeUnderstood() bool {
	return a.set&attrMustUnderstand != 0 && isTrue(a.mustUnderstand)
}

// attributes reads the attributes of a start tag up to and with its end.
func (d *Decoder) attributes() bool {
	d.names = d.names[:0]
	for {
		start := d.pos
		d.skipBlanks()
		if d.pos >= len(d.buf) {
			d.fail(unexpectedEnd)
			return false
		}
		switch d.buf[d.pos] {
		case '>':
			d.pos++
			return true
		case '/':
			if !d.at("/>") {
				d.fail("malformed start tag")
				return false
			}
			d.pos += 2
			d.empty = true
			return true
		}
		if d.pos == start {
			d.fail("malformed start tag")
			return false
		}
		if !d.attribute() {
			return false
		}
	}
}

func (d *Decoder) skipBlanks() {
	for d.pos < len(d.buf) && isBlank(d.buf[d.pos]) {
		d.pos++
	}
}

// attribute reads one attribute and notes it if it means something.
func (d *Decoder) attribute() bool {
	eq := bytes.IndexByte(d.buf[d.pos:], '=')
	if eq <= 0 {
		d.fail("malformed attribute")
		return false
	}
	name := trim(d.buf[d.pos : d.pos+eq]) // no blanks are before it
	at := span{d.pos, d.pos + len(name)}
	d.pos += eq + 1
	d.skipBlanks()
	if d.pos >= len(d.buf) || d.buf[d.pos] != '"' && d.buf[d.pos] != '\'' {
		d.fail("malformed attribute")
		return false
	}
	quote := d.buf[d.pos]
	d.pos++
	n := bytes.IndexByte(d.buf[d.pos:], quote)
	if n < 0 || !isName(name) || bytes.IndexByte(d.buf[d.pos:d.pos+n], '<') >= 0 {
		d.fail("malformed attribute")
		return false
	}
	if !d.firstOfName(at) {
		return false
	}
	value := d.buf[d.pos : d.pos+n : d.pos+n]
	d.pos += n + 1
	d.noteAttribute(name, value)
	return d.fault == nil
}

// maxAttributes bounds those of one start tag, because their names are compared one by one.
const maxAttributes = 128

// firstOfName notes the name of an attribute and refuses a second attribute of that name: readers do not agree on which of them counts.
func (d *Decoder) firstOfName(at span) bool {
	if len(d.names) == maxAttributes {
		d.fail("too many attributes")
		return false
	}
	for _, other := range d.names {
		if string(d.buf[other.pos:other.end]) == string(d.buf[at.pos:at.end]) {
			d.failOn("attribute given twice")
			return false
		}
	}
	d.names = append(d.names, at)
	return true
}

// isName refuses what would mean that a quote or an end of the tag was overlooked.
func isName(name []byte) bool {
	for _, c := range name {
		if endsName(c) {
			return false
		}
	}
	return len(name) > 0
}

// noteAttribute keeps an attribute that means something; prefixes are not compared.
func (d *Decoder) noteAttribute(name, value []byte) {
	prefix, local := splitName(name)
	if d.scoped && (string(prefix) == "xmlns" || string(name) == "xmlns") {
		if len(prefix) == 0 {
			local = nil
		}
		if len(d.scopes) == maxScopes {
			d.fail("too many namespace declarations")
			return
		}
		d.scopes = append(d.scopes, nsBinding{depth: d.depth, prefix: local, uri: value})
		return
	}
	slot, bit := d.attr.slot(local, len(prefix) > 0)
	if slot == nil || d.attr.set&bit != 0 {
		return
	}
	if bytes.IndexByte(value, '&') >= 0 {
		value = d.unescape(value)
	}
	d.attr.set |= bit
	*slot = value
}

// slot is where an attribute is kept, or nil.
func (a *attributes) slot(local []byte, prefixed bool) (*[]byte, uint8) {
	if string(local) == "href" {
		return &a.href, attrHref
	}
	if !prefixed {
		return nil, 0
	}
	switch string(local) {
	case "arrayType":
		return &a.arrayType, attrArrayType
	case "type":
		return &a.xsiType, attrType
	case "nil":
		return &a.xsiNil, attrNil
	case "contentType":
		return &a.contentType, attrContentType
	case "mustUnderstand":
		return &a.mustUnderstand, attrMustUnderstand
	}
	return nil, 0
}

// splitName divides a qualified name; the prefix is empty if there is none.
func splitName(name []byte) (prefix, local []byte) {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return nil, name
}

// typed faults if the current element says xsi:type and means another type.
func (d *Decoder) typed(want string) {
	if d.attr.set&attrType == 0 {
		return
	}
	if _, local := splitName(d.attr.xsiType); string(local) != want {
		d.failOn("type mismatch")
	}
}
