package mapi

import "fmt"

// PropType is the type half (low 16 bits) of a property tag (MS-OXCDATA 2.11.1).
type PropType uint16

// Property types. Strings exist in two flavours on the wire, both UTF-8; the
// server stores them once (see [PropTag.Canonical]).
const (
	PtUnspecified  PropType = 0x0000
	PtNull         PropType = 0x0001
	PtI2           PropType = 0x0002
	PtLong         PropType = 0x0003
	PtR4           PropType = 0x0004
	PtDouble       PropType = 0x0005
	PtCurrency     PropType = 0x0006
	PtAppTime      PropType = 0x0007
	PtError        PropType = 0x000A
	PtBoolean      PropType = 0x000B
	PtObject       PropType = 0x000D
	PtI8           PropType = 0x0014
	PtString8      PropType = 0x001E
	PtUnicode      PropType = 0x001F
	PtSysTime      PropType = 0x0040
	PtCLSID        PropType = 0x0048
	PtSRestriction PropType = 0x00FD
	PtActions      PropType = 0x00FE
	PtBinary       PropType = 0x0102

	// MVFlag marks a multi-valued type; MVInstance asks a table for one row a value.
	MVFlag     PropType = 0x1000
	MVInstance PropType = 0x2000
	// MVIFlag is both: a multi-valued column expanded into instances.
	MVIFlag = MVFlag | MVInstance

	PtMVI2       = MVFlag | PtI2
	PtMVLong     = MVFlag | PtLong
	PtMVR4       = MVFlag | PtR4
	PtMVDouble   = MVFlag | PtDouble
	PtMVCurrency = MVFlag | PtCurrency
	PtMVAppTime  = MVFlag | PtAppTime
	PtMVI8       = MVFlag | PtI8
	PtMVString8  = MVFlag | PtString8
	PtMVUnicode  = MVFlag | PtUnicode
	PtMVSysTime  = MVFlag | PtSysTime
	PtMVCLSID    = MVFlag | PtCLSID
	PtMVBinary   = MVFlag | PtBinary
)

// Multi reports whether values of the type are arrays.
func (t PropType) Multi() bool { return t&MVFlag != 0 }

// Base is the type without its multi-value bits.
func (t PropType) Base() PropType { return t &^ MVIFlag }

// IsString reports whether the base type is one of the two string flavours.
func (t PropType) IsString() bool { b := t.Base(); return b == PtString8 || b == PtUnicode }

// IsBinary reports whether the base type is a byte string (PT_BINARY or PT_CLSID).
func (t PropType) IsBinary() bool { b := t.Base(); return b == PtBinary || b == PtCLSID }

// PropTag names a property: id in the high 16 bits, type in the low ones.
type PropTag uint32

// MakeTag joins a property id and a type.
func MakeTag(id uint16, t PropType) PropTag { return PropTag(id)<<16 | PropTag(t) }

// ID is the property id.
func (p PropTag) ID() uint16 { return uint16(p >> 16) }

// Type is the property type.
func (p PropTag) Type() PropType { return PropType(p) }

// WithType is the same property under another type.
func (p PropTag) WithType(t PropType) PropTag { return p&^0xFFFF | PropTag(t) }

// AsError is the tag of the cell that reports the property as missing.
func (p PropTag) AsError() PropTag { return p.WithType(PtError) }

// Canonical maps the 8-bit string flavour to the Unicode one and drops the
// instance bit, so that equal properties have equal tags.
func (p PropTag) Canonical() PropTag {
	t := p.Type() &^ MVInstance
	if t.Base() == PtString8 {
		t = t&MVFlag | PtUnicode
	}
	return p.WithType(t)
}

// Named reports whether the property id lies in the range of named properties.
func (p PropTag) Named() bool { return p.ID() >= 0x8000 && p.ID() < 0xFFFE }

// String prints the tag the way documents write it: 0x0037001F.
func (p PropTag) String() string { return fmt.Sprintf("0x%08X", uint32(p)) }
