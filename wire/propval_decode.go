package wire

import (
	"math"

	"zarafa/mapi"
)

// propVal reads a property: its tag and the member of the union that holds the value. Both may
// come in any order, the first member wins. A member that does not fit the type of the tag is dropped,
// which leaves the zero value of the type.
func (d *Decoder) propVal() mapi.PropValue {
	d.typed("propVal")
	var v mapi.PropValue
	var m unionMember
	seen := false
	for d.child() {
		switch {
		case string(d.name) == "ulPropTag":
			if seen {
				d.skip()
				continue
			}
			seen = true
			v.Tag = mapi.PropTag(d.uint32())
		case m == noMember:
			m = d.unionMember(&v)
		default:
			d.skip()
		}
	}
	return finishPropVal(v, m)
}

// unionMember is the member of propValData that an element names.
type unionMember uint8

const (
	noMember unionMember = iota
	memberI
	memberUl
	memberFlt
	memberDbl
	memberB
	memberLpszA
	memberHilo
	memberBin
	memberLi
	memberMvi
	memberMvl
	memberMvflt
	memberMvdbl
	memberMvszA
	memberMvhilo
	memberMvbin
	memberMvli
	memberRes
	memberActions
)

// unionMember reads the value if the current element is a member of the union.
func (d *Decoder) unionMember(v *mapi.PropValue) unionMember {
	switch string(d.name) {
	case "ul":
		v.Num = uint64(d.uint32())
		return memberUl
	case "lpszA":
		if !d.null() {
			v.Data = d.stringBytes()
		}
		return memberLpszA
	case "bin":
		v.Data = d.binary()
		return memberBin
	case "hilo":
		v.Num = d.hilo()
		return memberHilo
	case "b":
		if d.bool() {
			v.Num = 1
		}
		return memberB
	case "i":
		v.Num = uint64(int64(d.int16()))
		return memberI
	case "li":
		v.Num = uint64(d.int64())
		return memberLi
	case "dbl":
		v.Num = math.Float64bits(d.float64())
		return memberDbl
	case "flt":
		v.Num = math.Float64bits(float64(d.float32()))
		return memberFlt
	}
	return d.largeMember(v)
}

// largeMember goes on with the members that do not fit a flat value.
func (d *Decoder) largeMember(v *mapi.PropValue) unionMember {
	m := noMember
	switch string(d.name) {
	case "mvi":
		m = memberMvi
	case "mvl":
		m = memberMvl
	case "mvflt":
		m = memberMvflt
	case "mvdbl":
		m = memberMvdbl
	case "mvszA":
		m = memberMvszA
	case "mvhilo":
		m = memberMvhilo
	case "mvbin":
		m = memberMvbin
	case "mvli":
		m = memberMvli
	case "res":
		if r := d.restriction(); r != nil {
			v.More = d.pools.more.one()
			v.More.Restriction = r
		}
		return memberRes
	case "actions":
		if !d.null() {
			v.More = d.pools.more.one()
			v.More.Actions = d.actions()
		}
		return memberActions
	default:
		d.skip()
		return noMember
	}
	if !d.null() {
		v.More = d.pools.more.one()
		v.More.Values = d.multiValue(m)
	}
	return m
}

// multiValue reads the members of a mv_ array; their tags are set at the end of the property.
func (d *Decoder) multiValue(m unionMember) []mapi.PropValue {
	p, h := &d.pools.propValue, d.array(m.arrayType())
	mark := p.begin()
	for d.member(h, len(p.stack)-mark) {
		var v mapi.PropValue
		switch m {
		case memberMvi:
			v.Num = uint64(int64(d.int16()))
		case memberMvl:
			v.Num = uint64(d.uint32())
		case memberMvflt:
			v.Num = math.Float64bits(float64(d.float32()))
		case memberMvdbl:
			v.Num = math.Float64bits(d.float64())
		case memberMvszA:
			if !d.null() {
				v.Data = d.stringBytes()
			}
		case memberMvhilo:
			v.Num = d.hilo()
		case memberMvbin:
			v.Data = d.binary()
		case memberMvli:
			v.Num = uint64(d.int64())
		}
		p.push(v)
	}
	return endArray(d, p, mark, h)
}

// arrayType is the item type of a mv_ array.
func (m unionMember) arrayType() string {
	switch m {
	case memberMvi:
		return "short"
	case memberMvl:
		return "unsignedInt"
	case memberMvflt:
		return "float"
	case memberMvdbl:
		return "double"
	case memberMvszA:
		return "string"
	case memberMvhilo:
		return "hiloLong"
	case memberMvbin:
		return "base64Binary"
	}
	return "long"
}

// memberOf is the member that holds values of a type; types without one have noMember.
func memberOf(t mapi.PropType) unionMember {
	switch t {
	case mapi.PtI2:
		return memberI
	case mapi.PtLong, mapi.PtError, mapi.PtNull:
		return memberUl
	case mapi.PtR4:
		return memberFlt
	case mapi.PtDouble, mapi.PtAppTime:
		return memberDbl
	case mapi.PtCurrency, mapi.PtSysTime:
		return memberHilo
	case mapi.PtBoolean:
		return memberB
	case mapi.PtI8:
		return memberLi
	case mapi.PtString8, mapi.PtUnicode:
		return memberLpszA
	case mapi.PtBinary, mapi.PtCLSID:
		return memberBin
	case mapi.PtSRestriction:
		return memberRes
	case mapi.PtActions:
		return memberActions
	}
	return multiMemberOf(t)
}

func multiMemberOf(t mapi.PropType) unionMember {
	switch t {
	case mapi.PtMVI2:
		return memberMvi
	case mapi.PtMVLong:
		return memberMvl
	case mapi.PtMVR4:
		return memberMvflt
	case mapi.PtMVDouble, mapi.PtMVAppTime:
		return memberMvdbl
	case mapi.PtMVCurrency, mapi.PtMVSysTime:
		return memberMvhilo
	case mapi.PtMVI8:
		return memberMvli
	case mapi.PtMVString8, mapi.PtMVUnicode:
		return memberMvszA
	case mapi.PtMVBinary, mapi.PtMVCLSID:
		return memberMvbin
	}
	return noMember
}

// wireType is the type by which a value travels: a cell of a multi-valued column that a table
// expanded into instances is single-valued (tables.md section 7).
func wireType(tag mapi.PropTag) mapi.PropType {
	t := tag.Type()
	if t&mapi.MVIFlag == mapi.MVIFlag {
		return t.Base()
	}
	return t &^ mapi.MVInstance
}

// finishPropVal checks the member against the tag and gives the values of an array their tags.
func finishPropVal(v mapi.PropValue, m unionMember) mapi.PropValue {
	if m == noMember {
		return v
	}
	t := wireType(v.Tag)
	if want := memberOf(t); want != m && want != noMember {
		return mapi.PropValue{Tag: v.Tag}
	}
	if v.More != nil && v.More.Values != nil {
		single := v.Tag.WithType(v.Tag.Type().Base())
		for i := range v.More.Values {
			v.More.Values[i].Tag = single
		}
	}
	return v
}

// hilo reads the two halves of a 64-bit value.
func (d *Decoder) hilo() uint64 {
	d.typed("hiloLong")
	var seen uint32
	var hi, lo uint32
	for d.child() {
		switch string(d.name) {
		case "hi":
			if d.first(&seen, 1) {
				hi = uint32(d.int32())
			}
		case "lo":
			if d.first(&seen, 2) {
				lo = d.uint32()
			}
		default:
			d.skip()
		}
	}
	return uint64(hi)<<32 | uint64(lo)
}

func (d *Decoder) propValArray() []mapi.PropValue {
	p, h := &d.pools.propValue, d.array("propVal")
	mark := p.begin()
	for d.member(h, len(p.stack)-mark) {
		p.push(d.propVal())
	}
	return endArray(d, p, mark, h)
}

// rowSet reads an array of rows; a row without members and arrayType is nil.
func (d *Decoder) rowSet() RowSet { return RowSet{Rows: d.rows()} }

func (d *Decoder) rows() [][]mapi.PropValue {
	p, h := &d.pools.row, d.array("propVal[]")
	mark := p.begin()
	for d.member(h, len(p.stack)-mark) {
		p.push(d.propValArray())
	}
	return endArray(d, p, mark, h)
}

func (d *Decoder) rowSetPointer() *RowSet {
	if d.null() {
		return nil
	}
	r := d.pools.rowSet.one()
	*r = d.rowSet()
	return r
}
