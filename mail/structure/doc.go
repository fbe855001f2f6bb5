// Package structure gives what IMAP tells of a mail (RFC 3501, RFC 9051): ENVELOPE, BODY, BODYSTRUCTURE, and where each BODY[section] is.
//
// All comes from a tree and the headers of its parts; no body is read. The answers are complete and follow the grammar whatever the mail is like, since clients give up
// on those that do not: every string is quoted ASCII (a value that is not is encoded by RFC 2047 or RFC 2231), so that they can be kept as text; a part that could
// not be taken apart is shown as what it effectively is (tree.Part.Effective).
//
// A [Structure] keeps the headers that it has read and belongs to one goroutine.
package structure
