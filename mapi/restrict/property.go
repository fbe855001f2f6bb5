package restrict

import (
	"bytes"
	"regexp"

	"zarafa/mapi"
	"zarafa/mapi/collation"
)

// property relates a property of the row to a value. A missing property is different from
// every value, and that is all that can be said of it.
type property struct {
	op     uint32
	tag    mapi.PropTag
	typ    mapi.PropType // of the value
	value  mapi.PropValue
	ab     *mapi.ABEntryID // the value as PR_ADDRESS_BOOK_ENTRYID
	locale *collation.Locale
}

func (c *compiler) property(r *mapi.Restriction) (node, error) {
	if r.Value == nil {
		return nil, invalid("PROPERTY without a value")
	}
	if r.Tag.ID() == mapi.PrAnr.ID() {
		return c.anr(r), nil
	}
	column, value := operand(r.Tag), operand(r.Value.Tag)
	if column&^mapi.MVFlag != value {
		return nonsense{}, nil
	}
	if r.Op == mapi.RelRE {
		if value != mapi.PtUnicode {
			return nonsense{}, nil
		}
		re, _ := compileBasicRegexp(r.Value.Str()) // a bad one matches nothing
		return expression{tag: c.use(r.Tag), re: re}, nil
	}
	p := property{op: r.Op, tag: c.use(r.Tag), typ: value, value: folded(value, r.Value.Clone()), locale: c.locale}
	if r.Tag == mapi.PrAddressBookEntryID {
		if id, ok := mapi.ParseABEntryID(p.value.Data); ok {
			p.ab = &id
		}
	}
	return p, nil
}

func (p property) eval(r Row) (bool, bool) {
	v, ok := r.Value(p.tag)
	if !ok {
		return p.op == mapi.RelNE, true
	}
	if !v.Tag.Type().Multi() {
		return p.single(v)
	}
	for _, e := range v.Values() {
		if match, valid := p.single(e); match || !valid {
			return match, valid
		}
	}
	return false, true
}

func (p property) single(v mapi.PropValue) (bool, bool) {
	if p.ab != nil && sameABObject(p.ab, v.Data) {
		return relation(p.op, 0), true
	}
	order, ok := compareValues(p.typ, folded(p.typ, v), p.value, p.locale)
	return ok && relation(p.op, order), ok
}

// sameABObject reports whether two address-book entry ids of one version name the same object.
func sameABObject(a *mapi.ABEntryID, other []byte) bool {
	b, ok := mapi.ParseABEntryID(other)
	if !ok || a.Version != b.Version || a.Type != b.Type {
		return false
	}
	if a.Version == 0 {
		return a.ID == b.ID
	}
	return bytes.Equal(a.ExternalID, b.ExternalID)
}

// nonsense is a comparison of types that cannot be compared.
type nonsense struct{}

func (nonsense) eval(Row) (bool, bool) { return false, false }

// expression matches strings with a regular expression; re is nil if it was bad.
type expression struct {
	tag mapi.PropTag
	re  *regexp.Regexp
}

func (n expression) eval(r Row) (bool, bool) {
	if n.re == nil {
		return false, true
	}
	return anyElement(r, n.tag, n.re.Match), true
}

// anyElement reports whether a string or binary property, or any element of a multi-valued one, satisfies f.
func anyElement(r Row, tag mapi.PropTag, f func([]byte) bool) bool {
	v, ok := r.Value(tag)
	if !ok {
		return false
	}
	if !v.Tag.Type().Multi() {
		return f(v.Data)
	}
	for _, e := range v.Values() {
		if f(e.Data) {
			return true
		}
	}
	return false
}

// anrColumns is what ambiguous name resolution looks at.
var anrColumns = [...]mapi.PropTag{
	mapi.PrDisplayName, mapi.PrSMTPAddress, mapi.PrAccount, mapi.PrDepartmentName, mapi.PrOfficeTelephoneNumber,
	mapi.PrOfficeLocation, mapi.PrPrimaryFaxNumber, mapi.PrSurname,
}

// anr is PR_ANR: any of the columns starts with the text.
type anr struct{ pattern *collation.Pattern }

func (c *compiler) anr(r *mapi.Restriction) node {
	if r.Op != mapi.RelEQ || operand(r.Value.Tag) != mapi.PtUnicode {
		return nonsense{}
	}
	for _, tag := range anrColumns {
		c.use(tag)
	}
	return anr{collation.NewPattern(r.Value.Data, collation.Prefix, true)}
}

func (n anr) eval(r Row) (bool, bool) {
	for _, tag := range anrColumns {
		if v, ok := r.Value(tag); ok && n.pattern.Matches(v.Data) {
			return true, true
		}
	}
	return false, true
}
