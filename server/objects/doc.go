// Package objects has the operations on stores, folders and messages: create, read, change, copy, move, send and delete them
// (objects.md sections 1 to 7, 11 and 14), named properties and receive folders.
//
// It owns what these operations mean, who may call them, and the answers: which rights, which quota and whose home are asked about before
// anything is written, and the properties that are computed when an object is read. Everything it writes goes through package change.
//
// Concurrency. All exported methods may be called from any goroutine. Rights are checked on the cached tree before a change begins; what an
// operation decides from the database, it reads inside of the change. Messages are kept encoded in the cell cache from their
// first load to their next change.
//
// It refuses objects that are not where the caller says, trees of parts that are deeper than
// the limit, and writes to stores over their hard quota.
package objects
