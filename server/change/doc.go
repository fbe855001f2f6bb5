// Package change is how the tree of stores, folders and messages is written, and where its objects are found.
//
// It owns three things. [Tree] knows which object is where. [Writer] runs a [Change], one update of one mailbox store, which keeps all books:
// counters and sizes, records for synchronisation with their change keys, names of folders, the outgoing queue, and what is announced on the
// feed. A [Draft] is what a client wants of an object, however it came, and the methods of Change that take one are the one way from
// there to a stored object: which properties a client may set, where large values go, what the server adds and computes
// (objects.md sections 1 to 3 and 14).
//
// Rights and the meaning of operations are not its affair: package objects decides on them, and calls it.
//
// Concurrency. Tree and Writer may be used from any goroutine; a Change belongs to the function that got it. Writes of one mailbox store follow
// each other in the store's lane of the storage; whatever a change decides from the database, it reads inside its transaction, but for
// references of folders while no change of folders is under way (see unsettled).
//
// It refuses what would lie below a deleted folder or too deep, messages that are nested deeper than their [Rules] allow, and parts where there
// can be none.
package change
