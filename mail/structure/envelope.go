package structure

import (
	"zarafa/mail/header"
	"zarafa/mail/tree"
)

// Envelope is the answer to ENVELOPE (RFC 3501 7.4.2), with its parentheses. The error is that of reading.
func (s *Structure) Envelope() (string, error) {
	return s.finish(s.appendEnvelope(nil, s.m.Root))
}

func (s *Structure) appendEnvelope(dst []byte, p *tree.Part) []byte {
	h := s.header(p)
	dst = append(dst, '(')
	dst = appendField(dst, h, "Date")
	dst = append(dst, ' ')
	dst = appendField(dst, h, "Subject")
	from := header.ParseAddresses(h.Get("From"), nil)
	for _, list := range [][]header.Address{from, orFrom(h.Get("Sender"), from), orFrom(h.Joined("Reply-To"), from),
		header.ParseAddresses(h.Joined("To"), nil), header.ParseAddresses(h.Joined("Cc"), nil), header.ParseAddresses(h.Joined("Bcc"), nil)} {
		dst = append(dst, ' ')
		dst = appendAddresses(dst, list)
	}
	dst = append(dst, ' ')
	dst = appendField(dst, h, "In-Reply-To")
	dst = append(dst, ' ')
	dst = appendField(dst, h, "Message-ID")
	return append(dst, ')')
}

// orFrom are the addresses of a field, or those of From if it has none, as the standard wants.
func orFrom(value string, from []header.Address) []header.Address {
	if list := header.ParseAddresses(value, nil); len(list) > 0 {
		return list
	}
	return from
}

// What stands for a part of an address that is missing: NIL would be a group. Dovecot writes the same.
const (
	missingMailbox = "MISSING_MAILBOX"
	missingDomain  = "MISSING_DOMAIN"
)

func appendAddresses(dst []byte, list []header.Address) []byte {
	if len(list) == 0 {
		return append(dst, "NIL"...)
	}
	dst = append(dst, '(')
	for _, a := range list {
		dst = appendAddress(dst, a)
	}
	return append(dst, ')')
}

// appendAddress is address: name, route, mailbox, host.
func appendAddress(dst []byte, a header.Address) []byte {
	switch a.Kind {
	case header.GroupStart:
		dst = append(dst, "(NIL NIL "...)
		dst = appendText(dst, a.RawName)
		return append(dst, " NIL)"...)
	case header.GroupEnd:
		return append(dst, "(NIL NIL NIL NIL)"...)
	}
	dst = append(dst, '(')
	if a.RawName == "" {
		dst = append(dst, "NIL"...)
	} else {
		dst = appendText(dst, a.RawName)
	}
	dst = append(dst, ' ')
	if a.Route == "" {
		dst = append(dst, "NIL"...)
	} else {
		dst = appendText(dst, a.Route)
	}
	dst = append(dst, ' ')
	dst = appendOr(dst, a.Local, missingMailbox)
	dst = append(dst, ' ')
	dst = appendOr(dst, a.Domain, missingDomain)
	return append(dst, ')')
}

func appendOr(dst []byte, s, missing string) []byte {
	if s == "" {
		s = missing
	}
	return appendText(dst, s)
}
