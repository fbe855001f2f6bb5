package cache

import (
	"encoding/binary"

	"zarafa/mapi"
)

// packer appends values. Numbers take 8 bytes, byte strings their length and bytes,
// lists their count and elements.
type packer struct {
	b      []byte
	failed bool
}

func (p *packer) uint(n uint64)  { p.b = binary.AppendUvarint(p.b, n) }
func (p *packer) bytes(b []byte) { p.uint(uint64(len(b))); p.b = append(p.b, b...) }

// body is a value without its tag.
func (p *packer) body(v *mapi.PropValue, depth int) {
	if depth > maxValueNest {
		p.failed = true
		return
	}
	t := v.Tag.Type()
	switch {
	case t.Multi():
		p.uint(uint64(len(v.Values())))
		element := v.Tag.WithType(t.Base())
		for _, e := range v.Values() {
			e.Tag = element
			p.body(&e, depth+1)
		}
	case t.IsString(), t.IsBinary():
		p.bytes(v.Data)
	case t == mapi.PtSRestriction:
		var r *mapi.Restriction
		if v.More != nil {
			r = v.More.Restriction
		}
		p.restriction(r, depth+1)
	case t == mapi.PtActions:
		p.actions(v, depth+1)
	default:
		p.b = binary.LittleEndian.AppendUint64(p.b, v.Num)
	}
}

func (p *packer) value(v *mapi.PropValue, depth int) {
	p.uint(uint64(v.Tag))
	p.body(v, depth)
}

func (p *packer) values(list []mapi.PropValue, depth int) {
	p.uint(uint64(len(list)))
	for i := range list {
		p.value(&list[i], depth)
	}
}

// Bits of a restriction's or action's first byte.
const (
	present    = 1 << 0
	hasValue   = 1 << 1
	incomplete = 1 << 2
)

func (p *packer) restriction(r *mapi.Restriction, depth int) {
	if r == nil {
		p.b = append(p.b, 0)
		return
	}
	if depth > maxValueNest {
		p.failed = true
		return
	}
	first := byte(present)
	if r.Value != nil {
		first |= hasValue
	}
	if r.Incomplete {
		first |= incomplete
	}
	p.b = append(p.b, first)
	for _, n := range [...]uint32{uint32(r.Type), r.Op, uint32(r.Tag), uint32(r.Tag2), r.Num} {
		p.uint(uint64(n))
	}
	if r.Value != nil {
		p.value(r.Value, depth+1)
	}
	p.uint(uint64(len(r.Sub)))
	for _, sub := range r.Sub {
		p.restriction(sub, depth+1)
	}
	p.values(r.Props, depth+1)
}

func (p *packer) actions(v *mapi.PropValue, depth int) {
	var list []mapi.Action
	if v.More != nil {
		list = v.More.Actions
	}
	p.uint(uint64(len(list)))
	for i := range list {
		a := &list[i]
		for _, n := range [...]uint32{a.Type, a.Flavor, a.Flags, a.Code} {
			p.uint(uint64(n))
		}
		for _, b := range [...][]byte{a.Store, a.Folder, a.Message, a.GUID, a.Data} {
			p.bytes(b)
		}
		p.uint(uint64(len(a.Recipients)))
		for _, row := range a.Recipients {
			p.values(row, depth+1)
		}
		if a.Prop == nil {
			p.b = append(p.b, 0)
			continue
		}
		p.b = append(p.b, present)
		p.value(a.Prop, depth+1)
	}
}

// unpacker reads what packer wrote. After an error it is failed and yields zeros.
type unpacker struct {
	b      []byte
	failed bool
}

func (u *unpacker) fail() { u.failed, u.b = true, nil }

func (u *unpacker) byte() byte {
	if len(u.b) == 0 {
		u.fail()
		return 0
	}
	c := u.b[0]
	u.b = u.b[1:]
	return c
}

func (u *unpacker) uint() uint64 {
	n, w := binary.Uvarint(u.b)
	if w <= 0 {
		u.fail()
		return 0
	}
	u.b = u.b[w:]
	return n
}

func (u *unpacker) uint32() uint32 { return uint32(u.uint()) }

func (u *unpacker) bytes() []byte {
	n := u.uint()
	if n > uint64(len(u.b)) {
		u.fail()
		return nil
	}
	b := u.b[:n:n]
	u.b = u.b[n:]
	return b
}

// count is a number of elements, each of at least one byte.
func (u *unpacker) count() int {
	n := u.uint()
	if n > uint64(len(u.b)) {
		u.fail()
		return 0
	}
	return int(n)
}

func (u *unpacker) body(tag mapi.PropTag, depth int) mapi.PropValue {
	v := mapi.PropValue{Tag: tag}
	if depth > maxValueNest {
		u.fail()
		return v
	}
	t := tag.Type()
	switch {
	case t.Multi():
		element := tag.WithType(t.Base())
		v.More = new(mapi.More)
		for n := u.count(); n > 0 && !u.failed; n-- {
			v.More.Values = append(v.More.Values, u.body(element, depth+1))
		}
	case t.IsString(), t.IsBinary():
		v.Data = u.bytes()
	case t == mapi.PtSRestriction:
		v.More = &mapi.More{Restriction: u.restriction(depth + 1)}
	case t == mapi.PtActions:
		v.More = &mapi.More{Actions: u.actions(depth + 1)}
	case len(u.b) < 8:
		u.fail()
	default:
		v.Num = binary.LittleEndian.Uint64(u.b)
		u.b = u.b[8:]
	}
	return v
}

func (u *unpacker) value(depth int) mapi.PropValue {
	tag := mapi.PropTag(u.uint32())
	return u.body(tag, depth)
}

func (u *unpacker) values(depth int) []mapi.PropValue {
	var list []mapi.PropValue
	for n := u.count(); n > 0 && !u.failed; n-- {
		list = append(list, u.value(depth))
	}
	return list
}

func (u *unpacker) restriction(depth int) *mapi.Restriction {
	first := u.byte()
	if first&present == 0 {
		return nil
	}
	if depth > maxValueNest {
		u.fail()
		return nil
	}
	r := &mapi.Restriction{
		Type: mapi.RestrictionType(u.uint32()), Op: u.uint32(),
		Tag: mapi.PropTag(u.uint32()), Tag2: mapi.PropTag(u.uint32()), Num: u.uint32(),
		Incomplete: first&incomplete != 0,
	}
	if first&hasValue != 0 {
		v := u.value(depth + 1)
		r.Value = &v
	}
	for n := u.count(); n > 0 && !u.failed; n-- {
		r.Sub = append(r.Sub, u.restriction(depth+1))
	}
	r.Props = u.values(depth + 1)
	return r
}

func (u *unpacker) actions(depth int) []mapi.Action {
	var list []mapi.Action
	for n := u.count(); n > 0 && !u.failed; n-- {
		a := mapi.Action{Type: u.uint32(), Flavor: u.uint32(), Flags: u.uint32(), Code: u.uint32()}
		for _, b := range [...]*[]byte{&a.Store, &a.Folder, &a.Message, &a.GUID, &a.Data} {
			*b = u.bytes()
		}
		for rows := u.count(); rows > 0 && !u.failed; rows-- {
			a.Recipients = append(a.Recipients, u.values(depth+1))
		}
		if u.byte()&present != 0 {
			v := u.value(depth + 1)
			a.Prop = &v
		}
		list = append(list, a)
	}
	return list
}
