// Package item is the form in which backups keep messages and folders: bytes that are the same whenever the content is the same, whichever
// server gave it and in whatever order, so that what is stored once is stored once.
//
// Properties are sorted by tag, named ones by property set and name, which take the place of the ids that servers give them. Values of
// [Inline] bytes and more, and the contents of attachments, lie outside, in pieces of [PieceSize], so that a mail that goes to a
// hundred people has its attachment stored once. A [Page] is the list of a part of a folder's messages.
//
// All functions are pure, but for those that are passed in, and may be called by several goroutines. What is decoded is not
// trusted: broken bytes are an error, and take no more memory than they have length.
package item

import "errors"

// Inline is from which length on a value lies outside of its message.
const Inline = 32 << 10

// PieceSize is the size of all pieces of a value but the last.
const PieceSize = 4 << 20

// errBroken is the error of bytes that no version has written.
var errBroken = errors.New("the bytes of a stored object are broken")
