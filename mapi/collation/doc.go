// Package collation orders and compares values the way clients see them: sort keys for
// tables (tables.md section 6) and the comparison of strings in restrictions (section 9).
//
// It owns the mapping from Windows locale ids to collators and the byte format of sort
// keys. Keys of one [Locale] and one list of columns compare bytewise; they are not stored
// anywhere, so the format may change with any release.
//
// A [Locale] may be used by any number of goroutines: the collators behind it, which may
// not, are pooled. The package keeps no state of its own.
//
// It refuses strings longer than the protocol sorts by: what lies behind the first 255
// UTF-16 units does not take part.
package collation
