package mailstore

import "errors"

// Code is a response code of RFC 5530, RFC 9051 or RFC 2449, as it is written.
type Code string

// The codes that a mail store gives.
const (
	AuthenticationFailed Code = "AUTHENTICATIONFAILED" // wrong name, password or token
	AuthorizationFailed  Code = "AUTHORIZATIONFAILED"  // right ones, but the user may not use this protocol
	Unavailable          Code = "UNAVAILABLE"          // the server is away; it may help to come again
	Limit                Code = "LIMIT"
	Nonexistent          Code = "NONEXISTENT"
	AlreadyExists        Code = "ALREADYEXISTS"
	TryCreate            Code = "TRYCREATE" // the destination of APPEND, COPY or MOVE does not exist
	NoPermission         Code = "NOPERM"
	OverQuota            Code = "OVERQUOTA"
	TooBig               Code = "TOOBIG"
	Cannot               Code = "CANNOT" // never possible: to delete INBOX, a name that no folder may have
	HasChildren          Code = "HASCHILDREN"
	ExpungeIssued        Code = "EXPUNGEISSUED" // some of the messages are there no longer
	UseAttr              Code = "USEATTR"       // no mailbox can be made with this special use (RFC 6154 3)
	UnknownEncoding      Code = "UNKNOWN-CTE"
)

// Error is an error that the client is told.
type Error struct {
	Code Code
	Text string // a sentence without a full stop, in English, without line ends
	Err  error  // the cause, for the log; may be nil
}

// Error gives code and text, and the cause.
func (e *Error) Error() string {
	text := "[" + string(e.Code) + "] " + e.Text
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf is the code of an error, or "" if it is none for the client.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}
