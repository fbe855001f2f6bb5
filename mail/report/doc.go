// Package report makes what servers tell senders about their mail: delivery status notifications (RFC 3464) of mail that could not be
// delivered, is late or has arrived, and receipts (RFC 8098), each as a message of MAPI and as a mail.
//
// All of it is computed from what is given; nothing is sent, and whether a report may be sent at all is for mail/reply to say: none
// ever answers a mail whose return path is empty. Functions keep no state and may be called from any goroutine.
package report
