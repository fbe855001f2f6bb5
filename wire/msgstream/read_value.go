package msgstream

import (
	"math"

	"zarafa/mapi"
)

// propertyBytes and valueBytes are what a property and a value of a multi-value take in memory, roughly.
const (
	propertyBytes = 64
	valueBytes    = 56
)

// properties reads a list of properties into r.props.
func (r *Reader) properties() error {
	n, err := r.in.count(r.limits.Properties, "properties")
	if err != nil {
		return err
	}
	clear(r.props)
	r.props = r.props[:0]
	for range n {
		p, err := r.property()
		if err != nil {
			return err
		}
		r.props = append(r.props, p)
	}
	return nil
}

func (r *Reader) property() (Property, error) {
	t, err := r.in.uint32()
	if err != nil {
		return Property{}, err
	}
	if err := r.in.charge(propertyBytes); err != nil {
		return Property{}, err
	}
	tag := mapi.PropTag(t)
	if !Streamable(tag) {
		return Property{}, malformed("a property of tag %v", tag)
	}
	var p Property
	if tag.Type().Multi() {
		p.PropValue, err = r.values(tag)
	} else {
		p.PropValue, err = r.value(tag)
	}
	if err != nil || !Named(tag) {
		return p, err
	}
	p.Name, err = r.name()
	return p, err
}

// values reads the elements of a multi-valued property. The list grows as they arrive: their
// number is the sender's word.
func (r *Reader) values(tag mapi.PropTag) (mapi.PropValue, error) {
	n, err := r.in.count(r.limits.Values, "values")
	if err != nil {
		return mapi.PropValue{}, err
	}
	single := tag.WithType(tag.Type().Base())
	list := make([]mapi.PropValue, 0, min(n, 64))
	for range n {
		if err := r.in.charge(valueBytes); err != nil {
			return mapi.PropValue{}, err
		}
		v, err := r.value(single)
		if err != nil {
			return mapi.PropValue{}, err
		}
		list = append(list, v)
	}
	return mapi.PropValue{Tag: tag, More: &mapi.More{Values: list}}, nil
}

// value reads a single value of the tag's type.
func (r *Reader) value(tag mapi.PropTag) (mapi.PropValue, error) {
	v := mapi.PropValue{Tag: tag}
	var err error
	switch tag.Type() {
	case mapi.PtI2:
		var n uint16
		n, err = r.in.uint16()
		v.Num = uint64(int64(int16(n)))
	case mapi.PtLong:
		var n uint32
		n, err = r.in.uint32()
		v.Num = uint64(n)
	case mapi.PtR4:
		var n uint32
		n, err = r.in.uint32()
		v.Num = math.Float64bits(float64(math.Float32frombits(n)))
	case mapi.PtBoolean:
		var b []byte
		if b, err = r.in.fixed(1); err == nil && b[0] != 0 {
			v.Num = 1
		}
	case mapi.PtDouble, mapi.PtAppTime, mapi.PtI8, mapi.PtCurrency, mapi.PtSysTime:
		v.Num, err = r.in.uint64()
	default: // Streamable has left only byte strings
		v.Data, err = r.in.bytes()
	}
	return v, err
}

func (r *Reader) name() (*Name, error) {
	n := new(Name)
	b, err := r.in.fixed(len(n.GUID))
	if err != nil {
		return nil, err
	}
	copy(n.GUID[:], b)
	kind, err := r.in.uint32()
	if err != nil {
		return nil, err
	}
	switch n.Kind = NameKind(kind); n.Kind {
	case NameID:
		n.ID, err = r.in.uint32()
	case NameString:
		var text []byte
		text, err = r.in.bytes()
		n.Text = string(text)
	default:
		return nil, malformed("a property name of kind %d", kind)
	}
	return n, err
}
