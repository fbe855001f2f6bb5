// Package storetest is the contract of package mailstore as tests, which every mail store passes.
//
// [Run] needs a server with the users alice and bob, whose passwords are "secret", and with empty mailboxes: INBOX, and special ones of any name. It waits for
// what connections are told of each other's changes, and for nothing else.
package storetest
