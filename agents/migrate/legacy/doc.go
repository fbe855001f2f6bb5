// Package legacy reads the database and the attachments of a Zarafa or Kopano server, schema 61 (7.0.3) to 118 (11).
//
// It owns the knowledge of the old tables: which schema has what, how a row becomes a property, where the bytes of an
// attachment lie. It knows nothing of where they go.
//
// The source is only read: everything that is sent is a SELECT, or begins or ends a transaction that sees one moment. A [Session] is such
// a connection, for one goroutine; several may be open at a time, and the old server may go on serving meanwhile. What is read of items comes in the
// order of object ids, in pages, so that memory depends on the page and the largest item and not on the database; only the folders of
// all stores are kept in memory.
//
// Properties are read from properties and mvproperties, never from tproperties: those copies are cut, and lag behind until deferredupdate
// is worked off. Strings come as the column's character set says, converted by the database.
//
// It refuses schemas below 61 and above 118, and databases that are no Zarafa's at all. A value that makes no sense is not guessed at but
// left out and reported ([Loss]).
package legacy
