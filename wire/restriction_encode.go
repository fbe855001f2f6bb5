package wire

import "zarafa/mapi"

// appendRestriction appends a restrictTable: the type and the member it selects.
func appendRestriction(dst []byte, start, end string, r *mapi.Restriction) []byte {
	dst = append(dst, start...)
	dst = appendUint(dst, "<ulType>", "</ulType>", uint64(r.Type))
	switch r.Type {
	case mapi.ResAnd:
		dst = appendRestrictions(dst, "<lpAnd>", "</lpAnd>", r.Sub)
	case mapi.ResOr:
		dst = appendRestrictions(dst, "<lpOr>", "</lpOr>", r.Sub)
	case mapi.ResNot:
		dst = append(dst, "<lpNot>"...)
		dst = appendSubRestriction(dst, "<lpNot>", "</lpNot>", r)
		dst = append(dst, "</lpNot>"...)
	case mapi.ResContent:
		dst = append(dst, "<lpContent>"...)
		dst = appendUint(dst, "<ulFuzzyLevel>", "</ulFuzzyLevel>", uint64(r.Op))
		dst = appendRestrictedTag(dst, r)
		dst = appendRestrictedValue(dst, r)
		dst = append(dst, "</lpContent>"...)
	case mapi.ResProperty:
		dst = append(dst, "<lpProp>"...)
		dst = appendRelation(dst, r)
		dst = appendRestrictedTag(dst, r)
		dst = appendRestrictedValue(dst, r)
		dst = append(dst, "</lpProp>"...)
	case mapi.ResExist:
		dst = append(dst, "<lpExist>"...)
		dst = appendRestrictedTag(dst, r)
		dst = append(dst, "</lpExist>"...)
	default:
		dst = appendRareRestriction(dst, r)
	}
	return append(dst, end...)
}

func appendRareRestriction(dst []byte, r *mapi.Restriction) []byte {
	switch r.Type {
	case mapi.ResCompareProps:
		dst = append(dst, "<lpCompare>"...)
		dst = appendUint(dst, "<ulPropTag1>", "</ulPropTag1>", uint64(r.Tag))
		dst = appendUint(dst, "<ulPropTag2>", "</ulPropTag2>", uint64(r.Tag2))
		dst = appendRelation(dst, r)
		dst = append(dst, "</lpCompare>"...)
	case mapi.ResBitmask:
		dst = append(dst, "<lpBitmask>"...)
		dst = appendUint(dst, "<ulMask>", "</ulMask>", uint64(r.Num))
		dst = appendRestrictedTag(dst, r)
		dst = appendRelation(dst, r)
		dst = append(dst, "</lpBitmask>"...)
	case mapi.ResSize:
		dst = append(dst, "<lpSize>"...)
		dst = appendRelation(dst, r)
		dst = appendRestrictedTag(dst, r)
		dst = appendUint(dst, "<cb>", "</cb>", uint64(r.Num))
		dst = append(dst, "</lpSize>"...)
	case mapi.ResSub:
		dst = append(dst, "<lpSub>"...)
		dst = appendUint(dst, "<ulSubObject>", "</ulSubObject>", uint64(r.Tag))
		dst = appendSubRestriction(dst, "<lpSubObject>", "</lpSubObject>", r)
		dst = append(dst, "</lpSub>"...)
	case mapi.ResComment:
		dst = append(dst, "<lpComment>"...)
		dst = appendSubRestriction(dst, "<lpResTable>", "</lpResTable>", r)
		dst = append(dst, "<sProps"...)
		dst = appendProps(dst, r.Props)
		dst = append(dst, "</sProps></lpComment>"...)
	}
	return dst
}

func appendRestrictions(dst []byte, start, end string, list []*mapi.Restriction) []byte {
	dst = append(dst, start...)
	for _, r := range list {
		dst = appendRestriction(dst, "<item>", "</item>", r)
	}
	return append(dst, end...)
}

func appendSubRestriction(dst []byte, start, end string, r *mapi.Restriction) []byte {
	if len(r.Sub) == 0 || r.Sub[0] == nil {
		return dst
	}
	return appendRestriction(dst, start, end, r.Sub[0])
}

func appendRelation(dst []byte, r *mapi.Restriction) []byte {
	return appendUint(dst, "<ulType>", "</ulType>", uint64(r.Op))
}

func appendRestrictedTag(dst []byte, r *mapi.Restriction) []byte {
	return appendUint(dst, "<ulPropTag>", "</ulPropTag>", uint64(r.Tag))
}

func appendRestrictedValue(dst []byte, r *mapi.Restriction) []byte {
	if r.Value == nil {
		return dst
	}
	dst = append(dst, "<lpProp>"...)
	dst = appendPropValContent(dst, r.Value)
	return append(dst, "</lpProp>"...)
}
