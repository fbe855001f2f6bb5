// Package mapi holds the vocabulary that the whole product speaks: property
// tags, types and values, restrictions, sort orders, entry ids, permissions and
// result codes, under the names MAPI and the protocol give them.
//
// It owns no state and does no I/O. All values are plain data: a value that
// several goroutines share must not be changed by any of them. Byte slices inside
// values may alias a message buffer (package wire says when); [PropValue.Clone]
// and its siblings make a copy that may be kept.
//
// It refuses knowledge of the wire's XML, of SQL and of sessions, and imports
// nothing but the standard library.
package mapi
