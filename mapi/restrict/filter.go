package restrict

import (
	"slices"

	"zarafa/mapi"
	"zarafa/mapi/collation"
)

// MaxDepth is how many levels may lie below the top of a restriction.
const MaxDepth = 16

// Row answers for the properties of one row. Strings and binaries must be complete, not cut to
// the length that tables show.
type Row interface {
	// Value is the property with this id and type (the string flavours count as one); ok is false if
	// the row does not have it.
	Value(tag mapi.PropTag) (v mapi.PropValue, ok bool)
}

// Message is a row that has recipients and attachments; a row that does not implement it has none.
type Message interface {
	Row
	// Parts are the recipients (mapi.PrMessageRecipients) or attachments (mapi.PrMessageAttachments).
	Parts(kind mapi.PropTag) ([]Row, error)
}

// Filter is a restriction ready to be evaluated.
type Filter struct {
	root node
	tags []mapi.PropTag
	subs bool
}

// node is one compiled restriction. valid is false if the comparison makes no sense
// (INVALID_TYPE); that makes the whole row not match.
type node interface {
	eval(r Row) (match, valid bool)
}

// Compile checks a restriction and prepares it; the Filter keeps nothing of r. The errors are
// TOO_COMPLEX for more than [MaxDepth] levels, INVALID_TYPE for parts that are absent or unknown, and
// INVALID_PARAMETER for a sub-restriction on something else than recipients and attachments.
func Compile(r *mapi.Restriction, l *collation.Locale) (*Filter, error) {
	c := compiler{locale: l}
	root, err := c.compile(r, 0)
	if err != nil {
		return nil, err
	}
	slices.Sort(c.tags)
	return &Filter{root: root, tags: slices.Compact(c.tags), subs: c.subs}, nil
}

// Check is Compile for who only wants to know whether the restriction is acceptable.
func Check(r *mapi.Restriction) error {
	_, err := (&compiler{}).compile(r, 0)
	return err
}

// Match reports whether a row satisfies the restriction.
func (f *Filter) Match(r Row) bool {
	match, valid := f.root.eval(r)
	return match && valid
}

// Tags are the properties of the row that Match asks for, ascending and in their canonical form.
func (f *Filter) Tags() []mapi.PropTag { return f.tags }

// NeedsParts reports whether Match asks for recipients or attachments.
func (f *Filter) NeedsParts() bool { return f.subs }

type compiler struct {
	locale *collation.Locale
	tags   []mapi.PropTag
	subs   bool
	inSub  bool
}

func (c *compiler) use(tag mapi.PropTag) mapi.PropTag {
	if !c.inSub {
		c.tags = append(c.tags, tag.Canonical())
	}
	return tag
}

func invalid(format string, args ...any) error {
	return mapi.Errorf(mapi.InvalidType, "restriction", format, args...)
}

func (c *compiler) compile(r *mapi.Restriction, depth int) (node, error) {
	if depth > MaxDepth {
		return nil, mapi.Errorf(mapi.TooComplex, "restriction", "more than %d levels", MaxDepth)
	}
	if r == nil || r.Incomplete {
		return nil, invalid("a part is absent")
	}
	switch r.Type {
	case mapi.ResAnd, mapi.ResOr:
		list, err := c.compileAll(r.Sub, depth)
		if r.Type == mapi.ResAnd {
			return and(list), err
		}
		return or(list), err
	case mapi.ResNot:
		inner, err := c.inner(r, depth)
		return not{inner}, err
	case mapi.ResComment:
		return c.inner(r, depth)
	case mapi.ResContent:
		return c.content(r)
	case mapi.ResProperty:
		return c.property(r)
	case mapi.ResCompareProps:
		return compareProps{op: r.Op, a: c.use(r.Tag), b: c.use(r.Tag2), locale: c.locale}, nil
	case mapi.ResBitmask:
		return bitmask{nonZero: r.Op == mapi.BitmaskNEZ, tag: c.use(r.Tag), mask: r.Num}, nil
	case mapi.ResSize:
		return size{op: r.Op, tag: c.use(r.Tag), bytes: r.Num}, nil
	case mapi.ResExist:
		return exist{c.use(r.Tag)}, nil
	case mapi.ResSub:
		return c.sub(r, depth)
	}
	return nil, invalid("unknown kind %d", r.Type)
}

func (c *compiler) compileAll(list []*mapi.Restriction, depth int) ([]node, error) {
	out := make([]node, 0, len(list))
	for _, r := range list {
		n, err := c.compile(r, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// inner is the one restriction below a NOT, COMMENT or sub-restriction.
func (c *compiler) inner(r *mapi.Restriction, depth int) (node, error) {
	if len(r.Sub) != 1 {
		return nil, invalid("kind %d without an inner restriction", r.Type)
	}
	return c.compile(r.Sub[0], depth+1)
}

func (c *compiler) sub(r *mapi.Restriction, depth int) (node, error) {
	if r.Tag != mapi.PrMessageRecipients && r.Tag != mapi.PrMessageAttachments {
		return nil, mapi.Errorf(mapi.InvalidParameter, "restriction", "sub-restriction on %v", r.Tag)
	}
	outer := c.inSub
	c.inSub, c.subs = true, true
	inner, err := c.inner(r, depth)
	c.inSub = outer
	return parts{kind: r.Tag, inner: inner}, err
}
