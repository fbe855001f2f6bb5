package view

// UID is a message's number in its mailbox (RFC 9051 2.3.1.1). They only rise; 0 is no message's.
type UID uint32

// ModSeq is a modification sequence (RFC 7162 3.1). The server's change numbers have 32 bits, and so have these; 0 is that of a
// server without them.
type ModSeq uint32

// Flags are system flags and those keywords that mail programs agree on, as bits.
type Flags uint16

// The flags of RFC 9051 2.3.2. Recent (RFC 3501) is the session's affair, and not among them.
const (
	Seen Flags = 1 << iota
	Answered
	Flagged
	Deleted
	Draft
	Forwarded // $Forwarded
	MDNSent   // $MDNSent (RFC 3503)
)

// Message is what is known of a message without asking the server: 12 bytes.
type Message struct {
	UID    UID
	ModSeq ModSeq
	Flags  Flags
	// Keywords numbers the set of all other keywords (categories) that the message has, see [Snapshot.Keywords]; 0 is the empty one.
	Keywords uint16
}
