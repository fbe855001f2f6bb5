package restrict

import (
	"bytes"
	"cmp"

	"zarafa/mapi"
	"zarafa/mapi/collation"
)

// relation applies a relational operator to the outcome of a comparison.
func relation(op uint32, order int) bool {
	switch op {
	case mapi.RelLT:
		return order < 0
	case mapi.RelLE:
		return order <= 0
	case mapi.RelGT:
		return order > 0
	case mapi.RelGE:
		return order >= 0
	case mapi.RelEQ:
		return order == 0
	case mapi.RelNE:
		return order != 0
	}
	return false // RE is for strings, MEMBER_OF_DL for nothing
}

// operand is the type that decides how values are compared.
func operand(tag mapi.PropTag) mapi.PropType { return tag.Canonical().Type() }

// compareValues orders two single values of one type; ok is false for types without an order. Strings
// must be folded already.
func compareValues(t mapi.PropType, a, b mapi.PropValue, l *collation.Locale) (order int, ok bool) {
	switch t {
	case mapi.PtLong, mapi.PtError: // unsigned
		return cmp.Compare(a.Uint32(), b.Uint32()), true
	case mapi.PtI2, mapi.PtI8, mapi.PtCurrency, mapi.PtSysTime: // times too: the high word is signed
		return cmp.Compare(a.Int64(), b.Int64()), true
	case mapi.PtR4, mapi.PtDouble, mapi.PtAppTime:
		return cmp.Compare(a.Float(), b.Float()), true
	case mapi.PtBoolean:
		return cmp.Compare(truth(a), truth(b)), true
	case mapi.PtUnicode:
		return l.Compare(a.Data, b.Data), true
	case mapi.PtBinary, mapi.PtCLSID: // a shorter one is smaller, unlike in sorting
		if c := cmp.Compare(len(a.Data), len(b.Data)); c != 0 {
			return c, true
		}
		return bytes.Compare(a.Data, b.Data), true
	}
	return 0, false
}

func truth(v mapi.PropValue) int {
	if v.Bool() {
		return 1
	}
	return 0
}

func folded(t mapi.PropType, v mapi.PropValue) mapi.PropValue {
	if t == mapi.PtUnicode {
		v.Data = collation.Fold(v.Data)
	}
	return v
}

// compareProps relates two properties of the row. Both must be there.
type compareProps struct {
	op     uint32
	a, b   mapi.PropTag
	locale *collation.Locale
}

func (n compareProps) eval(r Row) (bool, bool) {
	t := operand(n.a)
	if t != operand(n.b) {
		return false, false
	}
	a, okA := r.Value(n.a)
	b, okB := r.Value(n.b)
	if !okA || !okB {
		return false, true
	}
	order, ok := compareValues(t, folded(t, a), folded(t, b), n.locale)
	return ok && relation(n.op, order), ok
}

// bitmask looks at bits of a number that is there, whichever way it asks.
type bitmask struct {
	nonZero bool
	tag     mapi.PropTag
	mask    uint32
}

func (n bitmask) eval(r Row) (bool, bool) {
	if n.tag.Type() != mapi.PtLong {
		return false, false
	}
	v, ok := r.Value(n.tag)
	return ok && (v.Uint32()&n.mask != 0) == n.nonZero, true
}

// size relates the size of a value. A row without the value makes no sense.
type size struct {
	op    uint32
	tag   mapi.PropTag
	bytes uint32
}

func (n size) eval(r Row) (bool, bool) {
	v, ok := r.Value(n.tag)
	if !ok {
		return false, false
	}
	return relation(n.op, cmp.Compare(valueSize(v), int(n.bytes))), true
}

// valueSize is the size of a value as clients count it (a boolean takes four bytes).
func valueSize(v mapi.PropValue) int {
	t := v.Tag.Type()
	if t.Multi() {
		sum := 0
		for _, e := range v.Values() {
			e.Tag = v.Tag.WithType(t.Base())
			sum += valueSize(e)
		}
		return sum
	}
	switch t {
	case mapi.PtI2:
		return 2
	case mapi.PtBoolean, mapi.PtLong, mapi.PtR4, mapi.PtError:
		return 4
	case mapi.PtI8, mapi.PtSysTime, mapi.PtDouble, mapi.PtAppTime, mapi.PtCurrency:
		return 8
	}
	return len(v.Data)
}
