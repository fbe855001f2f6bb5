// Package rtf reads and writes the rich text of messages: the compression of PR_RTF_COMPRESSED (MS-OXRTFCP), HTML and plain text that are
// encapsulated in RTF (MS-OXRTFEX), and real RTF (Rich Text Format Specification 1.9.1), which becomes HTML or text.
//
// All functions are pure and may be called concurrently. Time and memory are linear in the input. What a document claims costs nothing:
// groups beyond a depth, fonts, colours, links and pictures beyond a number are ignored, and output beyond the caller's limit ends with
// [ErrTooBig]. A document that is broken in any other way is read as far as it makes sense, since a mail without a body helps nobody.
//
// Pictures other than PNG and JPEG, drawing objects, headers, footers and footnotes are left out.
package rtf

import "errors"

// ErrTooBig is returned when the output would be larger than the caller allows.
var ErrTooBig = errors.New("the output would be larger than the limit")
