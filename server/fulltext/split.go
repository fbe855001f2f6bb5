package fulltext

import (
	"bytes"

	"zarafa/mapi"
)

// Split takes from a restriction what an index can answer; rest, nil if there is nothing left, is to be evaluated as ever. Without
// such a part, or if a property is asked for that the index does not have, there are no finds and rest is the whole.
//
// Clauses that can be answered are, alone or joined by AND: CONTENT with SUBSTRING and IGNORECASE on a string, and an OR of
// such with the same text, in which branches that can never be true are passed over (tables.md section 10).
func Split(r *mapi.Restriction, indexed func(property uint16) bool) (finds []Find, rest *mapi.Restriction) {
	var others []*mapi.Restriction
	for _, clause := range clauses(nil, r) {
		properties, text, ok := sameText(nil, nil, clause)
		if !ok || len(properties) == 0 {
			others = append(others, clause)
			continue
		}
		for i, p := range properties {
			if p = keptAs(p); !indexed(p) {
				return nil, r
			}
			properties[i] = p
		}
		find, ok := NewFind(text, properties...)
		if !ok {
			others = append(others, clause)
			continue
		}
		finds = append(finds, find)
	}
	switch {
	case len(finds) == 0:
		return nil, r
	case len(others) == 0:
		return finds, nil
	case len(others) == 1:
		return finds, others[0]
	}
	return finds, &mapi.Restriction{Type: mapi.ResAnd, Sub: others}
}

// keptAs is where the words of a property are: the normalized subject is part of the subject.
func keptAs(property uint16) uint16 {
	if property == mapi.PrNormalizedSubject.ID() {
		return mapi.PrSubject.ID()
	}
	return property
}

// clauses lists what must all be true.
func clauses(list []*mapi.Restriction, r *mapi.Restriction) []*mapi.Restriction {
	if r.Type != mapi.ResAnd {
		return append(list, r)
	}
	for _, sub := range r.Sub {
		list = clauses(list, sub)
	}
	return list
}

// sameText collects the properties in which a clause looks for one text; ok is false if that is not what it does.
func sameText(properties []uint16, text []byte, r *mapi.Restriction) ([]uint16, []byte, bool) {
	switch r.Type {
	case mapi.ResContent:
		if !isWordSearch(r) || text != nil && !bytes.Equal(text, r.Value.Data) {
			return nil, nil, false
		}
		return append(properties, r.Tag.ID()), r.Value.Data, true
	case mapi.ResOr:
		ok := true
		for _, branch := range r.Sub {
			if neverTrue(branch) {
				continue
			}
			if properties, text, ok = sameText(properties, text, branch); !ok {
				return nil, nil, false
			}
		}
		return properties, text, true
	}
	return nil, nil, false
}

func isWordSearch(r *mapi.Restriction) bool {
	return r.Op&0xFFFF == mapi.FuzzySubstring && r.Op&mapi.FuzzyIgnoreCase != 0 &&
		r.Value != nil && r.Value.Tag.Type().IsString() && r.Tag.Type().IsString() && !r.Value.Tag.Type().Multi()
}

// neverTrue recognises how clients write "nothing": a property exists and does not.
func neverTrue(r *mapi.Restriction) bool {
	if r.Type != mapi.ResAnd {
		return false
	}
	for _, a := range r.Sub {
		for _, b := range r.Sub {
			if a.Type == mapi.ResExist && b.Type == mapi.ResNot && len(b.Sub) == 1 && b.Sub[0].Type == mapi.ResExist && b.Sub[0].Tag == a.Tag {
				return true
			}
		}
	}
	return false
}
