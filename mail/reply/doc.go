// Package reply makes the mails by which a mailbox answers and sends on by itself: out-of-office replies, replies from a template,
// forwarded and redirected mail; and it says when it must not, lest two machines write to each other for ever (RFC 3834).
//
// All of it is computed from what is given; nothing is sent or stored. How often somebody is answered, and what a user allows, is for
// the caller to know. Functions keep no state and may be called from any goroutine.
package reply
