// Package convert makes MAPI messages of mails and mails of MAPI messages (MS-OXCMAIL).
//
// It owns what a header field, a part or a body is in MAPI, both ways. [Import] takes the tree of a mail (mail/tree); large
// contents are not read before somebody saves them, so that a message refers to the mail that it was made of, which must stay
// readable as long. What cannot be understood becomes an attachment: no byte of a mail is lost because a part is odd.
//
// A [Directory], which the caller brings, tells whom an address belongs to; nothing here knows a server. Functions keep no
// state and may be called from any goroutine.
//
// It refuses nothing but what cannot be read: the only errors are those of the mail's reader.
package convert
