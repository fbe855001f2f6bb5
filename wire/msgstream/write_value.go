package msgstream

import (
	"encoding/binary"
	"fmt"
	"math"

	"zarafa/mapi"
)

func appendObject(dst []byte, typ mapi.ObjectType, id uint32) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(typ))
	return binary.BigEndian.AppendUint32(dst, id)
}

// appendTag checks that a property can be written and writes its tag.
func appendTag(dst []byte, p *Property) ([]byte, error) {
	tag := p.Tag
	if !Streamable(tag) {
		return dst, fmt.Errorf("msgstream: property %v has no form in a stream", tag)
	}
	if Named(tag) != (p.Name != nil) {
		return dst, fmt.Errorf("msgstream: property %v: ids above 0x%X and no others have a name", tag, mapi.NamedBase)
	}
	if tag.Type().Base() == mapi.PtUnicode {
		tag = tag.WithType(tag.Type()&mapi.MVFlag | mapi.PtString8)
	}
	return binary.BigEndian.AppendUint32(dst, uint32(tag)), nil
}

// appendProperty writes tag, value and name.
func appendProperty(dst []byte, p *Property) ([]byte, error) {
	dst, err := appendTag(dst, p)
	if err != nil {
		return dst, err
	}
	tag := p.Tag
	if tag.Type().Multi() {
		values := p.Values()
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(values)))
		for i := range values {
			dst = appendValue(dst, tag.Type().Base(), &values[i])
		}
	} else {
		dst = appendValue(dst, tag.Type(), &p.PropValue)
	}
	if p.Name != nil {
		return appendName(dst, p.Name)
	}
	return dst, nil
}

// appendValue writes a single value as the type says.
func appendValue(dst []byte, typ mapi.PropType, v *mapi.PropValue) []byte {
	switch typ {
	case mapi.PtI2:
		return binary.BigEndian.AppendUint16(dst, uint16(v.Num))
	case mapi.PtLong:
		return binary.BigEndian.AppendUint32(dst, uint32(v.Num))
	case mapi.PtR4:
		return binary.BigEndian.AppendUint32(dst, math.Float32bits(float32(v.Float())))
	case mapi.PtBoolean:
		if v.Bool() {
			return append(dst, 1)
		}
		return append(dst, 0)
	case mapi.PtDouble, mapi.PtAppTime, mapi.PtI8, mapi.PtCurrency, mapi.PtSysTime:
		return binary.BigEndian.AppendUint64(dst, v.Num)
	}
	return appendBytes(dst, v.Data) // Streamable has left only byte strings
}

func appendBytes[T []byte | string](dst []byte, b T) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(b)))
	return append(dst, b...)
}

func appendName(dst []byte, n *Name) ([]byte, error) {
	dst = append(dst, n.GUID[:]...)
	dst = binary.BigEndian.AppendUint32(dst, uint32(n.Kind))
	switch n.Kind {
	case NameID:
		return binary.BigEndian.AppendUint32(dst, n.ID), nil
	case NameString:
		return appendBytes(dst, n.Text), nil
	}
	return dst, fmt.Errorf("msgstream: a property name of kind %d", n.Kind)
}
