package item

import (
	"encoding/binary"
	"fmt"
	"math"

	"zarafa/agents/backup/repository"
	"zarafa/mapi"
)

// mostEmbedded bounds how deep messages lie in messages.
const mostEmbedded = 64

// Outside reads what lies outside of a message.
type Outside struct {
	// Value reads a whole value of a property.
	Value func(Stored) ([]byte, error)
	// Content makes the content of an attachment.
	Content func(Stored) mapi.Content
}

// Decode decodes what [Encode] has made.
func Decode(data []byte, o Outside) (*mapi.Message, error) {
	d := decoder{in: data, outside: o}
	if v := d.take(1); v == nil || v[0] != version {
		return nil, fmt.Errorf("%w: not version %d of a message", errBroken, version)
	}
	m := d.message(0)
	if d.err == nil && len(d.in) > 0 {
		d.fail()
	}
	if d.err != nil {
		return nil, d.err
	}
	return m, nil
}

// decoder decodes; after an error all it gives is empty.
type decoder struct {
	in      []byte
	outside Outside
	err     error
}

func (d *decoder) fail() {
	if d.err == nil {
		d.err = errBroken
	}
	d.in = nil
}

func (d *decoder) take(n uint64) []byte {
	if d.err != nil || n > uint64(len(d.in)) {
		d.fail()
		return nil
	}
	out := d.in[:n:n]
	d.in = d.in[n:]
	return out
}

func (d *decoder) number() uint64 {
	n, used := binary.Uvarint(d.in)
	if used <= 0 || d.err != nil {
		d.fail()
		return 0
	}
	d.in = d.in[used:]
	return n
}

// count reads a number of things; each takes at least the given number of bytes.
func (d *decoder) count(each int) int {
	n := d.number()
	if n > uint64(len(d.in)/each) {
		d.fail()
		return 0
	}
	return int(n)
}

func (d *decoder) message(depth int) *mapi.Message {
	m := new(mapi.Message)
	if depth > mostEmbedded {
		d.fail()
		return m
	}
	m.Props, m.Named = d.object()
	for range d.count(1) {
		m.Recipients = append(m.Recipients, d.props())
	}
	for range d.count(1) {
		m.Attachments = append(m.Attachments, d.attachment(depth))
		if d.err != nil {
			break
		}
	}
	return m
}

func (d *decoder) attachment(depth int) *mapi.Attachment {
	a := new(mapi.Attachment)
	a.Props, a.Named = d.object()
	form := d.take(1)
	if form == nil {
		return a
	}
	switch form[0] {
	case formNone:
	case formInline:
		a.Content = mapi.Bytes(d.take(d.number()))
	case formStored:
		if s := d.stored(); d.err == nil {
			a.Content = &Content{Stored: s, Content: d.content(s)}
		}
	case formMessage:
		a.Message = d.message(depth + 1)
	default:
		d.fail()
	}
	return a
}

func (d *decoder) content(s Stored) mapi.Content {
	if d.outside.Content == nil {
		return nil
	}
	return d.outside.Content(s)
}

func (d *decoder) object() (props mapi.Props, named []mapi.NamedValue) {
	props = d.props()
	for range d.count(1) {
		var n mapi.NamedValue
		copy(n.Name.Set[:], d.take(uint64(len(n.Name.Set))))
		id := d.number()
		if id > math.MaxUint32 {
			d.fail()
		}
		n.Name.ID = uint32(id)
		n.Name.Name = string(d.take(d.number()))
		n.Value = d.value()
		if d.err != nil {
			return nil, nil
		}
		named = append(named, n)
	}
	return props, named
}

func (d *decoder) props() mapi.Props {
	n := d.count(5)
	props := make(mapi.Props, 0, n)
	for range n {
		v := d.value()
		if d.err != nil {
			return nil
		}
		props = append(props, v)
	}
	return props
}

func (d *decoder) value() mapi.PropValue {
	raw := d.take(4)
	if raw == nil {
		return mapi.PropValue{}
	}
	tag := mapi.PropTag(binary.BigEndian.Uint32(raw))
	if !Storable(tag.Type()) || tag != tag.Canonical() {
		d.fail()
		return mapi.PropValue{}
	}
	if !tag.Type().Multi() {
		return d.single(tag)
	}
	values := make([]mapi.PropValue, d.count(1))
	for i := range values {
		values[i] = d.single(tag.WithType(tag.Type().Base()))
	}
	return mapi.Multi(tag, values...)
}

func (d *decoder) single(tag mapi.PropTag) mapi.PropValue {
	v := mapi.PropValue{Tag: tag}
	if t := tag.Type(); !t.IsString() && !t.IsBinary() {
		v.Num = d.number()
		return v
	}
	form := d.take(1)
	switch {
	case form == nil:
	case form[0] == formInline:
		v.Data = d.take(d.number())
	case form[0] == formStored && d.outside.Value != nil:
		s := d.stored()
		if d.err != nil {
			return v
		}
		data, err := d.outside.Value(s)
		if err != nil {
			d.err = err
			return v
		}
		v.Data = data
	default:
		d.fail()
	}
	return v
}

func (d *decoder) stored() Stored {
	s := Stored{Length: int64(d.number())}
	n := d.count(len(repository.ID{}))
	if s.Length < 0 || uint64(n) != (uint64(s.Length)+PieceSize-1)/PieceSize {
		d.fail()
		return s
	}
	s.Pieces = make([]repository.ID, n)
	for i := range s.Pieces {
		copy(s.Pieces[i][:], d.take(uint64(len(s.Pieces[i]))))
	}
	return s
}
