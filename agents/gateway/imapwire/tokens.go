package imapwire

import "math"

// span reads as many bytes of a class as there are. The result is valid until the next token.
func (d *Decoder) span(in *class) []byte {
	d.scratch, d.start = d.scratch[:0], d.text
	return d.spanMore(in)
}

// spanMore appends to the current token.
func (d *Decoder) spanMore(in *class) []byte {
	for {
		b := d.window()
		d.steps++
		n := 0
		for n < len(b) && in[b[n]] {
			n++
		}
		if n == 0 {
			break
		}
		d.scratch = append(d.scratch, b[:n]...)
		d.advance(n)
	}
	if d.err != nil {
		return nil
	}
	return d.scratch
}

// keyword reads an atom in upper case; empty if there is none. The result is valid until the next token.
func (d *Decoder) keyword() []byte { return upper(d.span(atomChars)) }

// Tag expects a tag.
func (d *Decoder) Tag() string {
	tag := d.span(tagChars)
	if len(tag) == 0 || len(tag) > 1024 {
		d.failWord("Tag expected")
		return ""
	}
	return string(tag)
}

// Atom expects an atom. NIL is one like any other.
func (d *Decoder) Atom() string {
	if b := d.span(atomChars); len(b) > 0 {
		return string(b)
	}
	d.fail("Atom expected")
	return ""
}

// Keyword expects an atom and gives it in upper case.
func (d *Decoder) Keyword() string {
	if b := d.keyword(); len(b) > 0 {
		return string(b)
	}
	d.fail("Keyword expected")
	return ""
}

// AString expects an atom, with "]" too, or a string.
func (d *Decoder) AString() string {
	if b := d.span(astringChars); len(b) > 0 {
		return string(b)
	}
	if s, ok := d.tryString(); ok {
		return s
	}
	d.fail("Atom or string expected")
	return ""
}

// String expects a quoted string or a literal.
func (d *Decoder) String() string {
	s, ok := d.tryString()
	if !ok {
		d.fail("String expected")
	}
	return s
}

// NString expects a string or NIL; ok says that it was a string.
func (d *Decoder) NString() (s string, ok bool) {
	if s, ok = d.tryString(); ok || d.err != nil {
		return s, ok
	}
	if string(d.keyword()) != "NIL" {
		d.failWord("String or NIL expected")
	}
	return "", false
}

func (d *Decoder) tryString() (string, bool) {
	switch d.peek() {
	case '"':
		d.quoted()
		return string(d.scratch), d.err == nil
	case '{':
		return d.literalString(), d.err == nil
	}
	return "", false
}

// quoted reads a quoted string as the current token.
func (d *Decoder) quoted() {
	d.scratch, d.start = d.scratch[:0], d.text
	d.advance(1)
	for {
		d.spanMore(quotedChars)
		switch c := d.peek(); c {
		case '"':
			d.advance(1)
			return
		case '\\':
			d.advance(1)
			// Only quotes and backslashes may be quoted, but Windows' domain\user comes without.
			if c := d.peek(); c == '"' || c == '\\' {
				d.advance(1)
				d.scratch = append(d.scratch, c)
			} else {
				d.scratch = append(d.scratch, '\\')
			}
		default:
			d.fail("Quoted string does not end")
			return
		}
	}
}

// Number expects a number of 32 bits (RFC 9051 number).
func (d *Decoder) Number() uint32 { return uint32(d.number(math.MaxUint32)) }

// NonZero expects a number of 32 bits that is not 0 (RFC 9051 nz-number).
func (d *Decoder) NonZero() uint32 {
	n := d.Number()
	if n == 0 {
		d.failWord("Number greater than 0 expected")
	}
	return n
}

// Number64 expects a number of 63 bits (RFC 9051 number64, RFC 7162 mod-sequence-valzer).
func (d *Decoder) Number64() uint64 { return d.number(math.MaxInt64) }

func (d *Decoder) number(most uint64) uint64 {
	b := d.span(digits)
	if len(b) == 0 {
		d.fail("Number expected")
		return 0
	}
	n, ok := parseNumber(b, most)
	if !ok {
		d.failWord("Number is too large")
	}
	return n
}

// parseNumber reads digits; not ok if the number is greater than most.
func parseNumber(b []byte, most uint64) (n uint64, ok bool) {
	for _, c := range b {
		digit := uint64(c - '0')
		if n > (most-digit)/10 {
			return 0, false
		}
		n = n*10 + digit
	}
	return n, true
}

// SP expects a blank.
func (d *Decoder) SP() {
	if !d.take(' ') {
		d.fail("Blank expected")
	}
}

// TrySP takes a blank if it is there and not the last thing of the line: some clients end lines with blanks.
func (d *Decoder) TrySP() bool {
	if !d.take(' ') {
		return false
	}
	if d.trailingBlanks() && !d.AtEnd() {
		d.fail("Blanks before something else")
	}
	return !d.AtEnd()
}

// trailingBlanks takes blanks, which can only be right before a line end, and reports whether there were any.
func (d *Decoder) trailingBlanks() (any bool) {
	for d.take(' ') {
		any = true
	}
	return any
}

// AtEnd reports whether the line ends here, or an error was met.
func (d *Decoder) AtEnd() bool {
	c := d.peek()
	return d.err != nil || d.ended || c == '\r' || c == '\n'
}

// CRLF expects the end of the command. A bare LF is taken too: scripts and people at a terminal send it.
func (d *Decoder) CRLF() {
	if d.err != nil {
		return
	}
	d.trailingBlanks()
	if d.take('\r') && d.peek() != '\n' {
		d.fail("CR without LF")
		return
	}
	if d.take('\n') {
		d.ended = true
		return
	}
	d.fail("End of the command expected")
}

// TryList reads a parenthesised list if there is one, and calls element for each of its elements, which are separated by blanks. Blanks behind
// "(" and before ")" are taken too: clients that build lists piece by piece leave them.
func (d *Decoder) TryList(element func()) bool {
	if !d.take('(') {
		return false
	}
	if !d.enter() {
		return true
	}
	defer d.leave()
	d.take(' ')
	for first := true; !d.take(')'); first = false {
		if !first {
			if !d.take(' ') {
				d.fail("Blank or ) expected")
			}
			if d.take(')') {
				break
			}
		}
		if d.element(); d.err != nil {
			break
		}
		if element(); d.err != nil {
			break
		}
	}
	return true
}

// List expects a parenthesised list; see TryList.
func (d *Decoder) List(element func()) {
	if !d.TryList(element) {
		d.fail("List expected")
	}
}

// nonEmptyList expects a list with at least one element.
func (d *Decoder) nonEmptyList(element func()) {
	n := 0
	d.List(func() { n++; element() })
	if n == 0 {
		d.fail("List is empty")
	}
}
