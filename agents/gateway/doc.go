// Package gateway is zarafa-gateway: mail programs reach the mailboxes of the server by IMAP and POP3 through it.
//
// It puts together what the folders below have: the protocols (imap, pop3), the mailboxes of the server in their words (mailbox), and between them
// the [door], which every log-on passes. The program works as an administrator of the server, and has the server check each password.
//
// It refuses to run without checking passwords.
package gateway
