// Package feed carries what a committed update changed from the writer to everything that
// keeps a picture of the data: caches, sorted views, open tables, subscriptions, synchronisation and search folders.
//
// It owns the description of changes and the order of delivery. A batch is published from the
// committed callback of storage.Store.Update, so the batches of one mailbox store arrive
// in commit order, and batches of different stores may arrive at the same time.
// Sinks are called one after the other in the order in which they were added and must be quick:
// the lane waits. A sink that has slow work to do queues it.
//
// It refuses to carry anything that is not committed.
package feed

import (
	"errors"
	"fmt"

	"zarafa/mapi"
	"zarafa/server/internal/contain"
	"zarafa/storage"
)

// Kind says what happened to an object.
type Kind uint8

// Kinds of events. The names are those of the protocol's notifications (wire.md section 10).
const (
	Created Kind = iota + 1
	Modified
	Deleted // hard or soft: a soft-deleted object has mapi.FlagDeleted in Object.Flags
	Moved   // to another folder, or back from soft-deleted
	Copied  // Object is the copy
	SearchComplete
)

// Event is one change of a store, folder or message. Recipients and attachments cause a
// Modified of their message.
type Event struct {
	Kind   Kind
	Object storage.Ref // as it is now; for a hard delete: as it was
	// ParentEntryID is the entry id of Object.Parent.
	ParentEntryID mapi.EntryID
	// Old is the object before a Moved, a soft delete (its flags were others) or, for Copied, the
	// original; OldParentEntryID is the entry id of its parent.
	Old              storage.Ref
	OldParentEntryID mapi.EntryID
	// Hard marks a Deleted that left nothing behind.
	Hard bool
	// Row is the object's new row if the writer had it at hand.
	Row *storage.Row
	// CountersOnly marks a Modified folder of which only counts, size or commit time changed.
	CountersOnly bool
}

// QueueChange is an entry that came to or left the outgoing queue.
type QueueChange struct {
	Entry storage.QueueEntry
	Added bool
}

// ResultChange is a message that a search folder gained (Created), kept while it changed (Modified)
// or lost (Deleted).
type ResultChange struct {
	Kind    Kind
	Folder  storage.Ref // the search folder
	Message storage.Ref
}

// Count is a change of the counters that are kept with a store or folder.
type Count struct {
	Object   uint32
	Delta    storage.Counters
	Replaced bool // they were counted anew
}

// Batch is everything that one update changed in one store.
type Batch struct {
	Store  uint32
	Events []Event
	// Changes are the rows recorded for change synchronisation.
	Changes []storage.Change
	Queue   []QueueChange
	// Bulk marks an operation on ten objects or more: open tables are told once that they
	// changed, not row by row (tables.md section 11).
	Bulk bool
	// Results are changes of search folders' contents; Rebuilt lists search folders whose contents were
	// thrown away or replaced as a whole.
	Results []ResultChange
	Rebuilt []storage.Ref
	// Counts are what the update did to counters of stores and folders.
	Counts []Count
	// Written lists stores and folders whose properties were written, also those of which no event tells.
	Written []uint32
	// ACLs lists objects whose access control list changed.
	ACLs []uint32
}

// BulkThreshold is the number of objects from which an operation is a bulk one.
const BulkThreshold = 10

// Sink takes batches.
type Sink interface {
	Apply(b *Batch)
}

// Bus hands each batch to all sinks. Sinks are added before the first batch is published.
type Bus struct {
	// Panics, if set before the first batch, gets what a sink panics with, and the other sinks hear of the batch all the same: it is
	// committed, and nobody can be told that it failed. Otherwise the panic is the publisher's.
	Panics *contain.Reporter
	sinks  []Sink
}

// Amender is a sink that can make up for a change of a store that it did not take in.
type Amender interface {
	// Amend has it forget whatever it keeps of the store (storage.LaneDirectory: of what belongs to no store), and what it is
	// about to keep of it. It must be as quick as Apply, and must not wait for the database, which may be away.
	Amend(store uint32)
}

// Add appends a sink; the order of delivery is the order of adding.
func (b *Bus) Add(s Sink) { b.sinks = append(b.sinks, s) }

// Publish hands a batch to all sinks and returns when they are done.
func (b *Bus) Publish(batch *Batch) {
	for _, s := range b.sinks {
		if b.Panics == nil {
			s.Apply(batch)
			continue
		}
		b.contained(s, batch)
	}
}

// Amend tells all sinks that nobody knows whether a change of a store was committed (see storage.Store.OnDoubt).
func (b *Bus) Amend(store uint32) {
	for _, s := range b.sinks {
		a, ok := s.(Amender)
		if !ok {
			continue
		}
		if b.Panics == nil {
			a.Amend(store)
			continue
		}
		b.Panics.Do(fmt.Sprintf("forgetting what %T keeps", s), func() { a.Amend(store) })
	}
}

// contained calls a sink, and has it make up for what it could not take.
func (b *Bus) contained(s Sink, batch *Batch) {
	p, panicked := errors.AsType[*contain.Panic](contain.Call(func() error { s.Apply(batch); return nil }))
	if !panicked {
		return
	}
	b.Panics.Report(p, fmt.Sprintf("%T %s", s, p.Value), "a change was committed but a part of the server could not take it in; it forgets what it keeps of that store",
		"part", fmt.Sprintf("%T", s), "store", batch.Store)
	if a, ok := s.(Amender); ok {
		_ = contain.Call(func() error { a.Amend(batch.Store); return nil }) // what it panics with a second time helps nobody
	}
}
