package storage

import (
	"context"
	"time"
)

// Change is a row of the table changes: the last change of one kind to one item of
// one folder (objects.md section 13).
type Change struct {
	ID        uint32
	Parent    []byte // source key of the folder; of a store's folders: of the parent folder
	SourceKey []byte
	Type      uint32 // 0x1000 message, 0x2000 folder | 1 new .. 5 hard delete
	Flags     uint32
	Sync      uint32 // sync id of the client that made it, 0 for ordinary ones
}

// ABChange is a row of abchanges: the address book's changes.
type ABChange struct {
	ID        uint32
	Parent    []byte
	SourceKey []byte
	Type      uint32
}

// Sync is a client's registered synchronisation of one folder.
type Sync struct {
	ID        uint32
	SourceKey []byte
	ChangeID  uint32
	Type      uint32 // 1 contents, 2 hierarchy, 3 address book
	Time      time.Time
}

// ChangeReader reads what incremental change synchronisation needs.
type ChangeReader interface {
	// Changes lists the changes under a folder (nil: everywhere) with ids greater than after, ascending.
	Changes(ctx context.Context, parent []byte, after uint32) ([]Change, error)
	// MaxChange is the highest id under a folder (nil: of all), 0 if there is none.
	MaxChange(ctx context.Context, parent []byte) (uint32, error)
	// NewestChange finds the row of one type of change to an item; ok is false if there is none.
	NewestChange(ctx context.Context, parent, sourceKey []byte, changeType uint32) (c Change, ok bool, err error)
	// ABChanges lists the changes of the address book with ids after the given one, ascending.
	ABChanges(ctx context.Context, after uint32) ([]ABChange, error)
	// Sync finds a registered sync by its id; NOT_FOUND if there is none.
	Sync(ctx context.Context, id uint32) (Sync, error)
	// SyncsOf lists the syncs registered for a folder.
	SyncsOf(ctx context.Context, sourceKey []byte) ([]Sync, error)
	// SyncedMessages lists the source keys stored for a sync and change id; ok is false if no set was stored.
	SyncedMessages(ctx context.Context, sync, change uint32) (keys [][]byte, ok bool, err error)
	// SyncedSets lists the change ids of the sets stored for a sync, ascending.
	SyncedSets(ctx context.Context, sync uint32) ([]uint32, error)
}

// ChangeWriter records changes.
type ChangeWriter interface {
	// NewChangeID gives the id for the next change. Ids rise in commit order within a lane, which holds
	// all changes of a folder, so a reader who saw an id has seen all smaller ones of that folder.
	NewChangeID(ctx context.Context) (uint32, error)
	// PutChange records a change under c.ID, in place of the row with the same parent, source key and type.
	PutChange(ctx context.Context, c ...Change) error
	// PutABChange records a change of the address book under a new id, in place of the row of the same object and type, and returns the id.
	PutABChange(ctx context.Context, c ABChange) (uint32, error)
	// AddSync registers a sync under a new id, which it returns.
	AddSync(ctx context.Context, s Sync) (uint32, error)
	// PutSync replaces a registered sync; NOT_FOUND if there is none with its id.
	PutSync(ctx context.Context, s Sync) error
	// DeleteSyncsBefore drops syncs unused since t and sets without a sync.
	DeleteSyncsBefore(ctx context.Context, t time.Time) error
	// PutSyncedMessages stores a set (it may be empty).
	PutSyncedMessages(ctx context.Context, sync, change uint32, keys [][]byte) error
	// AddSynced adds a source key to the newest set of a sync, if it has one.
	AddSynced(ctx context.Context, sync uint32, key []byte) error
	// RemoveSynced takes a source key from the newest set of a sync, if it has one.
	RemoveSynced(ctx context.Context, sync uint32, key []byte) error
	// DeleteSyncedSet removes the set stored for a sync and change id.
	DeleteSyncedSet(ctx context.Context, sync, change uint32) error
}
