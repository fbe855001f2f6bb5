package meeting

import (
	"context"
	"fmt"
	"strings"

	"zarafa/calendar/ical"
	"zarafa/client"
	"zarafa/mapi"
)

// people are those whom the messages at hand name, so that a conversion there and back leaves them as they were.
type people struct {
	known     []ical.Person
	addresses map[string]string // by login name, as far as the address book was asked
}

// add takes the people of a message.
func (p *people) add(m *mapi.Message) {
	p.known = append(p.known, represented(m))
	for _, row := range m.Recipients {
		p.known = append(p.known, ical.Person{
			Name: row.Str(mapi.PrDisplayName), AddrType: row.Str(mapi.PrAddrtype), Email: row.Str(mapi.PrEmailAddress),
			SMTP: row.Str(mapi.PrSMTPAddress), EntryID: row.Bytes(mapi.PrEntryID), SearchKey: row.Bytes(mapi.PrSearchKey),
		})
	}
	for _, a := range m.Attachments {
		if a.Message != nil {
			p.add(a.Message)
		}
	}
}

// who finds somebody by his address.
func (p *people) who(address, name string) ical.Person {
	for _, one := range p.known {
		smtp := one.SMTP
		switch {
		case smtp != "":
		case strings.EqualFold(one.AddrType, "SMTP"):
			smtp = one.Email
		default:
			smtp = p.addresses[one.Email]
		}
		if smtp != "" && strings.EqualFold(smtp, address) && one.EntryID != nil {
			one.SMTP = smtp
			return one
		}
	}
	return ical.Person{Name: name, AddrType: "SMTP", Email: address, SMTP: address}
}

// represented is who a message is from.
func represented(m *mapi.Message) ical.Person {
	p := m.Props
	return ical.Person{
		Name: p.Str(mapi.PrSentRepresentingName), AddrType: p.Str(mapi.PrSentRepresentingAddrtype),
		Email: p.Str(mapi.PrSentRepresentingEmailAddress), SMTP: p.Str(mapi.PrSentRepresentingSMTPAddress),
		EntryID: p.Bytes(mapi.PrSentRepresentingEntryID), SearchKey: p.Bytes(mapi.PrSentRepresentingSearchKey),
	}
}

// smtp is somebody's mail address, or empty.
func (j *job) smtp(ctx context.Context, p ical.Person) string {
	switch {
	case p.SMTP != "":
		return p.SMTP
	case strings.EqualFold(p.AddrType, "SMTP"):
		return p.Email
	}
	return j.addressOf(ctx, p)
}

// addressOf is the mail address of a user of the server, by the address book.
func (j *job) addressOf(ctx context.Context, p ical.Person) string {
	if p.Email == "" || strings.EqualFold(p.Email, j.owner.Address) {
		return j.owner.SMTP
	}
	if a, ok := j.people.addresses[p.Email]; ok {
		return a
	}
	found, err := j.session.ResolveNames(ctx, p.Email)
	if err != nil {
		j.unknown = append(j.unknown, fmt.Errorf("looking up %q: %w", p.Email, err))
		return ""
	}
	if j.people.addresses == nil {
		j.people.addresses = make(map[string]string)
	}
	a := ""
	if found[0].Resolution == client.Resolved {
		a = found[0].SMTP
	}
	j.people.addresses[p.Email] = a
	return a
}
