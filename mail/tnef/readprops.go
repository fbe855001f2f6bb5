package tnef

import (
	"bytes"
	"math"

	"zarafa/mapi"
)

// Interfaces of PT_OBJECT values.
var iidMessage = mapi.GUID{0x07, 0x03, 0x02, 0x00, 8: 0xC0, 15: 0x46}

var iidStorage = mapi.GUID{0x0B, 8: 0xC0, 15: 0x46}

// propSink takes what a list of properties has.
type propSink struct {
	set   func(mapi.PropValue)
	named func(mapi.PropName, mapi.PropValue)
	// object takes the value of a PT_OBJECT; nil ignores them.
	object func(tag mapi.PropTag, iid mapi.GUID, data []byte)
}

// properties reads a list (MS-OXTNEF 2.1.3.4).
func (r *reader) properties(c *cursor, to propSink) {
	n := c.count(4)
	if n > mostPropsOfOne || r.props+n > mostProps {
		r.tooComplex(c, "%d properties", n)
		return
	}
	r.props += n
	for range n {
		tag := mapi.PropTag(c.u32())
		isNamed := tag.ID() >= 0x8000
		var name mapi.PropName
		if isNamed {
			name = r.name(c)
			tag = tagOf(name, tag.Type())
		}
		v, ok := r.value(c, tag, to)
		if c.err != nil {
			return
		}
		switch {
		case !ok:
		case isNamed:
			to.named(name, v)
		default:
			to.set(v)
		}
	}
}

// tagOf is the tag of a named property in a message. The id that it had in the stream means nothing.
func tagOf(name mapi.PropName, t mapi.PropType) mapi.PropTag {
	if tag, ok := name.Tag(t); ok {
		return tag
	}
	return mapi.MakeTag(0, t)
}

func (r *reader) name(c *cursor) mapi.PropName {
	name := mapi.PropName{Set: c.guid()}
	if kind := c.u32(); kind == 0 {
		name.ID = c.u32()
	} else {
		name.Name = string(fromUTF16(c.padded(c.u32())))
	}
	return name
}

// value reads what follows a tag; ok is false for values that are not kept.
func (r *reader) value(c *cursor, tag mapi.PropTag, to propSink) (v mapi.PropValue, ok bool) {
	t := tag.Type()
	if t.Base() == mapi.PtString8 {
		tag = tag.WithType(t&mapi.MVFlag | mapi.PtUnicode) // the value will be UTF-8
	}
	if t.Multi() {
		return r.values(c, tag, t.Base()), true
	}
	v.Tag = tag
	switch t {
	case mapi.PtObject:
		r.objects(c, tag, to)
		return v, false
	case mapi.PtString8, mapi.PtUnicode, mapi.PtBinary:
		n := c.count(4)
		for i := range n { // one, as a rule; of more the first counts
			if data := r.variable(c, t); i == 0 {
				v.Data = data
			}
		}
		return v, n > 0
	case mapi.PtNull, mapi.PtError:
		c.take(4)
		return v, false
	}
	r.fixed(c, t, &v)
	return v, true
}

// fixed reads a value whose type says its size; those of two bytes are filled up to four.
func (r *reader) fixed(c *cursor, t mapi.PropType, v *mapi.PropValue) {
	switch t {
	case mapi.PtI2:
		v.Num = uint64(int64(int16(c.u16())))
		c.u16()
	case mapi.PtBoolean:
		if c.u16() != 0 {
			v.Num = 1
		}
		c.u16()
	case mapi.PtLong:
		v.Num = uint64(c.u32())
	case mapi.PtR4:
		v.Num = math.Float64bits(float64(math.Float32frombits(c.u32())))
	case mapi.PtDouble, mapi.PtAppTime, mapi.PtCurrency, mapi.PtI8, mapi.PtSysTime:
		v.Num = c.u64()
	case mapi.PtCLSID:
		v.Data = bytes.Clone(c.take(16))
	default:
		c.fail("unknown type %#04x", uint16(t))
	}
}

// variable reads a value that says its size.
func (r *reader) variable(c *cursor, t mapi.PropType) []byte {
	data := c.padded(c.u32())
	switch t {
	case mapi.PtString8:
		return r.string8(data)
	case mapi.PtUnicode:
		return fromUTF16(data)
	}
	return bytes.Clone(data)
}

// values reads a multi-valued property.
func (r *reader) values(c *cursor, tag mapi.PropTag, base mapi.PropType) mapi.PropValue {
	n := c.count(4)
	if r.valueCount+n > mostValues {
		r.tooComplex(c, "%d values", n)
		return mapi.PropValue{}
	}
	r.valueCount += n
	values := make([]mapi.PropValue, n)
	for i := range values {
		switch base {
		case mapi.PtString8, mapi.PtUnicode, mapi.PtBinary:
			values[i].Data = r.variable(c, base)
		default:
			r.fixed(c, base, &values[i])
		}
		if c.err != nil {
			return mapi.PropValue{}
		}
	}
	return mapi.Multi(tag, values...)
}

// objects reads a PT_OBJECT: an interface, and its data.
func (r *reader) objects(c *cursor, tag mapi.PropTag, to propSink) {
	for range c.count(4) {
		data := cursor{data: c.padded(c.u32())}
		iid := data.guid()
		if data.err != nil {
			c.fail("an object without its interface")
			return
		}
		if to.object != nil {
			to.object(tag, iid, data.data)
		}
	}
}

// string8 is a string in the stream's code page up to its first NUL.
func (r *reader) string8(data []byte) []byte {
	if i := bytes.IndexByte(data, 0); i >= 0 {
		data = data[:i]
	}
	text, _ := r.charset.Decode(data) // wrong bytes are U+FFFD
	return []byte(text)
}
