// Package pop3 speaks POP3 (RFC 1939) with the extensions CAPA (RFC 2449), AUTH (RFC 5034), STLS (RFC 2595), RESP-CODES, AUTH-RESP-CODE
// (RFC 3206) and PIPELINING.
//
// A [Server] serves any number of connections, each on its goroutine. A session shows the inbox as it was at the log-on: in the order of creation,
// under the hexadecimal entry ids, as clients of the original's gateway know it. The maildrop is not locked; several sessions may have it open. Messages
// are deleted by QUIT and in no other way.
//
// It refuses lines without end, sessions that never log on, and log-ons after too many that failed. A session holds some 100 bytes a message, and no mail.
package pop3
