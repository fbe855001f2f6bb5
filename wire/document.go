package wire

import "zarafa/mapi"

// Some structures are kept as documents of their own: search criteria and rules as properties of their folders, the
// collapse state of a table as a blob in the client (tables.md sections 8 and 10). They have the
// encoding of messages without an envelope.

const documentStart = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// attribute declarations that the encoding of arrays needs.
const documentNamespaces = ` xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">`

// AppendSearchCriteria appends the document form of search criteria.
func AppendSearchCriteria(dst []byte, v *SearchCriteria) []byte {
	return appendDocument(dst, "SearchCriteria", v.appendTo)
}

// DecodeSearchCriteria reads the document that the decoder was given; the result lives as long as
// a request's. Errors are *Fault.
func DecodeSearchCriteria(d *Decoder) (*SearchCriteria, error) {
	v := new(SearchCriteria)
	return v, d.document("SearchCriteria", v.decode)
}

// AppendCollapseState appends the document form of a table's collapse state.
func AppendCollapseState(dst []byte, v *CollapseState) []byte {
	return appendDocument(dst, "CollapseState", v.appendTo)
}

// DecodeCollapseState reads the document that the decoder was given; the result lives as long as
// a request's. Errors are *Fault.
func DecodeCollapseState(d *Decoder) (*CollapseState, error) {
	v := new(CollapseState)
	return v, d.document("CollapseState", v.decode)
}

// rulesRoot is the root of the document that PR_RULES_DATA holds; it is a row set itself (objects.md section 15).
const rulesRoot = "tableData"

// AppendRules appends the document form of the rows of a rules table.
func AppendRules(dst []byte, rows [][]mapi.PropValue) []byte {
	if rows == nil {
		rows = [][]mapi.PropValue{}
	}
	dst = append(dst, documentStart...)
	dst = append(append(dst, '<'), rulesRoot...)
	dst = append(dst, documentNamespaces[:len(documentNamespaces)-1]...)
	dst = appendRows(dst, &RowSet{Rows: rows})
	return append(append(append(dst, "</"...), rulesRoot...), '>')
}

// DecodeRules reads the document that the decoder was given; the rows live as long as a request's. Errors are *Fault.
func DecodeRules(d *Decoder) (rows [][]mapi.PropValue, err error) {
	err = d.document(rulesRoot, func(d *Decoder) { rows = d.rows() })
	return rows, err
}

func appendDocument(dst []byte, root string, content func([]byte) []byte) []byte {
	dst = append(dst, documentStart...)
	dst = append(append(append(dst, '<'), root...), documentNamespaces...)
	dst = content(dst)
	return append(append(append(dst, "</"...), root...), '>')
}

// document reads one document with the given root element.
func (d *Decoder) document(root string, content func(*Decoder)) error {
	if !d.child() {
		d.fail("no document")
		return d.fault
	}
	if _, local := splitName(d.name); string(local) != root {
		d.failOn("not the document expected")
		return d.fault
	}
	content(d)
	return d.finish()
}
