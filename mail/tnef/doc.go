// Package tnef reads and writes the Transport Neutral Encapsulation Format (MS-OXTNEF), which mails carry as winmail.dat: a whole
// message with properties that MIME has no place for.
//
// Functions are pure and may be called concurrently. What a stream claims costs nothing: counts and sizes are checked against what is there before
// anything is allocated, and streams with more properties, values, recipients, attachments or embedded messages than any mail has are
// refused. An embedded message that is broken or too deep stays an attachment with the bytes it had.
//
// Not kept are PT_OBJECT properties of messages, which are tables in another form, and errors in place of values.
package tnef

import "errors"

// Errors of [Read]. With all of them the stream is best kept as the file that it is.
var (
	ErrNotTNEF    = errors.New("not a TNEF stream")
	ErrBroken     = errors.New("broken TNEF stream")
	ErrTooComplex = errors.New("TNEF stream beyond the limits")
)

// Limits of one stream with all that is embedded in it.
const (
	deepest         = 20      // embedded messages in each other
	mostMessages    = 500     // embedded messages
	mostProps       = 100_000 // properties of everything
	mostPropsOfOne  = 2_048   // properties of one object
	mostValues      = 500_000 // values in multi-valued properties
	mostRecipients  = 50_000
	mostAttachments = 10_000
)
