// Package mailbox fulfils the gateway's contract (package mailstore) with the stores of the server.
//
// It owns what a folder, a message and a flag of the server are in the words of IMAP: names, UIDs, flags and keywords, and where each of
// them is kept, so that a mailbox shows the same through every gateway that keeps them there.
//
// All connections of a user share one session with the server, one list of folders, and for each open folder one index of its messages,
// which a subscription keeps current: what is known costs no call. Everything may be used by several goroutines.
//
// It refuses to guess: what the server does not tell is asked for again, and a change that was carried out in part is an error.
package mailbox
