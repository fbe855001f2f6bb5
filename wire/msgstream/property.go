package msgstream

import (
	"io"

	"zarafa/mapi"
)

const (
	version = 1
)

// NameKind tells how a property is named within its GUID.
type NameKind uint32

// Kinds of names (MAPI's MNID_ID and MNID_STRING).
const (
	NameID     NameKind = 0
	NameString NameKind = 1
)

// Name identifies a named property independently of the sender's numbering.
type Name struct {
	GUID mapi.GUID // in MAPI's memory layout
	Kind NameKind
	ID   uint32 // of NameID
	Text string // of NameString
}

// Property is a value and, if its id is a named one, its name. The id is the sender's: a
// receiver must look its own up by the name.
//
// Large, if not nil, stands for the Data of a single string or binary: a Writer copies it from there. A
// Reader never sets it.
type Property struct {
	mapi.PropValue
	Name  *Name
	Large *Large
}

// Large is a value outside of memory. Open is called once, when its turn has come.
type Large struct {
	Size int64
	Open func() (io.ReadCloser, error)
}

// Named reports whether a property of this tag carries a name in a stream. Ids from 0x8000 to [mapi.NamedBase]
// are fixed by the protocol and travel without one.
func Named(tag mapi.PropTag) bool { return tag.ID() > mapi.NamedBase }

// Streamable reports whether values of this tag can be written.
func Streamable(tag mapi.PropTag) bool {
	switch tag.Type().Base() {
	case mapi.PtI2, mapi.PtLong, mapi.PtR4, mapi.PtDouble, mapi.PtAppTime, mapi.PtCurrency, mapi.PtI8,
		mapi.PtSysTime, mapi.PtString8, mapi.PtUnicode, mapi.PtBinary, mapi.PtCLSID:
		return tag.Type()&mapi.MVInstance == 0
	case mapi.PtBoolean:
		return tag.Type() == mapi.PtBoolean
	}
	return false
}
