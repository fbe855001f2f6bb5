package restrict

import "zarafa/mapi"

// and is true of a row when all of it is, so also when it is empty.
type and []node

func (l and) eval(r Row) (bool, bool) {
	for _, n := range l {
		if match, valid := n.eval(r); !match || !valid {
			return match, valid
		}
	}
	return true, true
}

// or is true of a row when any of it is.
type or []node

func (l or) eval(r Row) (bool, bool) {
	for _, n := range l {
		if match, valid := n.eval(r); match || !valid {
			return match, valid
		}
	}
	return false, true
}

type not struct{ inner node }

func (n not) eval(r Row) (bool, bool) {
	match, valid := n.inner.eval(r)
	return !match, valid
}

// exist is true if the row has the property. A tag without a type asks for nothing in
// particular and is always true.
type exist struct{ tag mapi.PropTag }

func (e exist) eval(r Row) (bool, bool) {
	if e.tag.Type() == mapi.PtUnspecified {
		return true, true
	}
	_, ok := r.Value(e.tag)
	return ok, true
}

// parts is true if any recipient or attachment satisfies the inner restriction.
type parts struct {
	kind  mapi.PropTag
	inner node
}

func (p parts) eval(r Row) (bool, bool) {
	m, ok := r.(Message)
	if !ok {
		return false, true
	}
	rows, err := m.Parts(p.kind)
	if err != nil {
		return false, false
	}
	for _, row := range rows {
		if match, valid := p.inner.eval(row); match && valid {
			return true, true
		}
	}
	return false, true
}
