package header

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// FormatParam writes a parameter with the semicolon and blank in front of it: as a token, a quoted string, or by RFC 2231 in UTF-8, in pieces
// if it is long. Characters are never cut.
func FormatParam(name, value string) string {
	value = oneLine(strings.ToValidUTF8(value, "\uFFFD"))
	switch {
	case printable(value) && len(name)+len(value) < foldAt-6:
		return "; " + name + "=" + tokenOrQuoted(value)
	case printable(value) && len(name)+len(percent([]byte(value))) < foldAt-14:
		return "; " + name + "=" + quote(value)
	}
	const room = foldAt - 20
	var pieces []string
	var piece strings.Builder
	limit := max(room-len(name), 20)
	for value != "" {
		_, n := utf8.DecodeRuneInString(value)
		next := percent([]byte(value[:n]))
		if piece.Len() > 0 && piece.Len()+len(next) > limit {
			pieces = append(pieces, piece.String())
			piece.Reset()
		}
		piece.Write(next)
		value = value[n:]
	}
	pieces = append(pieces, piece.String())
	if len(pieces) == 1 {
		return "; " + name + "*=utf-8''" + pieces[0]
	}
	var out strings.Builder
	for i, p := range pieces {
		out.WriteString("; " + name + "*" + strconv.Itoa(i) + "*=")
		if i == 0 {
			out.WriteString("utf-8''")
		}
		out.WriteString(p)
	}
	return out.String()
}

// FormatWordParam writes a parameter in the way that RFC 2231 replaced and that old mailers understand alone: encoded words in quotes.
// It is for name beside filename.
func FormatWordParam(name, value string) string {
	value = oneLine(strings.ToValidUTF8(value, "\uFFFD"))
	if printable(value) {
		return "; " + name + "=" + tokenOrQuoted(value)
	}
	return "; " + name + `="` + encodeAll(value, nil) + `"`
}

func tokenOrQuoted(value string) string {
	if isToken(value) {
		return value
	}
	return quote(value)
}

// PercentEncode writes a text as the octets of an extended value (RFC 2231 4).
func PercentEncode(text string) string { return string(percent([]byte(text))) }
