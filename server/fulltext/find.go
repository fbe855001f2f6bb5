package fulltext

import "strings"

// maxWords is how many words of one text are looked for (tables.md section 10).
const maxWords = 32

// A Find looks for a text: each of its words must be the beginning of a word of one of the properties.
type Find struct {
	Properties []uint16
	words      []string // folded
}

// NewFind prepares the search for a text; ok is false if the text has no words.
func NewFind(text []byte, properties ...uint16) (f Find, ok bool) {
	f.Properties = properties
	eachWord(text, true, func(word []byte) {
		if len(f.words) < maxWords {
			f.words = append(f.words, string(word))
		}
	})
	return f, len(f.words) > 0
}

// Matches reports whether a message has what is looked for.
func (f Find) Matches(d Document) bool {
	for _, word := range f.words {
		found := false
		for _, p := range f.Properties {
			found = found || d.has(term(p, word))
		}
		if !found {
			return false
		}
	}
	return true
}

func term(property uint16, word string) string {
	var b [fieldLen]byte
	return string(appendField(b[:0], property)) + word
}

// expression is the same in the language of FTS5.
func (f Find) expression(b *strings.Builder) {
	for i, word := range f.words {
		if i > 0 {
			b.WriteString(" AND ")
		}
		b.WriteByte('(')
		for j, p := range f.Properties {
			if j > 0 {
				b.WriteString(" OR ")
			}
			b.WriteString(`"` + term(p, word) + `" *`)
		}
		b.WriteByte(')')
	}
}
