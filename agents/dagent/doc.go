// Package dagent is zarafa-dagent, the delivery agent: mail that comes in, as a file or by LMTP, goes into mailboxes.
//
// It owns what happens between a mail and its message in a folder: who gets it, into which folder, rules, answers of users who are
// away, and what the sender of a mail is told. The protocol is package lmtp's, conversion is mail/convert's, what rules ask for
// is package rules'; the server is reached through client alone.
//
// A [Deliverer] may be used by any number of goroutines. A mail is answered for only when the server has stored it; one whose sender did
// not get the answer, and sends it again, is known by the trace in it ([Mail.identify]) and stored once. What may go wrong beside that (a
// rule, an answer) is logged and costs nobody his mail.
//
// It refuses mails for people the server does not know, for full mailboxes, and such as are larger than the settings allow. Plugins
// in Python are not run; the settings that asked for them name what takes their place.
package dagent

//go:generate go run ./generate ../../docs
