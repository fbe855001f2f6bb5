package content

import (
	"strings"
	"unicode/utf8"
)

// foldAt is how many bytes a line may have without its end (RFC 5545 3.1).
const foldAt = 75

// Append writes a component. Lines that were not changed are written as they were read, with CRLF at their ends.
func (c *Component) Append(dst []byte) []byte {
	dst = c.begin.Append(dst)
	for _, n := range c.nodes {
		if n.line != nil {
			dst = n.line.Append(dst)
		} else {
			dst = n.component.Append(dst)
		}
	}
	return c.end.Append(dst)
}

// String writes the component as a text.
func (c *Component) String() string { return string(c.Append(nil)) }

// Append writes the line with its end.
func (l *Line) Append(dst []byte) []byte {
	if l.raw != "" {
		return append(appendEnds(dst, l.raw), "\r\n"...)
	}
	return append(fold(dst, l.unfolded()), "\r\n"...)
}

// String writes the line without folds and without its end.
func (l *Line) String() string { return l.unfolded() }

// unfolded is the line in one piece.
func (l *Line) unfolded() string {
	var b strings.Builder
	if l.group != "" {
		b.WriteString(cleanName(l.group))
		b.WriteByte('.')
	}
	b.WriteString(cleanName(l.name))
	for i := range l.params {
		l.params[i].write(&b)
	}
	b.WriteByte(':')
	b.WriteString(printable(l.value))
	return b.String()
}

func (p *Param) write(b *strings.Builder) {
	b.WriteByte(';')
	if p.Name != "" {
		b.WriteString(cleanName(p.Name))
		b.WriteByte('=')
	}
	for i, v := range p.Values {
		if i > 0 {
			b.WriteByte(',')
		}
		v = printable(caretEncode.Replace(v))
		if strings.ContainsAny(v, ",;:") || p.Name == "" && strings.Contains(v, "=") {
			b.WriteString(`"` + v + `"`)
		} else {
			b.WriteString(v)
		}
	}
}

// cleanName leaves out what no name may have, so that a name cannot end a line or start a value.
func cleanName(s string) string {
	if validName(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && validName(string(r)) {
			return r
		}
		return -1
	}, s)
}

// printable leaves out control characters, which neither format allows, above all line breaks: they would start another line.
func printable(s string) string {
	bad := func(c byte) bool { return c < ' ' && c != '\t' || c == 0x7F }
	for i := range len(s) {
		if bad(s[i]) {
			out := make([]byte, 0, len(s))
			for j := range len(s) {
				if !bad(s[j]) {
					out = append(out, s[j])
				}
			}
			return string(out)
		}
	}
	return s
}

// fold cuts a line into pieces of 75 bytes, between characters (RFC 5545 3.1).
func fold(dst []byte, s string) []byte {
	room := foldAt
	for len(s) > room {
		n := room
		for n > room-utf8.UTFMax && !utf8.RuneStart(s[n]) {
			n--
		}
		if n == room-utf8.UTFMax {
			n = room // not UTF-8: there are no characters to keep whole
		}
		dst = append(append(dst, s[:n]...), "\r\n "...)
		s, room = s[n:], foldAt-1
	}
	return append(dst, s...)
}

// appendEnds writes a line as it was read, with CRLF in its folds.
func appendEnds(dst []byte, raw string) []byte {
	for raw != "" {
		end, after := lineEnd(raw)
		dst = append(dst, raw[:end]...)
		if after > end {
			dst = append(dst, "\r\n"...)
		}
		raw = raw[after:]
	}
	return dst
}
