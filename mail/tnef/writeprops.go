package tnef

import (
	"encoding/binary"
	"math"

	"zarafa/mapi"
)

// firstNamedID is where the ids of names begin that have none of their own; a reader goes by the name.
const firstNamedID = 0xC000

// list appends a list of properties (MS-OXTNEF 2.1.3.4): those of props that keep wants and that can be written, and named ones.
func (w *writer) list(out []byte, props mapi.Props, named []mapi.NamedValue, keep func(mapi.PropTag) bool) []byte {
	at, n := len(out), uint32(0)
	out = binary.LittleEndian.AppendUint32(out, 0)
	for _, v := range props {
		if !keep(v.Tag) || !writable(v) {
			continue
		}
		var name mapi.PropName
		if v.Tag.ID() >= 0x8000 {
			var ok bool
			if name, ok = mapi.FixedName(v.Tag.ID()); !ok {
				continue // an id that one server gave, without its name
			}
		}
		out = w.property(out, v, v.Tag.ID(), name)
		n++
	}
	for i, v := range named {
		if writable(v.Value) {
			out = w.property(out, v.Value, uint16(firstNamedID+i%0x3F00), v.Name)
			n++
		}
	}
	binary.LittleEndian.PutUint32(out[at:], n)
	return out
}

// writable reports whether a stream can have values of the type.
func writable(v mapi.PropValue) bool {
	switch v.Tag.Type() {
	case mapi.PtI2, mapi.PtLong, mapi.PtR4, mapi.PtDouble, mapi.PtCurrency, mapi.PtAppTime, mapi.PtBoolean, mapi.PtI8, mapi.PtString8,
		mapi.PtUnicode, mapi.PtSysTime, mapi.PtBinary,
		mapi.PtMVI2, mapi.PtMVLong, mapi.PtMVR4, mapi.PtMVDouble, mapi.PtMVCurrency, mapi.PtMVAppTime, mapi.PtMVI8, mapi.PtMVString8,
		mapi.PtMVUnicode, mapi.PtMVSysTime, mapi.PtMVBinary:
		return true
	case mapi.PtCLSID:
		return len(v.Data) == 16
	case mapi.PtMVCLSID:
		for _, one := range v.Values() {
			if len(one.Data) != 16 {
				return false
			}
		}
		return true
	}
	return false
}

func (w *writer) property(out []byte, v mapi.PropValue, id uint16, name mapi.PropName) []byte {
	t := v.Tag.Type()
	if t.Base() == mapi.PtString8 && !w.fits(v) {
		t = t&mapi.MVFlag | mapi.PtUnicode
	}
	out = binary.LittleEndian.AppendUint32(out, uint32(mapi.MakeTag(id, t)))
	if id >= 0x8000 {
		out = appendName(out, name)
	}
	if !t.Multi() {
		return w.value(out, v, t, true)
	}
	out = binary.LittleEndian.AppendUint32(out, uint32(len(v.Values())))
	for _, one := range v.Values() {
		out = w.value(out, one, t.Base(), false)
	}
	return out
}

// fits reports whether the code page has all characters of a string, and it survives its terminator.
func (w *writer) fits(v mapi.PropValue) bool {
	values := v.Values()
	if !v.Tag.Type().Multi() {
		values = []mapi.PropValue{v}
	}
	for _, one := range values {
		if _, ok := w.charset.EncodePage(string(one.Data)); !ok {
			return false
		}
	}
	return true
}

func appendName(out []byte, name mapi.PropName) []byte {
	out = append(out, name.Set[:]...)
	if name.Name == "" {
		return binary.LittleEndian.AppendUint32(append(out, 0, 0, 0, 0), name.ID)
	}
	text := toUTF16([]byte(name.Name))
	out = binary.LittleEndian.AppendUint32(append(out, 1, 0, 0, 0), uint32(len(text)))
	return pad(append(out, text...), len(text))
}

// value appends one value. A value of variable size that stands alone has a count as if it were one of many.
func (w *writer) value(out []byte, v mapi.PropValue, t mapi.PropType, alone bool) []byte {
	var data []byte
	switch t {
	case mapi.PtI2, mapi.PtBoolean:
		return append(binary.LittleEndian.AppendUint16(out, uint16(v.Num)), 0, 0)
	case mapi.PtLong:
		return binary.LittleEndian.AppendUint32(out, uint32(v.Num))
	case mapi.PtR4:
		return binary.LittleEndian.AppendUint32(out, math.Float32bits(float32(v.Float())))
	case mapi.PtDouble, mapi.PtAppTime, mapi.PtCurrency, mapi.PtI8, mapi.PtSysTime:
		return binary.LittleEndian.AppendUint64(out, v.Num)
	case mapi.PtCLSID:
		return append(out, v.Data...)
	case mapi.PtString8:
		data, _ = w.charset.EncodePage(string(v.Data)) // fits has tried
		data = append(data, 0)
	case mapi.PtUnicode:
		data = toUTF16(v.Data)
	default:
		data = v.Data
	}
	if alone {
		out = binary.LittleEndian.AppendUint32(out, 1)
	}
	out = binary.LittleEndian.AppendUint32(out, uint32(len(data)))
	return pad(append(out, data...), len(data))
}

// pad fills up to a multiple of four behind n bytes.
func pad(out []byte, n int) []byte { return append(out, make([]byte, -n&3)...) }
