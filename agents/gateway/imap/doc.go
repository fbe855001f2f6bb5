// Package imap is the gateway's IMAP server: RFC 3501 and RFC 9051 with the extensions that [capabilities] lists, over the mailboxes that package
// mailstore describes.
//
// A [Server] serves connections that somebody else has accepted. Each is one goroutine, in which commands run one after the other in the order in
// which they came; answers go through one buffer. No lock is held while anything is written to a connection. While a connection waits, for a
// command or in IDLE, it holds no buffers and nothing polls: whoever changes its mailbox wakes it.
//
// What the client knows of its mailbox is a view.Session; what it has to be told is that session's step to the newest snapshot, at the end of
// each command.
//
// A client that does not read is ended, as are those that say nothing for too long, fail too often, or break the grammar in a way that the end
// of their command cannot be found.
package imap
