package wire

import "zarafa/mapi"

// NullString is an optional string: not Valid means that the element is absent.
type NullString struct {
	String string
	Valid  bool
}

// Text makes a present string.
func Text(s string) NullString { return NullString{String: s, Valid: true} }

// XOP refers to binary data that travels outside the XML (wire.md section 6).
type XOP struct {
	Href        string
	ContentType string
}

// RowSet is a set of rows. If Raw is not nil, it holds RawCount rows that are encoded
// already (see [AppendRow]) and is sent instead of Rows. Decoding fills Rows.
type RowSet struct {
	Rows     [][]mapi.PropValue
	Raw      []byte
	RawCount int
}
