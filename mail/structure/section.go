package structure

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"zarafa/mail/tree"
)

// Kind says what of a part a section is.
type Kind byte

const (
	Whole     Kind = iota // BODY[]; of a part its body
	Header                // HEADER
	Fields                // HEADER.FIELDS
	FieldsNot             // HEADER.FIELDS.NOT
	Text                  // TEXT
	MIME                  // MIME
)

// Section is what stands in the brackets of BODY[section] (RFC 3501 6.4.5).
type Section struct {
	Path  []int // numbers of parts, from 1 on
	Kind  Kind
	Names []string // of Fields and FieldsNot
}

// maxPath is how deep a section may be: mails are not deeper.
const maxPath = 2 * tree.MaxLevels

// ParseSection reads a section as it stands between the brackets, with the names of fields in parentheses.
func ParseSection(text string) (Section, error) {
	var s Section
	rest := text
	for rest != "" && rest[0] >= '0' && rest[0] <= '9' {
		number, after, more := strings.Cut(rest, ".")
		n, err := strconv.ParseUint(number, 10, 31)
		if err != nil || n == 0 || len(s.Path) == maxPath || more && after == "" {
			return Section{}, fmt.Errorf("section %q: no number of a part", text)
		}
		s.Path, rest = append(s.Path, int(n)), after
	}
	word, names, _ := strings.Cut(rest, " ")
	switch strings.ToUpper(word) {
	case "":
	case "HEADER":
		s.Kind = Header
	case "TEXT":
		s.Kind = Text
	case "MIME":
		s.Kind = MIME
	case "HEADER.FIELDS":
		s.Kind = Fields
	case "HEADER.FIELDS.NOT":
		s.Kind = FieldsNot
	default:
		return Section{}, fmt.Errorf("section %q is not known", text)
	}
	list, ok := strings.CutPrefix(strings.TrimSpace(names), "(")
	list, end := strings.CutSuffix(list, ")")
	if wants := s.Kind == Fields || s.Kind == FieldsNot; wants != (ok && end) || !wants && names != "" {
		return Section{}, fmt.Errorf("section %q: the list of fields is wrong", text)
	}
	for _, n := range strings.Fields(list) {
		s.Names = append(s.Names, strings.Trim(n, `"`))
	}
	if s.Kind == MIME && len(s.Path) == 0 {
		return Section{}, fmt.Errorf("section %q: MIME is of a part", text)
	}
	return s, nil
}

// Find finds the part of a path. Not ok: there is none.
func (s *Structure) Find(path []int) (p *tree.Part, ok bool) {
	in := s.m.Root // a multipart, or a message
	for i, n := range path {
		switch {
		case in == nil:
			return nil, false
		case in.IsMultipart() && n >= 1 && n <= len(in.Parts):
			p = in.Parts[n-1]
		case !in.IsMultipart() && n == 1: // the only part of a message is its body
			p = in
		default:
			return nil, false
		}
		if i == len(path)-1 {
			return p, true
		}
		switch {
		case p != in && p.IsMultipart():
			in = p
		default:
			in = p.Message
		}
	}
	return s.m.Root, true
}

// Open reads a section. Not ok: the mail has no such section, whose answer is NIL. The bytes are those of the mail, so that parts of them can be read at once; only
// HEADER.FIELDS is put together. The error is that of reading.
func (s *Structure) Open(section Section) (r *io.SectionReader, ok bool, err error) {
	p, ok := s.Find(section.Path)
	if !ok {
		return nil, false, nil
	}
	top := len(section.Path) == 0
	message := p.Message
	if top {
		message = p
	}
	switch section.Kind {
	case Whole:
		if top {
			return s.m.Section(0, s.m.Size), true, nil
		}
		return s.m.RawBody(p), true, nil
	case MIME:
		return s.m.Section(p.Header, p.Body), !top, nil
	}
	if message == nil {
		return nil, false, nil
	}
	switch section.Kind {
	case Header:
		return s.m.Section(message.Header, message.Body), true, nil
	case Text:
		return s.m.RawBody(message), true, nil
	}
	b, err := s.someFields(message, section)
	if err != nil {
		return nil, false, err
	}
	return io.NewSectionReader(bytes.NewReader(b), 0, int64(len(b))), true, nil
}

// someFields are the fields that a section names, or does not name, and the empty line.
func (s *Structure) someFields(p *tree.Part, section Section) ([]byte, error) {
	h, err := s.Fields(p)
	if err != nil {
		return nil, err
	}
	var out []byte
	for _, f := range h.All() {
		named := slices.ContainsFunc(section.Names, func(n string) bool { return strings.EqualFold(n, f.Name) })
		if f.Name == "" || named != (section.Kind == Fields) {
			continue
		}
		out = append(out, f.Raw...)
		if !bytes.HasSuffix(out, []byte("\n")) {
			out = append(out, "\r\n"...)
		}
	}
	return append(out, "\r\n"...), nil
}
