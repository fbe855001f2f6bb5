package imapwire

import "bytes"

// Mailbox expects the name of a mailbox and gives it in UTF-8; INBOX in any case is INBOX. A name that cannot be decoded is the error BadMailbox.
func (d *Decoder) Mailbox() string {
	if b := d.span(astringChars); len(b) > 0 {
		if bytes.EqualFold(b, []byte("INBOX")) {
			return "INBOX"
		}
		return d.decodeName(string(b))
	}
	s := d.AString()
	if equalFold(s, "INBOX") {
		return "INBOX"
	}
	return d.decodeName(s)
}

// pattern expects the name of a mailbox that may contain the wildcards % and * (RFC 9051 list-mailbox).
func (d *Decoder) pattern() string {
	if b := d.span(listChars); len(b) > 0 {
		return d.decodePattern(string(b))
	}
	s, ok := d.tryString()
	if !ok {
		d.fail("Name of a mailbox expected")
	}
	return d.decodePattern(s)
}

// decodePattern decodes a pattern or a reference. One that cannot be decoded is taken as it is, and fits what it fits, which is nothing most of
// the time: LIST is no place to refuse names.
func (d *Decoder) decodePattern(s string) string {
	if name, err := DecodeMailbox(s, d.utf8); err == nil {
		return name
	}
	return s
}

func (d *Decoder) decodeName(s string) string {
	if d.err != nil {
		return ""
	}
	name, err := DecodeMailbox(s, d.utf8)
	if err != nil {
		d.failAs(BadMailbox, "Name of the mailbox is not valid "+map[bool]string{false: "modified UTF-7", true: "UTF-8"}[d.utf8])
		return ""
	}
	return name
}
