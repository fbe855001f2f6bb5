package structure

import (
	"zarafa/mail/header"
)

// appendString writes a string of visible ASCII and blanks as quoted (RFC 3501 4.3).
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\r' || c == '\n' || c == 0:
			dst = append(dst, ' ')
		case c >= 0x80:
			dst = append(dst, '?')
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

// appendText writes a value as it stands in the mail, encoded words and all; if it is not ASCII, it is encoded.
func appendText(dst []byte, value string) []byte {
	return appendString(dst, ascii(value))
}

func ascii(value string) string {
	if isASCII(value) {
		return value
	}
	return header.EncodeText(header.DecodeText(value, nil), nil)
}

// isASCII reports whether a value can be shown as it is; what switches to Japanese cannot.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 || s[i] == 0x1B {
			return false
		}
	}
	return true
}

// appendField writes the value of a field, or NIL if it is missing.
func appendField(dst []byte, h *header.Fields, name string) []byte {
	for f := range h.Named(name) {
		return appendText(dst, f.Value())
	}
	return append(dst, "NIL"...)
}

// appendParams is body-fld-param. An extended parameter has its asterisk (RFC 2231); one that is neither ASCII nor extended becomes so.
func appendParams(dst []byte, params []header.Param) []byte {
	n := 0
	for _, p := range params {
		if p.Name == "" || !isASCII(p.Name) {
			continue
		}
		name, value := p.Name, p.Raw
		switch {
		case p.Extended && isASCII(value):
			name += "*"
		case !isASCII(value):
			name, value = p.Name+"*", "utf-8''"+header.PercentEncode(p.Value)
		}
		dst = append(dst, "( "[min(n, 1)])
		n++
		dst = appendString(dst, name)
		dst = append(dst, ' ')
		dst = appendString(dst, value)
	}
	if n == 0 {
		return append(dst, "NIL"...)
	}
	return append(dst, ')')
}
