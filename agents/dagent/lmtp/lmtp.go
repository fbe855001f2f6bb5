// Package lmtp takes mail from a mail transfer agent by LMTP (RFC 2033) and has it delivered.
//
// It owns the protocol, on github.com/emersion/go-smtp, and the limits that a sender meets. What a recipient is and how a mail gets
// to him is the [Deliverer]'s. Each connection has a goroutine; a mail's recipients are handed over together, and each
// gets an answer of his own, in the order in which they were named.
//
// It refuses command lines, mails and lists of recipients beyond its limits, and connections beyond their number.
package lmtp

import (
	"context"
	"fmt"
	"io"
	"net"

	"zarafa/agents/spool"
)

// Envelope is what is known of a mail besides its text.
type Envelope struct {
	From   string   // the return path, empty for <>
	Helo   string   // how the sender calls itself
	Remote net.Addr // where it connects from
}

// Recipient is who an address means to the deliverer.
type Recipient any

// Deliverer brings mails to their recipients. Its methods are called by many goroutines.
type Deliverer interface {
	// Recipient finds who an address means; one without a domain has none. The return path is that of the mail. The error is a
	// *Status or counts as temporary.
	Recipient(ctx context.Context, address, returnPath string) (Recipient, error)
	// Deliver brings a mail to all recipients, which are in the order in which they were named, and says for each how it went: nil
	// is success, a *Status is passed on, and any other error counts as temporary. The mail is the caller's and is closed after
	// the call.
	Deliver(ctx context.Context, e Envelope, mail *spool.Mail, recipients []Recipient) []error
}

// Status is an answer to the sender (RFC 5321 section 4.2, RFC 3463).
type Status struct {
	Code     int
	Enhanced [3]int
	Text     string
}

// Error is the answer as it is sent.
func (s *Status) Error() string {
	return fmt.Sprintf("%d %d.%d.%d %s", s.Code, s.Enhanced[0], s.Enhanced[1], s.Enhanced[2], s.Text)
}

// Temporary reports whether the sender is to try again later.
func (s *Status) Temporary() bool { return s.Code/100 == 4 }

// The answers to a recipient and to a delivery.
var (
	statusDelivered = Status{250, [3]int{2, 1, 5}, "Ok"}
	statusFailed    = Status{450, [3]int{4, 5, 0}, "The mail could not be delivered now"}
	statusTooLarge  = Status{552, [3]int{5, 3, 4}, "The mail is larger than this server takes"}
	statusBusy      = Status{451, [3]int{4, 3, 2}, "The server is stopping"}
)

// readMail takes the text of a mail, with CRLF at the end of each line.
func (s *Server) readMail(r io.Reader) (*spool.Mail, error) {
	return spool.Read(r, s.MaxMessage, s.TempDir)
}
