package item

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"zarafa/agents/backup/repository"
	"zarafa/mapi"
)

// version begins each encoded message.
const version = 1

// Stored is a value that lies outside, in pieces.
type Stored struct {
	Length int64
	Pieces []repository.ID
}

// Content is the content of an attachment that lies outside; it is a [mapi.Content] while it can be read.
type Content struct {
	mapi.Content
	Stored Stored
}

// Size is the number of bytes.
func (c *Content) Size() int64 { return c.Stored.Length }

// encoder encodes one message.
type encoder struct {
	out  []byte
	put  func(value []byte) (Stored, error)
	refs []repository.ID
}

// Encode encodes a message. put stores values that lie outside; contents of attachments must be [mapi.Bytes] or [*Content]. The
// ids are those of all pieces that the message needs.
func Encode(m *mapi.Message, put func(value []byte) (Stored, error)) (data []byte, refs []repository.ID, err error) {
	e := encoder{out: []byte{version}, put: put}
	if err := e.message(m); err != nil {
		return nil, nil, err
	}
	return e.out, e.refs, nil
}

func (e *encoder) message(m *mapi.Message) error {
	if err := e.object(m.Props, m.Named); err != nil {
		return err
	}
	e.number(uint64(len(m.Recipients)))
	for _, r := range m.Recipients {
		if err := e.props(r); err != nil {
			return err
		}
	}
	e.number(uint64(len(m.Attachments)))
	for _, a := range m.Attachments {
		if err := e.attachment(a); err != nil {
			return err
		}
	}
	return nil
}

// Forms of an attachment's content, and of values of strings.
const (
	formNone    = 0
	formInline  = 1
	formStored  = 2
	formMessage = 3
)

func (e *encoder) attachment(a *mapi.Attachment) error {
	if err := e.object(a.Props, a.Named); err != nil {
		return err
	}
	switch c := a.Content.(type) {
	case *Content:
		e.stored(c.Stored)
		return nil
	case mapi.Bytes:
		return e.bytes(c)
	case nil:
	default:
		return fmt.Errorf("an attachment's content is a %T, which cannot be encoded", c)
	}
	if a.Message != nil {
		e.out = append(e.out, formMessage)
		return e.message(a.Message)
	}
	e.out = append(e.out, formNone)
	return nil
}

func (e *encoder) object(props mapi.Props, named []mapi.NamedValue) error {
	if err := e.props(props); err != nil {
		return err
	}
	sorted := slices.Clone(named)
	slices.SortStableFunc(sorted, func(a, b mapi.NamedValue) int {
		return cmp.Or(bytes.Compare(a.Name.Set[:], b.Name.Set[:]), cmp.Compare(a.Name.ID, b.Name.ID), cmp.Compare(a.Name.Name, b.Name.Name),
			cmp.Compare(a.Value.Tag, b.Value.Tag))
	})
	e.number(uint64(len(sorted)))
	for i := range sorted {
		n := &sorted[i].Name
		e.out = append(e.out, n.Set[:]...)
		e.number(uint64(n.ID))
		e.number(uint64(len(n.Name)))
		e.out = append(e.out, n.Name...)
		if err := e.value(&sorted[i].Value); err != nil {
			return err
		}
	}
	return nil
}

// Storable reports whether a property of a type is kept.
func Storable(t mapi.PropType) bool {
	if t&mapi.MVInstance != 0 {
		return false
	}
	switch t.Base() {
	case mapi.PtI2, mapi.PtLong, mapi.PtR4, mapi.PtDouble, mapi.PtCurrency, mapi.PtAppTime, mapi.PtBoolean, mapi.PtI8, mapi.PtSysTime,
		mapi.PtString8, mapi.PtUnicode, mapi.PtBinary, mapi.PtCLSID:
		return true
	}
	return false
}

func (e *encoder) props(props mapi.Props) error {
	sorted := make(mapi.Props, 0, len(props))
	for i := range props {
		if Storable(props[i].Tag.Type()) {
			sorted = append(sorted, props[i])
		}
	}
	slices.SortStableFunc(sorted, func(a, b mapi.PropValue) int { return cmp.Compare(a.Tag, b.Tag) })
	e.number(uint64(len(sorted)))
	for i := range sorted {
		if err := e.value(&sorted[i]); err != nil {
			return err
		}
	}
	return nil
}

// value encodes a tag and a value.
func (e *encoder) value(v *mapi.PropValue) error {
	tag := v.Tag.Canonical()
	e.out = binary.BigEndian.AppendUint32(e.out, uint32(tag))
	if !tag.Type().Multi() {
		return e.single(tag.Type(), v)
	}
	values := v.Values()
	e.number(uint64(len(values)))
	for i := range values {
		if err := e.single(tag.Type().Base(), &values[i]); err != nil {
			return err
		}
	}
	return nil
}

func (e *encoder) single(t mapi.PropType, v *mapi.PropValue) error {
	if t.IsString() || t.IsBinary() {
		return e.bytes(v.Data)
	}
	e.number(v.Num)
	return nil
}

func (e *encoder) bytes(data []byte) error {
	if len(data) >= Inline && e.put != nil {
		s, err := e.put(data)
		if err != nil {
			return err
		}
		e.stored(s)
		return nil
	}
	e.out = append(e.out, formInline)
	e.number(uint64(len(data)))
	e.out = append(e.out, data...)
	return nil
}

func (e *encoder) stored(s Stored) {
	e.out = append(e.out, formStored)
	e.number(uint64(s.Length))
	e.number(uint64(len(s.Pieces)))
	for i := range s.Pieces {
		e.out = append(e.out, s.Pieces[i][:]...)
	}
	e.refs = append(e.refs, s.Pieces...)
}

func (e *encoder) number(n uint64) { e.out = binary.AppendUvarint(e.out, n) }
