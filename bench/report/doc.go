// Package report shows what was measured: as text for the terminal, in Go's benchmark format for benchstat, as JSON, and as a page with
// charts that needs nothing from outside.
//
// The functions write to the writer they are given and keep nothing. The page refuses HTML in what it shows: it escapes it.
package report
