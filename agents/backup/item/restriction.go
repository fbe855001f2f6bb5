package item

import (
	"encoding/binary"
	"math"

	"zarafa/mapi"
)

// mostNested bounds restrictions in restrictions.
const mostNested = 64

// EncodeRestriction encodes a search folder's condition; nil is none.
func EncodeRestriction(r *mapi.Restriction) ([]byte, error) {
	e := encoder{out: []byte{version}}
	err := e.restriction(r)
	return e.out, err
}

func (e *encoder) restriction(r *mapi.Restriction) error {
	if r == nil {
		e.out = append(e.out, 0)
		return nil
	}
	e.out = append(e.out, 1)
	for _, n := range []uint32{uint32(r.Type), r.Op, uint32(r.Tag), uint32(r.Tag2), r.Num} {
		e.out = binary.BigEndian.AppendUint32(e.out, n)
	}
	var value mapi.Props
	if r.Value != nil {
		value = mapi.Props{*r.Value}
	}
	for _, list := range []mapi.Props{value, r.Props} {
		if err := e.props(list); err != nil {
			return err
		}
	}
	e.number(uint64(len(r.Sub)))
	for _, sub := range r.Sub {
		if err := e.restriction(sub); err != nil {
			return err
		}
	}
	return nil
}

// DecodeRestriction decodes what EncodeRestriction has made.
func DecodeRestriction(data []byte) (*mapi.Restriction, error) {
	d := decoder{in: data}
	if v := d.take(1); v == nil || v[0] != version {
		return nil, errBroken
	}
	r := d.restriction(0)
	if d.err == nil && len(d.in) > 0 {
		d.fail()
	}
	return r, d.err
}

func (d *decoder) restriction(depth int) *mapi.Restriction {
	there := d.take(1)
	if there == nil || there[0] == 0 {
		return nil
	}
	if depth > mostNested || there[0] != 1 {
		d.fail()
		return nil
	}
	numbers := d.take(5 * 4)
	if numbers == nil {
		return nil
	}
	at := func(i int) uint32 { return binary.BigEndian.Uint32(numbers[4*i:]) }
	r := &mapi.Restriction{Type: mapi.RestrictionType(at(0)), Op: at(1), Tag: mapi.PropTag(at(2)), Tag2: mapi.PropTag(at(3)), Num: at(4)}
	if value := d.props(); len(value) > 1 {
		d.fail()
	} else if len(value) == 1 {
		r.Value = &value[0]
	}
	if r.Props = d.props(); len(r.Props) == 0 {
		r.Props = nil
	}
	n := d.count(1)
	if n > math.MaxUint16 {
		d.fail()
	}
	for range n {
		r.Sub = append(r.Sub, d.restriction(depth+1))
		if d.err != nil {
			return nil
		}
	}
	return r
}
