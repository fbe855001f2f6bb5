package fulltext

import (
	"slices"
	"strings"
)

// Bounds of what is kept of one message. What lies beyond is not found.
const (
	maxText  = 4 << 20     // bytes of text, as far as it is looked at
	maxTerms = 1 << 17     // different words, counted once for each property
	fieldLen = len("0037") // of the number of a property before each word
)

// A Document is the words of one message, each once for each property it occurs in, ascending. A word carries the number of its
// property, so that "0037budget" is a word of the subject.
type Document []string

// A Builder collects a document. It belongs to one goroutine.
type Builder struct {
	terms map[string]struct{}
	left  int // bytes of text that may still come
	term  []byte
}

// NewBuilder begins a document.
func NewBuilder() *Builder { return &Builder{terms: make(map[string]struct{}), left: maxText} }

// Add takes the text of a property, or as much of it as there is room for.
func (b *Builder) Add(property uint16, text []byte) {
	if len(text) > b.left {
		text = text[:b.left]
	}
	b.left -= len(text)
	b.term = appendField(b.term[:0], property)
	eachWord(text, false, func(word []byte) {
		term := append(b.term[:fieldLen], word...)
		if _, known := b.terms[string(term)]; !known && len(b.terms) < maxTerms {
			b.terms[string(term)] = struct{}{}
		}
		b.term = term
	})
}

// Document is what was collected.
func (b *Builder) Document() Document {
	d := make(Document, 0, len(b.terms))
	for term := range b.terms {
		d = append(d, term)
	}
	slices.Sort(d)
	return d
}

// has reports whether a word of a property begins like that.
func (d Document) has(term string) bool {
	i, _ := slices.BinarySearch(d, term)
	return i < len(d) && strings.HasPrefix(d[i], term)
}

func appendField(dst []byte, property uint16) []byte {
	const digits = "0123456789abcdef"
	return append(dst, digits[property>>12], digits[property>>8&15], digits[property>>4&15], digits[property&15])
}
