// Package objects is the tree of stores, folders and messages: the operations that create, read,
// change, copy, move and delete them (objects.md sections 1 to 7, 11 and 14), named properties and
// receive folders.
//
// It owns three things that other parts of the server share: [Tree], which finds objects;
// [Writer] with [Change], through which every write to the tree goes; and the properties that
// are computed when an object is read.
//
// Concurrency. All exported methods may be called from any goroutine. Writes of one mailbox store
// follow each other in the store's lane of the storage; whatever a write decides from the database, it
// reads inside its transaction, but for references of folders while no change of folders is under way (see unsettled).
// Messages are kept encoded in the cell cache from their first load to their next change. Rights are checked before it, on the cached tree.
//
// It refuses objects that are not where the caller says, trees of parts that are deeper than
// the limit, and writes to stores over their hard quota.
package objects
