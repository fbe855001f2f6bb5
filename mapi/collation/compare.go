package collation

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold is the string without differences of case (full Unicode case folding). The
// result may alias s.
func Fold(s []byte) []byte {
	upper := false
	for _, c := range s {
		if c >= utf8.RuneSelf {
			return cases.Fold().Bytes(s)
		}
		upper = upper || 'A' <= c && c <= 'Z'
	}
	if !upper {
		return s
	}
	return bytes.ToLower(s) // ASCII only, as the loop has shown
}

// Compare orders two folded strings by the locale (tables.md section 9, PROPERTY).
func (l *Locale) Compare(a, b []byte) int {
	if bytes.Equal(a, b) {
		return 0
	}
	c := l.get()
	defer l.put(c)
	return c.Collator.Compare(a, b)
}

// Match is a way to look for a pattern in a value.
type Match uint8

// Ways of matching (fuzzy levels of a CONTENT restriction).
const (
	Full Match = iota
	Substring
	Prefix
)

// Pattern is what a string is searched for, prepared once for many values.
type Pattern struct {
	match  Match
	fold   bool
	size   int // of the pattern as it was given
	needle []byte
}

// NewPattern prepares a pattern. With ignoreCase strings are compared after case folding, without it by
// canonical equivalence (NFD).
func NewPattern(pattern []byte, match Match, ignoreCase bool) *Pattern {
	p := &Pattern{match: match, fold: ignoreCase, size: len(pattern)}
	p.needle = bytes.Clone(p.normal(pattern))
	return p
}

func (p *Pattern) normal(s []byte) []byte {
	if p.fold {
		return Fold(s)
	}
	if norm.NFD.IsNormal(s) {
		return s
	}
	return norm.NFD.Bytes(s)
}

// Matches reports whether a string matches. A full match takes strings of the same length in UTF-8 only, a prefix
// needs a string that is not shorter than the pattern.
func (p *Pattern) Matches(s []byte) bool {
	switch p.match {
	case Full:
		return len(s) == p.size && bytes.Equal(p.normal(s), p.needle)
	case Prefix:
		return len(s) >= p.size && bytes.HasPrefix(p.normal(s), p.needle)
	default:
		return bytes.Contains(p.normal(s), p.needle)
	}
}
