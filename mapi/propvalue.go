package mapi

import (
	"bytes"
	"math"
)

// PropValue is one property: its tag and a value of the tag's type.
//
// The type decides which field counts; use the constructors and accessors.
//
//	Num   I2, LONG, I8, BOOLEAN, ERROR, CURRENCY, SYSTIME: the number, sign-extended to
//	      64 bits for I2, zero-extended for LONG; R4, DOUBLE, APPTIME: the bits of the
//	      value as float64
//	Data  strings (UTF-8, no terminator), BINARY, CLSID
//	More  multi-values, PT_SRESTRICTION, PT_ACTIONS
//
// The zero PropValue is PT_UNSPECIFIED and means "nothing here".
type PropValue struct {
	Tag  PropTag
	Num  uint64
	Data []byte
	More *More
}

// More holds what does not fit a flat value.
type More struct {
	Values      []PropValue // of a multi-valued property; tags are single-valued
	Restriction *Restriction
	Actions     []Action
}

// Long makes a PT_LONG (or, by the tag, another integer type) from an unsigned number.
func Long(tag PropTag, v uint32) PropValue { return PropValue{Tag: tag, Num: uint64(v)} }

// Short makes a PT_I2.
func Short(tag PropTag, v int16) PropValue { return PropValue{Tag: tag, Num: uint64(int64(v))} }

// I8 makes a PT_I8 or PT_CURRENCY.
func I8(tag PropTag, v int64) PropValue { return PropValue{Tag: tag, Num: uint64(v)} }

// Bool makes a PT_BOOLEAN.
func Bool(tag PropTag, v bool) PropValue {
	if v {
		return PropValue{Tag: tag, Num: 1}
	}
	return PropValue{Tag: tag}
}

// Float makes a PT_R4, PT_DOUBLE or PT_APPTIME.
func Float(tag PropTag, v float64) PropValue { return PropValue{Tag: tag, Num: math.Float64bits(v)} }

// Time makes a PT_SYSTIME.
func Time(tag PropTag, v FileTime) PropValue { return PropValue{Tag: tag, Num: uint64(v)} }

// String makes a string of either flavour.
func String(tag PropTag, v string) PropValue { return PropValue{Tag: tag, Data: []byte(v)} }

// Binary makes a PT_BINARY or PT_CLSID; v is not copied.
func Binary(tag PropTag, v []byte) PropValue { return PropValue{Tag: tag, Data: v} }

// Multi makes a multi-valued property; the values carry the single-valued tag.
func Multi(tag PropTag, values ...PropValue) PropValue {
	single := tag.WithType(tag.Type().Base())
	for i := range values {
		values[i].Tag = single
	}
	return PropValue{Tag: tag, More: &More{Values: values}}
}

// Strings makes a multi-valued string.
func Strings(tag PropTag, v ...string) PropValue {
	values := make([]PropValue, len(v))
	for i, s := range v {
		values[i].Data = []byte(s)
	}
	return Multi(tag, values...)
}

// retagged is the value with another tag of the same type, the elements of a multi-value too. The value itself stays as it is.
func (p PropValue) retagged(tag PropTag) PropValue {
	p.Tag = tag
	if p.More != nil && tag.Type().Base() != tag.Type() {
		more := *p.More
		more.Values = append([]PropValue(nil), more.Values...)
		for i := range more.Values {
			more.Values[i].Tag = tag.WithType(tag.Type().Base())
		}
		p.More = &more
	}
	return p
}

// Missing is the cell a table or an object shows for a property it does not have:
// the same id, PT_ERROR, NOT_FOUND.
func Missing(tag PropTag) PropValue { return Failed(tag, NotFound) }

// Failed is the cell that carries a result code in place of a value.
func Failed(tag PropTag, code Code) PropValue {
	return PropValue{Tag: tag.AsError(), Num: uint64(code)}
}

// Uint32 is the value as PT_LONG.
func (p PropValue) Uint32() uint32 { return uint32(p.Num) }

// Int64 is the value as PT_I8, PT_CURRENCY or PT_I2.
func (p PropValue) Int64() int64 { return int64(p.Num) }

// Bool is the value as PT_BOOLEAN.
func (p PropValue) Bool() bool { return p.Num != 0 }

// Float is the value as PT_R4, PT_DOUBLE or PT_APPTIME.
func (p PropValue) Float() float64 { return math.Float64frombits(p.Num) }

// Time is the value as PT_SYSTIME.
func (p PropValue) Time() FileTime { return FileTime(p.Num) }

// Str is a copy of the value as a string.
func (p PropValue) Str() string { return string(p.Data) }

// Values are the elements of a multi-valued property.
func (p PropValue) Values() []PropValue {
	if p.More == nil {
		return nil
	}
	return p.More.Values
}

// IsError reports whether the cell carries a result code.
func (p PropValue) IsError() bool { return p.Tag.Type() == PtError }

// Clone copies the value and everything it refers to.
func (p PropValue) Clone() PropValue {
	if p.Data != nil {
		p.Data = append([]byte{}, p.Data...)
	}
	if p.More != nil {
		p.More = &More{
			Values:      CloneProps(p.More.Values),
			Restriction: p.More.Restriction.Clone(),
			Actions:     cloneActions(p.More.Actions),
		}
	}
	return p
}

// Equal reports whether two values have the same tag (string flavours count as
// one) and the same contents. Restrictions and actions are never equal.
func (p PropValue) Equal(q PropValue) bool {
	if p.Tag.Canonical() != q.Tag.Canonical() || p.Num != q.Num || !bytes.Equal(p.Data, q.Data) {
		return false
	}
	a, b := p.Values(), q.Values()
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].Equal(b[i]) {
			return false
		}
	}
	return p.More == nil || p.More.Restriction == nil && p.More.Actions == nil
}
