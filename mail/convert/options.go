package convert

import (
	"time"

	"zarafa/calendar/zone"
	"zarafa/mail/charset"
	"zarafa/mapi"
)

// Directory tells who addresses belong to.
type Directory interface {
	// ByAddress finds the user, group or contact of the address book with an address of the Internet; ok is false for all others.
	ByAddress(address string) (e Entry, ok bool)
}

// Entry is somebody in the address book.
type Entry struct {
	Name        string // as it is displayed
	Account     string // login name
	SMTP        string // address of the Internet
	EntryID     []byte
	ObjectType  mapi.ObjectType // mapi.TypeMailUser or mapi.TypeDistList
	DisplayType uint32
}

// addressType is the type of addresses in the address book.
const addressType = "ZARAFA"

// nobody is a directory without entries.
type nobody struct{}

func (nobody) ByAddress(string) (Entry, bool) { return Entry{}, false }

// ImportOptions say how mails become messages. The zero value is of use.
type ImportOptions struct {
	// Directory may be nil: then nobody is known.
	Directory Directory
	// DefaultCharset is that of texts which name none and are no UTF-8; nil guesses.
	DefaultCharset *charset.Charset
	// Substitutes are the character sets that are meant by names which nobody knows, by name in lower case.
	Substitutes map[string]*charset.Charset
	// JoinHTML makes all HTML parts one body. Otherwise the second and later ones are attachments, since markup of one may hide
	// the text of another.
	JoinHTML bool
	// IndexedHeaders are the names of header fields that become named properties of PS_INTERNET_HEADERS. A * at the end stands for
	// any rest.
	IndexedHeaders []string
	// Now is when the mail arrives.
	Now time.Time
	// Zone is that of the times in invitations that name none; nil is UTC.
	Zone *zone.Zone
	// Self reports whether an address is one of the mailbox's owner, whose answer an invitation may want. It may be nil.
	Self func(address string) bool
	// ArrivesNow takes Now for PR_MESSAGE_DELIVERY_TIME, and not the time that the last server has written into Received.
	ArrivesNow bool
}

func (o *ImportOptions) directory() Directory {
	if o.Directory == nil {
		return nobody{}
	}
	return o.Directory
}
