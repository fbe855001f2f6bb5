package restrict

import (
	"bytes"

	"zarafa/mapi"
	"zarafa/mapi/collation"
)

// contains is a CONTENT restriction: a string or binary, or an element of a multi-valued
// one, equals, starts with or contains the pattern.
type contains struct {
	tag     mapi.PropTag
	matches func([]byte) bool
}

// matchOf is the way of matching of a fuzzy level. LOOSE and IGNORENONSPACE never had an effect.
func matchOf(level uint32) (collation.Match, bool) {
	switch level & 0xFFFF {
	case mapi.FuzzyFullString:
		return collation.Full, true
	case mapi.FuzzySubstring:
		return collation.Substring, true
	case mapi.FuzzyPrefix:
		return collation.Prefix, true
	}
	return 0, false
}

func (c *compiler) content(r *mapi.Restriction) (node, error) {
	if r.Value == nil {
		return nil, invalid("CONTENT without a value")
	}
	column, value := operand(r.Tag), operand(r.Value.Tag)
	match, ok := matchOf(r.Op)
	if !ok || column.Base() != value.Base() {
		return nonsense{}, nil
	}
	n := contains{tag: c.use(r.Tag)}
	switch {
	case value == mapi.PtUnicode:
		n.matches = collation.NewPattern(r.Value.Data, match, r.Op&mapi.FuzzyIgnoreCase != 0).Matches
	case value == mapi.PtBinary:
		n.matches = binaryPattern(bytes.Clone(r.Value.Data), match)
	default:
		return nonsense{}, nil
	}
	return n, nil
}

func (n contains) eval(r Row) (bool, bool) { return anyElement(r, n.tag, n.matches), true }

func binaryPattern(pattern []byte, match collation.Match) func([]byte) bool {
	switch match {
	case collation.Full:
		return func(b []byte) bool { return bytes.Equal(b, pattern) }
	case collation.Prefix:
		return func(b []byte) bool { return bytes.HasPrefix(b, pattern) }
	}
	return func(b []byte) bool { return bytes.Contains(b, pattern) }
}
