// Package adopt makes the data of an old server that of this one, with every number kept: object ids, entry ids, source and change keys, IMAP
// ids, named properties, users, rights, synchronisations. Clients go on with what they have.
//
// It owns the order in which things are written, what an old object becomes, and the report of what could not be taken.
//
// It writes through package storage and not with SQL of its own: the rows have one writer in the whole product, so a change of the schema
// cannot leave the migration behind, and both engines are targets without being known here. What a migration needs beyond
// what the server does is little ([storage.ImportWriter]), since Insert takes any ids that the caller has.
//
// # Interruption
//
// It may be killed at any moment and run again. Whatever is written says in the same commit what it is: objects are there with
// all their parts or not at all, and everything else is written in place of itself. How far a run has come stands in the setting
// [storage.SettingAdopting] of the target and saves time alone; what is there already is never taken on trust but asked for by its id. While
// that setting is there, no server starts on the database.
//
// # Concurrency
//
// A Migration serves one run. One goroutine reads the source and some write, a page of messages each; pages are independent of each other.
//
// # What it refuses
//
// A target with data of anything but the same source. The source is only read.
package adopt
