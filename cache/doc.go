// Package cache keeps in memory what the database would otherwise be asked for
// again: sorted views of the rows of a folder, and packed records of objects.
//
// A [View] is one order of one kind of row in one folder, with order statistics
// (row ⇄ place in O(log n)). [Views] shares each of them between all sessions and
// keeps the unused ones as long as a byte budget allows. [Cells] maps object ids
// to [Record] values inside another byte budget. [Lists] are short lists of objects, a bounded number of them.
//
// Concurrency. Readers never wait: a [Snapshot] is immutable and costs one atomic
// load, a look-up in Cells takes no lock. Writers of one view, and of one shard of
// the cells, take turns. Nothing here starts a goroutine.
//
// Views and Cells count their whole memory, bookkeeping included, so that a budget in
// the settings is what the process pays. The bulk of it is in blocks without
// pointers, which the garbage collector does not scan.
//
// The package refuses knowledge of the database, of sessions and of the wire: who
// reads rows and who announces changes is the caller's business.
package cache
