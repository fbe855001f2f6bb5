package imapwire

import "strconv"

// sectionChars are those of the names within sections.
var sectionChars = classOf(func(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '.' })

// sectionItem reads the section and the range of an item.
func (d *Decoder) sectionItem(kind FetchKind, peek bool) FetchItem {
	item := FetchItem{Kind: kind, Peek: peek}
	if !d.take('[') {
		d.fail("[ expected")
		return item
	}
	item.Section = d.section(kind == FetchSection)
	if !d.take(']') {
		d.fail("] expected")
		return item
	}
	if kind != FetchBinarySize && d.take('<') {
		item.Partial = true
		item.Offset = int64(d.Number64())
		if !d.take('.') {
			d.fail(". expected")
		}
		if item.Count = int64(d.Number64()); item.Count == 0 {
			d.failWord("Number greater than 0 expected")
		}
		if !d.take('>') {
			d.fail("> expected")
		}
	}
	return item
}

// section reads what stands between brackets; texts says that there may be more than the number of a part.
func (d *Decoder) section(texts bool) (s Section) {
	for digits[d.peek()] {
		d.element()
		s.Part = append(s.Part, d.NonZero())
		if d.err != nil || !d.take('.') {
			return s
		}
	}
	name := upper(d.span(sectionChars))
	if len(name) == 0 && len(s.Part) == 0 {
		return s
	}
	switch string(name) {
	case "HEADER":
		s.Text = SectionHeader
	case "HEADER.FIELDS":
		s.Text = SectionHeaderFields
	case "HEADER.FIELDS.NOT":
		s.Text = SectionHeaderFieldsNot
	case "TEXT":
		s.Text = SectionBodyText
	case "MIME":
		s.Text = SectionMIME
	}
	if !texts || s.Text == SectionAll || s.Text == SectionMIME && len(s.Part) == 0 {
		d.failWord("Section expected")
	}
	if s.Text == SectionHeaderFields || s.Text == SectionHeaderFieldsNot {
		d.SP()
		d.nonEmptyList(func() { s.Fields = append(s.Fields, d.AString()) })
	}
	return s
}

// AppendName appends the item's name as FETCH answers it, with its section and where its range begins. Names of fields that are no atoms are
// quoted; those that need a literal, which no field has, are left out.
func (i *FetchItem) AppendName(dst []byte) []byte {
	switch i.Kind {
	case FetchSection:
		dst = append(dst, "BODY["...)
	case FetchBinary:
		dst = append(dst, "BINARY["...)
	case FetchBinarySize:
		dst = append(dst, "BINARY.SIZE["...)
	default:
		return append(dst, fetchNames[i.Kind]...)
	}
	dst = append(i.Section.Append(dst), ']')
	if i.Partial {
		dst = append(strconv.AppendInt(append(dst, '<'), i.Offset, 10), '>')
	}
	return dst
}

// fetchNames are the names of items without a section. They never change.
var fetchNames = [...]string{
	FetchUID: "UID", FetchFlags: "FLAGS", FetchInternalDate: "INTERNALDATE", FetchSize: "RFC822.SIZE", FetchEnvelope: "ENVELOPE", FetchBody: "BODY",
	FetchBodyStructure: "BODYSTRUCTURE", FetchRFC822: "RFC822", FetchRFC822Header: "RFC822.HEADER", FetchRFC822Text: "RFC822.TEXT",
	FetchModSeq: "MODSEQ", FetchEmailID: "EMAILID", FetchThreadID: "THREADID", FetchSaveDate: "SAVEDATE", FetchPreview: "PREVIEW",
}

// Append appends the section without its brackets.
func (s *Section) Append(dst []byte) []byte {
	for i, n := range s.Part {
		if i > 0 {
			dst = append(dst, '.')
		}
		dst = strconv.AppendUint(dst, uint64(n), 10)
	}
	if s.Text != SectionAll && len(s.Part) > 0 {
		dst = append(dst, '.')
	}
	switch s.Text {
	case SectionHeader:
		return append(dst, "HEADER"...)
	case SectionBodyText:
		return append(dst, "TEXT"...)
	case SectionMIME:
		return append(dst, "MIME"...)
	case SectionHeaderFields:
		dst = append(dst, "HEADER.FIELDS "...)
	case SectionHeaderFieldsNot:
		dst = append(dst, "HEADER.FIELDS.NOT "...)
	default:
		return dst
	}
	open := byte('(')
	for _, f := range s.Fields {
		if quotable(f, false) {
			dst = appendAString(append(dst, open), f)
			open = ' '
		}
	}
	if open == '(' {
		dst = append(dst, open)
	}
	return append(dst, ')')
}
