package content

import "strings"

// EscapeText writes a text as a value (RFC 5545 3.3.11, RFC 6350 3.4): backslash, comma, semicolon and line breaks get a backslash.
func EscapeText(text string) string {
	if !strings.ContainsAny(text, "\\,;\r\n") {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + 16)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '\\', ',', ';':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '\r':
			if i+1 < len(text) && text[i+1] == '\n' {
				i++
			}
			b.WriteString(`\n`)
		case '\n':
			b.WriteString(`\n`)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// UnescapeText is the text that a value means. A backslash before any other character stays, as programs forget to escape it.
// Bytes that are not UTF-8 become U+FFFD.
func UnescapeText(value string) string {
	value = strings.ToValidUTF8(value, "\uFFFD")
	if strings.IndexByte(value, '\\') < 0 {
		return value
	}
	var b strings.Builder
	b.Grow(len(value))
	for i := 0; i < len(value); i++ {
		if value[i] == '\\' && i+1 < len(value) {
			switch c := value[i+1]; c {
			case 'n', 'N':
				b.WriteByte('\n')
				i++
				continue
			case '\\', ',', ';':
				b.WriteByte(c)
				i++
				continue
			}
		}
		b.WriteByte(value[i])
	}
	return b.String()
}

// Split cuts a value at a separator that has no backslash before it. The parts keep their escapes; an empty value has none.
func Split(value string, separator byte) []string {
	if value == "" {
		return nil
	}
	var out []string
	start := 0
	for i := 0; i < len(value); i++ {
		switch value[i] {
		case '\\':
			i++
		case separator:
			out = append(out, value[start:i])
			start = i + 1
		}
	}
	return append(out, value[start:])
}

// Texts are the texts of a list with commas, as of CATEGORIES.
func Texts(value string) []string {
	parts := Split(value, ',')
	for i, p := range parts {
		parts[i] = UnescapeText(p)
	}
	return parts
}

// JoinTexts writes texts as a list with commas.
func JoinTexts(texts []string) string { return joinEscaped(texts, ",") }

// Fields are the fields of a value with semicolons whose fields are lists with commas, as N and ADR of vCards (RFC 6350 6.2.2).
func Fields(value string) [][]string {
	parts := Split(value, ';')
	out := make([][]string, len(parts))
	for i, p := range parts {
		out[i] = Texts(p)
	}
	return out
}

// JoinFields writes fields as [Fields] reads them.
func JoinFields(fields [][]string) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = JoinTexts(f)
	}
	return strings.Join(parts, ";")
}

func joinEscaped(texts []string, separator string) string {
	parts := make([]string, len(texts))
	for i, t := range texts {
		parts[i] = EscapeText(t)
	}
	return strings.Join(parts, separator)
}

// caretEncode and caretDecode are RFC 6868: what a parameter's value cannot hold, it holds behind a caret.
var caretEncode = strings.NewReplacer("^", "^^", "\r\n", "^n", "\n", "^n", "\r", "^n", `"`, "^'")

func caretDecode(v string) string {
	if strings.IndexByte(v, '^') < 0 {
		return v
	}
	var b strings.Builder
	b.Grow(len(v))
	for i := 0; i < len(v); i++ {
		if v[i] == '^' && i+1 < len(v) {
			switch v[i+1] {
			case 'n':
				b.WriteByte('\n')
				i++
				continue
			case '^':
				b.WriteByte('^')
				i++
				continue
			case '\'':
				b.WriteByte('"')
				i++
				continue
			}
		}
		b.WriteByte(v[i])
	}
	return b.String()
}
