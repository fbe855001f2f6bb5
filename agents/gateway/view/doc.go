// Package view holds what the gateway knows of a mailbox's messages, and how a session numbers them.
//
// A [Snapshot] is a mailbox at one moment: UIDs, flags and modification sequences in the order of the UIDs. It never changes and is shared
// by all sessions that have the mailbox open; the next one shares with it whatever is the same, so that a change costs one chunk and comparing
// two snapshots costs their differences, in a mailbox of any size.
//
// The package is pure: it knows neither protocol nor server, and does no I/O.
package view
