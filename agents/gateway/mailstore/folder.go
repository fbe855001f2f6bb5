package mailstore

import (
	"context"
	"time"

	"zarafa/agents/gateway/view"
)

// Folder is an open mailbox.
type Folder interface {
	// UIDValidity is the mailbox's (RFC 9051 2.3.1.1).
	UIDValidity() uint32
	// Rights are the user's; without any of s, w, t and e it is read-only.
	Rights() Rights
	// Recent is the first UID that no session has been told as \Recent, and makes it the next one after all that are there if claim is set.
	Recent(ctx context.Context, claim bool) (view.UID, error)
	// Snapshot is the newest one that is known, without any call. Changes that a method of this account made are in it when the method returns.
	Snapshot() *view.Snapshot
	// Sync asks the server for whatever has not arrived yet; it costs nothing where changes are announced.
	Sync(ctx context.Context) error

	// Fetch visits messages in the order of UIDs, in batches, so that no more than one batch is in memory. Those that are there no longer are passed
	// over. A record and what it refers to is valid until visit returns; an error of visit ends the fetch and is returned.
	Fetch(ctx context.Context, uids []view.UID, want Items, visit func(*Record) error) error

	// Change sets flags of messages, all in as few calls as the server allows. It returns the UIDs that were left as they are because they had changed
	// since c.UnchangedSince (RFC 7162 3.1.3). Messages that are there no longer are passed over.
	Change(ctx context.Context, uids []view.UID, c FlagChange) (modified []view.UID, err error)
	// Copy and Move put messages into another mailbox, all or none, and say which became which; Copied.From is empty where that is not known.
	// TryCreate if there is none.
	Copy(ctx context.Context, uids []view.UID, to MailboxID) (Copied, error)
	Move(ctx context.Context, uids []view.UID, to MailboxID) (Copied, error)
	// Expunge deletes messages. The server keeps them for a while, as all that is deleted.
	Expunge(ctx context.Context, uids []view.UID) error

	// Match gives those of the messages that a condition holds for, in their order.
	Match(ctx context.Context, uids []view.UID, c Condition) ([]view.UID, error)

	Close()
}

// Items say what Fetch is to give.
type Items uint

// The items. Size and Date cost least; Mail reads the whole message.
const (
	ItemSize      Items = 1 << iota // Record.Size
	ItemDate                        // Record.Date
	ItemEnvelope                    // Record.Envelope
	ItemStructure                   // Record.Body and Record.BodyStructure
	ItemHeader                      // Record.Header
	ItemMail                        // Record.Mail
	ItemPreview                     // Record.Preview
	ItemEntryID                     // Record.EntryID
	ItemObjectID                    // Record.EmailID and Record.ThreadID
	ItemSaveDate                    // Record.SaveDate
)

// Record is what Fetch gives of one message.
type Record struct {
	Message  view.Message
	Size     int64     // RFC822.SIZE: exactly the length of Mail
	Date     time.Time // INTERNALDATE
	SaveDate time.Time // when it came into the mailbox (RFC 8514)
	// As they stand in FETCH, with their parentheses (package structure).
	Envelope, Body, BodyStructure string
	Header                        []byte // the mail's header with its empty line, CRLF
	Mail                          Content
	Preview                       string // at most 200 characters of text (RFC 8970), without line ends
	EntryID                       []byte
	EmailID, ThreadID             string // RFC 8474; ThreadID is empty where there is none
}

// FlagChange is what STORE does.
type FlagChange struct {
	Mode  FlagMode
	Flags view.Flags
	// Keywords are compared without regard to case.
	Keywords []string
	// UnchangedSince leaves messages alone whose modification sequence is greater; see Conditional.
	UnchangedSince view.ModSeq
	Conditional    bool
}

// FlagMode says what becomes of the flags that are there.
type FlagMode uint8

// The modes of STORE: FLAGS, +FLAGS and -FLAGS.
const (
	ReplaceFlags FlagMode = iota
	AddFlags
	RemoveFlags
)

// Copied says what became of messages (RFC 4315): From[i] in the source is To[i] in the destination.
type Copied struct {
	UIDValidity uint32
	From, To    []view.UID
}

// Condition is one key of SEARCH that is about content (RFC 9051 6.4.4). Keys about flags, numbers and modification sequences, and NOT, OR and
// AND, are the protocol's affair.
type Condition struct {
	Key   ConditionKey
	Field string    // of MatchHeader, any case
	Text  string    // in UTF-8; compared as a substring, without regard to case; empty matches whatever has the field
	Date  time.Time // of the keys of dates: a day at midnight UTC
	Size  int64
	// Within is the distance from now of MatchYounger and MatchOlder (RFC 5032).
	Within time.Duration
}

// ConditionKey says what a Condition compares.
type ConditionKey uint8

// The keys. Before, On and Since disregard time and zone.
const (
	MatchHeader ConditionKey = iota
	MatchSubject
	MatchFrom
	MatchTo
	MatchCc
	MatchBcc
	MatchBody
	MatchText // header or body
	MatchBefore
	MatchOn
	MatchSince
	MatchSentBefore
	MatchSentOn
	MatchSentSince
	MatchLarger
	MatchSmaller
	MatchYounger // INTERNALDATE within so many seconds
	MatchOlder
	MatchSavedBefore // RFC 8514
	MatchSavedOn
	MatchSavedSince
	MatchEmailID
	MatchThreadID
)
