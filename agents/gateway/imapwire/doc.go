// Package imapwire reads IMAP commands and writes answers: the grammar of RFC 9051 and RFC 3501 with the extensions that the gateway offers,
// and nothing of what they mean.
//
// A [Decoder] reads one command after the other from a connection:
//
//	tag, name := d.Command()
//	switch name {
//	case "FETCH":
//		args := d.Fetch()
//		if err := d.Finish(); err != nil { … BAD … }
//
// For an element of the grammar there is a method that expects it, named after it (Atom, AString, NumSet, Mailbox), and, where a caller has to
// look what comes, one that takes it if it is there (TrySP, TryList). The first error sticks: all methods return zero values after it, so that
// it has to be looked at once, by Finish, which also consumes what is left of the command. The connection can go on after each [Error] that
// is not Fatal; any other error is one of the connection.
//
// It reads each byte once, keeps no more of a command than its values, and is bounded by [Limits]: the length of the command's text, literals,
// nesting, and elements. Sets of numbers are kept as ranges and cost their text only. Large literals (APPEND) are not read here: the
// command's reader asks [Decoder.Accept] for them as a stream.
//
// An [Encoder] writes answers into a buffer. It makes no quoted string with characters that do not belong there, but a literal.
//
// Neither may be used by several goroutines at a time. The package keeps no state of its own.
package imapwire
