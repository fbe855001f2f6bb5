// Package tables is the table engine: opening, sorting, restricting and reading the tables of the
// protocol, and telling their subscribers what changed (tables.md).
//
// It owns open tables, which belong to a session and vanish with it, and the meaning of rows: their order,
// their cells (those that are computed included), bookmarks, categories. It neither changes
// objects nor decides who may see them; it asks.
//
// # Where rows come from
//
// A table of a folder's messages or subfolders without restriction, categories or multi-value instances
// reads a view that all sessions share (package cache), so opening it costs nothing in
// proportion to the folder. All other tables keep a private view: restricted ones filter a shared view, others
// sort by themselves. Cells come from the cell cache; what it lacks is read with one statement for the whole page.
//
// A row of a folder or search folder that has been sent once stays in the cell cache in the form it was sent in, for as long as
// its object does not change. An answer is put together by copying such rows; only cells that depend on the caller
// or on other objects are made anew (see layout).
//
// # Concurrency
//
// Calls on one table take turns (table.op). The change feed must not wait for them, so the
// state that it needs has a lock of its own (table.mu), held for moments and never across a
// statement. A view that is being loaded logs the changes that arrive meanwhile.
//
// # What it refuses
//
// More tables per session than the setting allows, and restrictions and sort orders beyond
// the protocol's limits. A row that cannot be compared does not match.
package tables
