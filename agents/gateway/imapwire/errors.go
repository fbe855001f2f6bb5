package imapwire

// Kind says what kind of answer an error calls for.
type Kind uint8

// The kinds of errors.
const (
	Syntax      Kind = iota // the command is not one of the grammar: BAD
	TooLong                 // its text, a literal, nesting or number of elements is beyond the limits: BAD, or NO with TOOBIG for a literal
	BadMailbox              // the name of a mailbox is not modified UTF-7, or not UTF-8: NO
	BadEncoding             // a line of AUTHENTICATE is not base64: BAD
	Cancelled               // the client ended AUTHENTICATE by "*" (RFC 9051 6.2.2): BAD
)

// Error says why a command was not understood, in a short English sentence without a full stop.
type Error struct {
	Kind Kind
	Text string
	// Fatal says that the end of the command cannot be found, or would cost too much to read: the connection has to be closed.
	Fatal bool
}

// Error gives the text.
func (e *Error) Error() string { return e.Text }
