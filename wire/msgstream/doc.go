// Package msgstream reads and writes the message-stream format, in which
// exportMessageChangesAsStream and importMessageFromStream carry a whole message (wire.md section 11
// "Stream format").
//
//	stream    := u32 version(=1) message
//	message   := props u32 nsub subobject*nsub
//	props     := u32 count property*count
//	property  := u32 proptag value [name]        name only if proptag>>16 > 0x8500
//	subobject := u32 objtype u32 id props
//	             attachments (objtype 7) also: u32 size byte*size u32 nembedded [ u32 objtype(=5) u32 id message ]
//
// All numbers are big-endian. Counts precede what they count, so a writer must know them first.
//
// It owns the format and its limits. A [Reader] and a [Writer] stream: an attachment's data is never in
// memory, only one object's properties are. Neither may be used by two goroutines at once.
//
// It refuses versions other than 1, and types that have no form in a stream (PT_ERROR,
// PT_OBJECT, PT_NULL, restrictions, actions). The reference server writes a subobject that has no
// properties without its count word; such a stream can not be told from a broken one and
// is refused as such or misread as the reference itself misreads it. It does not occur in
// practice: recipients and attachments always have properties.
package msgstream
