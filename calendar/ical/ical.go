// Package ical converts iCalendar (RFC 5545, RFC 5546) and calendar items of MAPI (MS-OXOCAL, MS-OXOTASK, MS-OXCICAL) into each other: events,
// tasks and meeting messages. Who an address is the caller says; what is in a store the caller reads and writes.
//
// What iCalendar has and MAPI has not is lost here. Callers who must give back what they got keep the text beside the item.
// The package keeps no state; all of it may be used concurrently. Its limits are those of calendar/content, and [Options].
package ical

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"zarafa/calendar/zone"
	"zarafa/mapi"
)

// Errors of items.
var (
	// ErrItem is wrapped by errors about components that cannot become an item.
	ErrItem = errors.New("calendar item")
	// ErrUnsupported is wrapped by errors about what is right but not done: THISANDFUTURE, some methods.
	ErrUnsupported = errors.New("not supported")
	errPeriod      = fmt.Errorf("%w: RDATE with periods", ErrUnsupported)
)

// Person is somebody as MAPI addresses him: a user of the server or a one-off address.
type Person struct {
	Name     string
	AddrType string // SMTP, ZARAFA, EX
	Email    string // an address of that type
	SMTP     string
	EntryID  []byte
	// SearchKey is computed if it is nil, see [mapi.AddressSearchKey].
	SearchKey []byte
}

// Options are what a conversion needs to know beside the item.
type Options struct {
	// Zone is that of times without one, and the one that is preferred when a zone has to be guessed. It must be set.
	Zone *zone.Zone
	// Who is a function that finds somebody by his SMTP address; name is what the text calls him. Somebody without an entry id gets a one-off one, and
	// without Who that is everybody.
	Who func(address, name string) Person
	// Address finds the SMTP address of somebody whose properties have none. It may be nil.
	Address func(p Person) string
	// Self reports whether an address is one of the mailbox's owner. Without it nobody's is.
	Self func(address string) bool
	// Now decides which instance of a series is reminded of next. A zero time is before all of them.
	Now time.Time
	// Attachments is how many bytes of files may stand in one item's text, 0 for none.
	Attachments int64
}

// Item is what one UID stands for: an item of a calendar or a task list, or a meeting message.
type Item struct {
	UID string
	// Method is that of the text, in capitals; it is empty for items of a calendar.
	Method  string
	Message *mapi.Message
	// Original is the start of the instance that a message is about, in UTC, and zero if it is about all.
	Original time.Time
	// Exact is false if MAPI has no pattern for the recurrence, and the series has only the instances of some years.
	Exact bool
}

// who is [Options.Who] or the one-off address.
func (o *Options) who(address, name string) Person {
	address = strings.TrimSpace(address)
	p := Person{Name: name, AddrType: "SMTP", Email: address, SMTP: address}
	if o.Who != nil {
		p = o.Who(address, name)
	}
	if p.Name == "" {
		p.Name = address
	}
	if p.EntryID == nil {
		p.EntryID = mapi.OneOff{Name: p.Name, AddressType: p.AddrType, Address: p.Email, NoRichText: true}.Encode()
	}
	if p.SearchKey == nil {
		p.SearchKey = mapi.AddressSearchKey(p.AddrType, p.Email)
	}
	return p
}

// address is the SMTP address of somebody, or empty.
func (o *Options) address(p Person) string {
	switch {
	case p.SMTP != "":
		return p.SMTP
	case strings.EqualFold(p.AddrType, "SMTP"):
		return p.Email
	case o.Address != nil:
		if a := o.Address(p); a != "" {
			return a
		}
	}
	if strings.Contains(p.Email, "@") {
		return p.Email
	}
	return ""
}

func (o *Options) self(address string) bool { return o.Self != nil && address != "" && o.Self(address) }
