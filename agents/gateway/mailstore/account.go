package mailstore

import (
	"context"
	"io"
	"net/netip"
	"time"

	"zarafa/agents/gateway/view"
)

// Protocol is the feature that a user needs to log on.
type Protocol string

// The protocols.
const (
	IMAP Protocol = "imap"
	POP3 Protocol = "pop3"
)

// Credentials are what a user proves himself with: a password, or a token of OAuth 2 (RFC 7628).
type Credentials struct {
	Protocol       Protocol
	User, Password string
	Token          string     // instead of a password; User may be empty then
	Address        netip.Addr // where he comes from, for the server's limits on failed log-ons
}

// Server is where users log on.
type Server interface {
	// LogOn gives the account of a user: AuthenticationFailed, AuthorizationFailed, Unavailable or Limit if not. Who gets it closes it.
	LogOn(ctx context.Context, c Credentials) (Account, error)
}

// MailboxID names a mailbox, whatever it is called (RFC 8474 MAILBOXID): 1 to 255 of A-Z, a-z, 0-9, _ and -.
type MailboxID string

// Mailbox is a row of LIST.
type Mailbox struct {
	ID MailboxID // empty for names that are no folder of their own, such as the root of other users' folders
	// Name in UTF-8 with its parents', divided by "/". The inbox is INBOX. It holds no control characters; a "/" in a folder's name is shown as ",".
	Name       string
	NoSelect   bool // no mail in it
	NoChildren bool // \Noinferiors: none can be made below it
	Subscribed bool
	// Missing says that it is not there, and only the user's subscription to its name is (RFC 5258 \NonExistent); it has no ID then.
	Missing bool
	// Use is the special use without its backslash (RFC 6154): Sent, Trash, Drafts, Junk, Archive; empty for none.
	Use string
	// Others says that it is another user's or public (RFC 2342).
	Others bool
}

// Namespace is a prefix of names (RFC 2342), such as "Public folders/".
type Namespace struct{ Prefix string }

// Namespaces are those of an account. The user's own is always "".
type Namespaces struct{ OtherUsers, Shared []Namespace }

// Status are the counts of a mailbox (RFC 9051 6.3.11).
type Status struct {
	Messages, Unseen, Deleted, Recent uint32
	Size                              int64 // of all messages
	UIDNext                           view.UID
	UIDValidity                       uint32
	HighestModSeq                     view.ModSeq
	DeletedStorage                    int64 // of all that have Deleted
}

// StatusItems say what is wanted of Status, since some cost more than others. UIDNext, UIDValidity, Messages and Unseen are always given.
type StatusItems struct{ Size, Deleted, Recent, HighestModSeq bool }

// Quota is a user's, in units of 1,024 bytes (RFC 9208); Limit 0 is none.
type Quota struct{ Usage, Limit int64 }

// Rights are those of RFC 4314, a letter each: l r s w i k x t e a p.
type Rights string

// ACLEntry is a row of GETACL. Identifier is a user's or group's name, or "anyone".
type ACLEntry struct {
	Identifier string
	Rights     Rights
}

// NewMessage is a message for APPEND.
type NewMessage struct {
	Content  Content // with CRLF line ends or not; the store repairs them
	Flags    view.Flags
	Keywords []string
	Date     time.Time // INTERNALDATE; zero is now
}

// Content is a mail's bytes, which may be too many for memory.
type Content interface {
	io.ReaderAt
	Size() int64
}

// Appended says where messages have gone (RFC 4315). UIDs are in the order of the messages, or nil if they are unknown.
type Appended struct {
	UIDValidity uint32
	UIDs        []view.UID
}

// Account is a user who has logged on.
type Account interface {
	// User is his name as the server spells it.
	User() string
	// Namespaces are where other people's and public folders are.
	Namespaces(ctx context.Context) (Namespaces, error)
	// List gives all mailboxes that the user may see, and those that are subscribed but Missing; parents come before their children. It costs no
	// call if nothing has changed.
	List(ctx context.Context) ([]Mailbox, error)
	// Find gives one by its name, INBOX in any case; Nonexistent if there is none, or it is Missing.
	Find(ctx context.Context, name string) (Mailbox, error)
	// Status counts.
	Status(ctx context.Context, id MailboxID, want StatusItems) (Status, error)
	// Open opens a mailbox. changed is called, from any goroutine and without waiting for anything, when Snapshot may give another one. NoPermission
	// if the user may not read it; Nonexistent if it is there no longer.
	Open(ctx context.Context, id MailboxID, changed func()) (Folder, error)

	// Create makes a mailbox, and parents that are missing. use is its special use (RFC 6154), or empty.
	Create(ctx context.Context, name, use string) (MailboxID, error)
	// Rename moves a mailbox with those below it. Of INBOX it moves the messages into a new mailbox (RFC 9051 6.3.6).
	Rename(ctx context.Context, from, to string) error
	// Delete deletes a mailbox; one with others below it is HasChildren or keeps its name as NoSelect.
	Delete(ctx context.Context, name string) error
	// Subscribe is kept where the original keeps it. A name may be subscribed that does not exist, and stays so when its mailbox is deleted (RFC 9051
	// 6.3.7); a store that cannot keep such names answers Nonexistent. Unsubscribing a name that does not exist is no error.
	Subscribe(ctx context.Context, name string, subscribed bool) error

	// Append saves messages, all or none: an error says that none is there.
	Append(ctx context.Context, id MailboxID, messages []NewMessage) (Appended, error)
	// MaxMessage is the largest message that Append takes, in bytes; 0 is no limit.
	MaxMessage() int64

	Quota(ctx context.Context) (Quota, error)
	// MyRights, GetACL and SetACL are those of RFC 4314. SetACL with empty rights takes an entry away.
	MyRights(ctx context.Context, id MailboxID) (Rights, error)
	GetACL(ctx context.Context, id MailboxID) ([]ACLEntry, error)
	SetACL(ctx context.Context, id MailboxID, identifier string, rights Rights) error

	// Capabilities say what the server behind can do.
	Capabilities() Capabilities
	Close()
}

// Capabilities are those of IMAP that need the server's help.
type Capabilities struct {
	ModSeq bool // CONDSTORE and QRESYNC
}
