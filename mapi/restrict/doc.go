// Package restrict checks and evaluates restrictions on rows of properties (tables.md section 9), for
// tables, search folders and change synchronisation alike.
//
// It owns the semantics of every kind of restriction. A restriction is compiled once into a
// [Filter], which prepares patterns and regular expressions; a Filter is immutable and may be used by
// any number of goroutines. What a row is, is the caller's business: it needs to answer for
// single properties only.
//
// It refuses restrictions that are too deep or incomplete when they are compiled. Comparisons that make
// no sense (a string with a number) are found when a row is looked at; such a row does not match. Regular
// expressions are matched in linear time; one that cannot be, or is malformed, matches nothing.
package restrict
