package header

import (
	"strings"
)

// MediaType is the value of Content-Type, or of Content-Disposition, whose Subtype is empty.
type MediaType struct {
	// Type and Subtype are in lower case.
	Type, Subtype string
	Params        []Param
}

// Param is a parameter.
type Param struct {
	// Name is in lower case and without the marks of RFC 2231.
	Name string
	// Value is decoded: RFC 2231, encoded words, 8-bit characters.
	Value string
	// Raw is the value as it is written, without quotes, in one piece.
	Raw string
	// Extended says that Raw is a value with character set and language (RFC 2231 4).
	Extended bool
}

// String is type/subtype without parameters, or the disposition.
func (m MediaType) String() string {
	if m.Subtype == "" {
		return m.Type
	}
	return m.Type + "/" + m.Subtype
}

// Is compares type and subtype, which are in lower case; a subtype * is any.
func (m MediaType) Is(typ, subtype string) bool {
	return m.Type == typ && (subtype == "*" || m.Subtype == subtype)
}

// Get is the decoded value of a parameter; empty: there is none.
func (m MediaType) Get(name string) string {
	for i := range m.Params {
		if m.Params[i].Name == name {
			return m.Params[i].Value
		}
	}
	return ""
}

// Raw is a parameter's value as it is written.
func (m MediaType) Raw(name string) string {
	for i := range m.Params {
		if m.Params[i].Name == name {
			return m.Params[i].Raw
		}
	}
	return ""
}

// ParseMediaType reads a Content-Type (RFC 2045 5.1, RFC 2231), however it is spelt: parameters without quotes or twice (the first counts), stray semicolons,
// a missing one, comments, pieces in any order. Not ok: it has no type and subtype, and the reader must take the default; parameters are there nevertheless. A lone
// "text", as before MIME, is text/plain.
func ParseMediaType(value string) (m MediaType, ok bool) {
	head, rest := cutHead(value)
	m.Params = parseParams(rest)
	typ, subtype, _ := strings.Cut(head, "/")
	typ, subtype = strings.ToLower(strings.TrimSpace(typ)), strings.ToLower(strings.TrimSpace(subtype))
	if typ == "text" && subtype == "" {
		subtype = "plain"
	}
	if !isToken(typ) || !isToken(subtype) {
		return m, false
	}
	m.Type, m.Subtype = typ, subtype
	return m, true
}

// ParseDisposition reads a Content-Disposition (RFC 2183). Not ok: it does not say which, which counts as attachment.
func ParseDisposition(value string) (m MediaType, ok bool) {
	head, rest := cutHead(value)
	m.Params = parseParams(rest)
	m.Type = strings.ToLower(head)
	if !isToken(m.Type) {
		m.Type = ""
		return m, false
	}
	return m, true
}

// cutHead takes what stands in front of the parameters, even if the semicolon is missing, or if there is nothing in front of them.
func cutHead(value string) (head, params string) {
	end := strings.IndexByte(value, ';')
	if end < 0 {
		end = len(value)
	}
	if strings.IndexByte(value[:end], '(') >= 0 && end < 1000 {
		head = strings.TrimSpace(withoutComments(value[:end]))
	} else {
		head = strings.TrimSpace(value[:end])
	}
	params = value[end:]
	head = strings.Trim(head, "\"'<>")
	if i := strings.IndexAny(head, " \t="); i >= 0 {
		if head[i] == '=' || strings.HasPrefix(strings.TrimLeft(head[i:], " \t"), "=") {
			return "", value // filename="x" without a disposition
		}
		first := head[:i]
		if behind := strings.TrimLeft(head[i:], " \t"); strings.HasPrefix(behind, "/") || strings.HasSuffix(first, "/") { // text / plain
			return strings.ReplaceAll(strings.ReplaceAll(head, " ", ""), "\t", ""), params
		}
		at := strings.Index(value, first) + len(first)
		return first, value[at:]
	}
	return strings.TrimRight(head, "., "), params
}

// isToken reports whether a string is a token of RFC 2045 5.1.
func isToken(s string) bool {
	if s == "" || len(s) > 127 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7F || strings.IndexByte(`()<>@,;:\"/[]?=`, c) >= 0 {
			return false
		}
	}
	return true
}
