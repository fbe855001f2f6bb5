// Package snapshot makes snapshots of stores, and stores of snapshots.
//
// A snapshot is a tree of blobs: the store, its folders, of each folder pages of entries, and the messages. A [Capture] reads from the
// server only what has changed since the snapshot before, by incremental change synchronisation, whose states are kept in the
// snapshot itself; so a run that was ended has changed nothing. What the synchronisation does not speak of, rights and search criteria, is
// read whole at intervals. If the server has forgotten a synchronisation, change keys are compared and nothing is stored twice.
//
// A [Restore] writes messages and folders into a store, which may be another one. What is there already stays unless it is told otherwise.
//
// Captures of several stores may go on at the same time with one repository; one Capture or Restore belongs to one goroutine.
//
// It refuses to call complete what is not: a message that could not be read is named in the snapshot, and tried again by the next.
package snapshot
