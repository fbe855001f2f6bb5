package wire

import "zarafa/mapi"

// unknownRestriction stands for a restriction whose type was not read yet.
const unknownRestriction mapi.RestrictionType = 0xFFFFFFFF

// restriction reads a restrictTable. Only the member that the type selects counts; the others are
// skipped. Where the member or a part of it is missing the result is Incomplete.
func (d *Decoder) restriction() *mapi.Restriction {
	if d.null() {
		return nil
	}
	d.typed("restrictTable")
	r := d.pools.restriction.one()
	kind, member := unknownRestriction, unknownRestriction
	for d.child() {
		if string(d.name) == "ulType" {
			if kind != unknownRestriction {
				d.skip()
				continue
			}
			kind = mapi.RestrictionType(d.uint32())
			continue
		}
		m := restrictionMember(d.name)
		if m == unknownRestriction || member != unknownRestriction || kind != unknownRestriction && kind != m || d.attr.isNil() {
			d.skip()
			continue
		}
		member = m
		d.restrictionPart(r, m)
	}
	if kind == unknownRestriction {
		kind = mapi.ResAnd
	}
	r.Type = kind
	r.Incomplete = r.Incomplete || member != kind
	return r
}

// restrictionMember is the type that selects a member of restrictTable.
func restrictionMember(name []byte) mapi.RestrictionType {
	switch string(name) {
	case "lpAnd":
		return mapi.ResAnd
	case "lpOr":
		return mapi.ResOr
	case "lpNot":
		return mapi.ResNot
	case "lpContent":
		return mapi.ResContent
	case "lpProp":
		return mapi.ResProperty
	case "lpCompare":
		return mapi.ResCompareProps
	case "lpBitmask":
		return mapi.ResBitmask
	case "lpSize":
		return mapi.ResSize
	case "lpExist":
		return mapi.ResExist
	case "lpSub":
		return mapi.ResSub
	case "lpComment":
		return mapi.ResComment
	}
	return unknownRestriction
}

// restrictionPart reads the member that belongs to a type.
func (d *Decoder) restrictionPart(r *mapi.Restriction, kind mapi.RestrictionType) {
	if kind == mapi.ResAnd || kind == mapi.ResOr {
		d.restrictionList(r)
		return
	}
	var seen uint32
	for d.child() {
		part := restrictionPartOf(kind, d.name)
		if part == partUnknown {
			d.skip()
		} else if d.first(&seen, 1<<part) {
			d.restrictionField(r, part)
		}
	}
	switch kind {
	case mapi.ResContent, mapi.ResProperty:
		r.Incomplete = r.Value == nil
	case mapi.ResNot, mapi.ResSub:
		r.Incomplete = r.Sub == nil
	}
}

func (d *Decoder) restrictionList(r *mapi.Restriction) {
	p := &d.pools.restrictions
	mark := p.begin()
	for d.item(len(p.stack) - mark) {
		if sub := d.restriction(); sub != nil {
			p.push(sub)
		}
	}
	r.Sub = p.list(mark)
}

// Parts of the members of restrictTable.
const (
	partUnknown = iota
	partOp
	partTag
	partTag2
	partNum
	partValue
	partSub
	partProps
)

// restrictionPartOf maps an element inside a member to the field of [mapi.Restriction] it fills.
func restrictionPartOf(kind mapi.RestrictionType, name []byte) int {
	switch kind {
	case mapi.ResSub:
		switch string(name) {
		case "ulSubObject":
			return partTag
		case "lpSubObject":
			return partSub
		}
		return partUnknown
	case mapi.ResContent:
		switch string(name) {
		case "ulFuzzyLevel":
			return partOp
		case "ulType":
			return partUnknown
		}
	}
	switch string(name) {
	case "ulType":
		return partOp
	case "ulPropTag", "ulPropTag1":
		return partTag
	case "ulPropTag2":
		return partTag2
	case "ulMask", "cb":
		return partNum
	case "lpProp":
		return partValue
	case "lpNot", "lpResTable":
		return partSub
	case "sProps":
		return partProps
	}
	return partUnknown
}

func (d *Decoder) restrictionField(r *mapi.Restriction, part int) {
	switch part {
	case partOp:
		r.Op = d.uint32()
	case partTag:
		r.Tag = mapi.PropTag(d.uint32())
	case partTag2:
		r.Tag2 = mapi.PropTag(d.uint32())
	case partNum:
		r.Num = d.uint32()
	case partValue:
		r.Value = d.propValPointer()
	case partSub:
		if sub := d.restriction(); sub != nil {
			r.Sub = d.pools.restrictions.take(1)
			r.Sub[0] = sub
		}
	case partProps:
		r.Props = d.propValArray()
	}
}
