package wire

// Some structures are stored as XML in the encoding of the protocol, outside any envelope.

// AppendSearchCriteria appends the criteria of a search folder as PR_EC_SEARCHCRIT keeps
// them (tables.md section 10).
func AppendSearchCriteria(dst []byte, c *SearchCriteria) []byte {
	dst = append(dst, "<SearchCriteria>"...)
	dst = c.appendTo(dst)
	return append(dst, "</SearchCriteria>"...)
}

// DecodeSearchCriteria reads what [AppendSearchCriteria] wrote. Errors are *Fault.
func DecodeSearchCriteria(d *Decoder, c *SearchCriteria) error {
	return d.blob("SearchCriteria", c.decode)
}

// AppendCollapseState appends the blob of tableGetCollapseState (tables.md section 8).
func AppendCollapseState(dst []byte, s *CollapseState) []byte {
	dst = append(dst, "<CollapseState>"...)
	dst = s.appendTo(dst)
	return append(dst, "</CollapseState>"...)
}

// DecodeCollapseState reads what [AppendCollapseState] wrote. Errors are *Fault.
func DecodeCollapseState(d *Decoder, s *CollapseState) error {
	return d.blob("CollapseState", s.decode)
}

// blob decodes the one element of the decoder's text.
func (d *Decoder) blob(root string, decode func(*Decoder)) error {
	if !d.child() || string(d.name) != root {
		d.fail("no " + root)
		return d.fault
	}
	decode(d)
	if d.fault != nil {
		return d.fault
	}
	return nil
}

// AppendSaveObject appends the content of an object as [SaveObject.Raw] keeps it.
func AppendSaveObject(dst []byte, o *SaveObject) []byte { return o.appendTo(dst) }
