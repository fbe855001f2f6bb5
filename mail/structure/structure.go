package structure

import (
	"slices"
	"strconv"
	"strings"

	"zarafa/mail/header"
	"zarafa/mail/tree"
)

// Structure answers for one mail.
type Structure struct {
	m      *tree.Message
	fields map[*tree.Part]*header.Fields
	err    error // the first of reading
}

// New makes the structure of a mail.
func New(m *tree.Message) *Structure {
	return &Structure{m: m, fields: make(map[*tree.Part]*header.Fields)}
}

// Fields are those of a part's header.
func (s *Structure) Fields(p *tree.Part) (*header.Fields, error) {
	if f := s.fields[p]; f != nil {
		return f, nil
	}
	f, err := s.m.Fields(p)
	if err != nil {
		return nil, err
	}
	s.fields[p] = f
	return f, nil
}

// header is Fields whose error is kept.
func (s *Structure) header(p *tree.Part) *header.Fields {
	f, err := s.Fields(p)
	if err != nil {
		if s.err == nil {
			s.err = err
		}
		return &header.Fields{}
	}
	return f
}

// finish gives a result, or the error of reading.
func (s *Structure) finish(b []byte) (string, error) {
	if err := s.err; err != nil {
		s.err = nil
		return "", err
	}
	return string(b), nil
}

// Body is the answer to BODY, with its parentheses: the structure without extension data. The error is that of reading.
func (s *Structure) Body() (string, error) {
	return s.finish(s.appendBody(nil, s.m.Root, false))
}

// BodyStructure is the answer to BODYSTRUCTURE, with all extension data (RFC 3501 7.4.2).
func (s *Structure) BodyStructure() (string, error) {
	return s.finish(s.appendBody(nil, s.m.Root, true))
}

func (s *Structure) appendBody(dst []byte, p *tree.Part, extended bool) []byte {
	dst = append(dst, '(')
	if p.IsMultipart() {
		dst = s.appendMultipart(dst, p, extended)
	} else {
		dst = s.appendSinglePart(dst, p, extended)
	}
	return append(dst, ')')
}

// appendMultipart is body-type-mpart.
func (s *Structure) appendMultipart(dst []byte, p *tree.Part, extended bool) []byte {
	for _, c := range p.Parts {
		dst = s.appendBody(dst, c, extended)
	}
	dst = append(dst, ' ')
	dst = appendString(dst, p.Subtype)
	if !extended {
		return dst
	}
	h := s.header(p)
	m, _ := h.ContentType()
	dst = append(dst, ' ')
	dst = appendParams(dst, m.Params)
	return appendDispositionToLocation(dst, h)
}

// appendSinglePart is body-type-basic, body-type-text and body-type-msg.
func (s *Structure) appendSinglePart(dst []byte, p *tree.Part, extended bool) []byte {
	h := s.header(p)
	typ, subtype := p.Effective()
	dst = appendString(dst, typ)
	dst = append(dst, ' ')
	dst = appendString(dst, subtype)
	dst = append(dst, ' ')
	dst = appendParams(dst, shownParams(p, h, typ))
	dst = append(dst, ' ')
	dst = appendField(dst, h, "Content-ID")
	dst = append(dst, ' ')
	dst = appendField(dst, h, "Content-Description")
	dst = append(dst, ' ')
	dst = appendString(dst, p.Encoding)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(dst, p.Octets(), 10)
	if p.Message != nil {
		dst = append(dst, ' ')
		dst = s.appendEnvelope(dst, p.Message)
		dst = append(dst, ' ')
		dst = s.appendBody(dst, p.Message, extended)
	}
	if p.Message != nil || typ == "text" {
		dst = append(dst, ' ')
		dst = strconv.AppendInt(dst, p.Lines, 10)
	}
	if !extended {
		return dst
	}
	dst = append(dst, ' ')
	dst = appendField(dst, h, "Content-MD5")
	return appendDispositionToLocation(dst, h)
}

// shownParams are the parameters of a part's type; those of a type that the part does not have are left out, save its name.
func shownParams(p *tree.Part, h *header.Fields, typ string) []header.Param {
	if !p.Typed || p.Reason == tree.NoBoundary {
		if typ == "text" {
			return []header.Param{{Name: "charset", Value: "us-ascii", Raw: "us-ascii"}}
		}
		return nil
	}
	m, _ := h.ContentType()
	if typ == p.Type {
		if typ == "text" && !slices.ContainsFunc(m.Params, func(param header.Param) bool { return param.Name == "charset" }) {
			// What RFC 2045 5.2 and RFC 2046 4.1.2 have it be, as UW-IMAP, Cyrus and Dovecot write it.
			return append(slices.Clip(m.Params), header.Param{Name: "charset", Value: "us-ascii", Raw: "us-ascii"})
		}
		return m.Params
	}
	for _, param := range m.Params {
		if param.Name == "name" {
			return []header.Param{param}
		}
	}
	return nil
}

// appendDispositionToLocation is the rest of body-ext-1part and body-ext-mpart: disposition, languages, location.
func appendDispositionToLocation(dst []byte, h *header.Fields) []byte {
	dst = append(dst, ' ')
	dst = appendDisposition(dst, h)
	dst = append(dst, ' ')
	dst = appendLanguages(dst, h)
	dst = append(dst, ' ')
	return appendField(dst, h, "Content-Location")
}

func appendDisposition(dst []byte, h *header.Fields) []byte {
	d, ok := header.ParseDisposition(h.Get("Content-Disposition"))
	if !ok {
		if len(d.Params) == 0 {
			return append(dst, "NIL"...)
		}
		d.Type = "attachment" // RFC 2183 2.8: as any that is not known
	}
	dst = append(dst, '(')
	dst = appendString(dst, d.Type)
	dst = append(dst, ' ')
	dst = appendParams(dst, d.Params)
	return append(dst, ')')
}

func appendLanguages(dst []byte, h *header.Fields) []byte {
	langs := strings.FieldsFunc(h.Get("Content-Language"), func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
	switch len(langs) {
	case 0:
		return append(dst, "NIL"...)
	case 1:
		return appendText(dst, langs[0])
	}
	for i, l := range langs {
		dst = append(dst, "( "[min(i, 1)])
		dst = appendText(dst, l)
	}
	return append(dst, ')')
}
