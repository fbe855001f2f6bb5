package wire

import (
	"strconv"

	"zarafa/mapi"
)

// AppendPropVal appends a property as an element of an array: <item>…</item>.
func AppendPropVal(dst []byte, v mapi.PropValue) []byte {
	dst = append(dst, "<item>"...)
	dst = appendPropValContent(dst, &v)
	return append(dst, "</item>"...)
}

// AppendRow appends a row as an element of a row set: <item SOAP-ENC:arrayType="propVal[n]">…</item>. It
// is what [RowSet.Raw] consists of. A nil row is an empty element without attribute.
func AppendRow(dst []byte, row []mapi.PropValue) []byte {
	if row == nil {
		return append(dst, "<item></item>"...)
	}
	dst = AppendRowStart(dst, len(row))
	for i := range row {
		dst = append(dst, "<item>"...)
		dst = appendPropValContent(dst, &row[i])
		dst = append(dst, "</item>"...)
	}
	return AppendRowEnd(dst)
}

// AppendRowStart appends the start tag of a row of n cells, each of which
// [AppendPropVal] appends.
func AppendRowStart(dst []byte, n int) []byte {
	dst = append(dst, `<item SOAP-ENC:arrayType="propVal[`...)
	dst = strconv.AppendInt(dst, int64(n), 10)
	return append(dst, `]">`...)
}

// AppendRowEnd ends a row.
func AppendRowEnd(dst []byte) []byte { return append(dst, "</item>"...) }

// appendPropValContent appends tag and value. The type of the tag selects the member of the
// union; types that no member holds have none. Strings and binary values always have their member, since
// a client takes a string without one for an error.
func appendPropValContent(dst []byte, v *mapi.PropValue) []byte {
	dst = append(dst, "<ulPropTag>"...)
	dst = strconv.AppendUint(dst, uint64(v.Tag), 10)
	dst = append(dst, "</ulPropTag>"...)
	switch m := memberOf(wireType(v.Tag)); m {
	case memberUl:
		return appendUint(dst, "<ul>", "</ul>", uint64(v.Uint32()))
	case memberLpszA:
		return appendText(dst, "<lpszA>", "</lpszA>", "<lpszA/>", v.Data)
	case memberBin:
		return appendBinary(dst, "<bin>", "</bin>", v.Data)
	case memberHilo:
		return appendHilo(dst, "<hilo>", "</hilo>", v.Num)
	case memberB:
		return appendBool(dst, "<b>", "</b>", v.Bool())
	case memberI:
		return appendInt(dst, "<i>", "</i>", int64(int16(v.Num)))
	case memberLi:
		return appendInt(dst, "<li>", "</li>", v.Int64())
	case memberDbl:
		return appendFloat(dst, "<dbl>", "</dbl>", v.Float(), 64)
	case memberFlt:
		return appendFloat(dst, "<flt>", "</flt>", v.Float(), 32)
	case noMember:
		return dst
	default:
		if v.More == nil {
			return dst
		}
		return appendLargeMember(dst, m, v.More)
	}
}

func appendLargeMember(dst []byte, m unionMember, more *mapi.More) []byte {
	switch m {
	case memberRes:
		if more.Restriction == nil {
			return dst
		}
		return appendRestriction(dst, "<res>", "</res>", more.Restriction)
	case memberActions:
		return appendActions(dst, more.Actions)
	}
	name := m.element()
	dst = append(append(dst, '<'), name...)
	if more.Values != nil {
		dst = appendArrayType(dst, m.xsdType(), len(more.Values))
	}
	dst = append(dst, '>')
	for i := range more.Values {
		dst = appendMultiItem(dst, m, &more.Values[i])
	}
	dst = append(append(dst, "</"...), name...)
	return append(dst, '>')
}

func appendMultiItem(dst []byte, m unionMember, v *mapi.PropValue) []byte {
	const start, end = "<item>", "</item>"
	switch m {
	case memberMvi:
		return appendInt(dst, start, end, int64(int16(v.Num)))
	case memberMvl:
		return appendUint(dst, start, end, uint64(v.Uint32()))
	case memberMvflt:
		return appendFloat(dst, start, end, v.Float(), 32)
	case memberMvdbl:
		return appendFloat(dst, start, end, v.Float(), 64)
	case memberMvszA:
		return appendText(dst, start, end, "<item/>", v.Data)
	case memberMvhilo:
		return appendHilo(dst, start, end, v.Num)
	case memberMvbin:
		return appendBinary(dst, start, end, v.Data)
	}
	return appendInt(dst, start, end, v.Int64())
}

// element is the name of a multi-valued member.
func (m unionMember) element() string {
	switch m {
	case memberMvi:
		return "mvi"
	case memberMvl:
		return "mvl"
	case memberMvflt:
		return "mvflt"
	case memberMvdbl:
		return "mvdbl"
	case memberMvszA:
		return "mvszA"
	case memberMvhilo:
		return "mvhilo"
	case memberMvbin:
		return "mvbin"
	}
	return "mvli"
}

// xsdType is the item type of a multi-valued member as arrayType names it.
func (m unionMember) xsdType() string {
	switch m {
	case memberMvi:
		return "xsd:short"
	case memberMvl:
		return "xsd:unsignedInt"
	case memberMvflt:
		return "xsd:float"
	case memberMvdbl:
		return "xsd:double"
	case memberMvszA:
		return "xsd:string"
	case memberMvhilo:
		return "hiloLong"
	case memberMvbin:
		return "xsd:base64Binary"
	}
	return "xsd:long"
}

// appendProps appends the start tag's rest and the members of an array of properties.
func appendProps(dst []byte, list []mapi.PropValue) []byte {
	if list == nil {
		return append(dst, '>')
	}
	dst = append(appendArrayType(dst, "propVal", len(list)), '>')
	for i := range list {
		dst = append(dst, "<item>"...)
		dst = appendPropValContent(dst, &list[i])
		dst = append(dst, "</item>"...)
	}
	return dst
}

// appendRows appends the start tag's rest and the rows of a row set.
func appendRows(dst []byte, r *RowSet) []byte {
	switch {
	case r.Raw != nil:
		dst = append(appendArrayType(dst, "propVal[]", r.RawCount), '>')
		return append(dst, r.Raw...)
	case r.Rows == nil:
		return append(dst, '>')
	}
	dst = append(appendArrayType(dst, "propVal[]", len(r.Rows)), '>')
	for _, row := range r.Rows {
		dst = AppendRow(dst, row)
	}
	return dst
}
