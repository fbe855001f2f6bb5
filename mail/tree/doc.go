// Package tree finds the parts of a mail (RFC 5322, RFC 2045, RFC 2046): one pass over its bytes makes a tree of offsets, from which everything
// else comes: conversion, IMAP's structures and sections. No content is kept; a mail of any size takes the memory of its parts' offsets and one buffer.
//
// [ParseBytes] and [Parse] always give a tree, whatever the bytes are; the only error is that of the reader. Mail is best brought to CRLF before
// ([NewCRLFReader]), as IMAP wants it; line ends of LF alone are understood too. The bytes of the tree's leaves, with headers and what stands between parts, are all
// bytes of the mail: what cannot be taken apart, or is beyond the limits ([MaxLevels] and its like), is one part as it stands, and says so by its [Reason].
//
// Parsing takes time linear in the size, whatever the number and depth of parts. A [Message] does not change and may be used by many goroutines, if its reader may.
package tree
