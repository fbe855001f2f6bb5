// Package mailstore is the contract between the gateway's protocols and the mailboxes behind them: what IMAP and POP3 need of a mail
// store, in their words. The package mailbox fulfils it with the server's stores; tests of the protocols have one in memory.
//
// All methods may be called by several goroutines, and end early with the error of their context. Errors that a client shall see are an
// [Error] whose code is that of RFC 5530; any other error is a fault of ours or of the server and is logged by whoever called.
package mailstore
