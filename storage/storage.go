// Package storage is the contract between the server and its databases: what can be
// kept, what is durable when, and in which order changes become visible.
//
// It owns the types that cross this border and nothing else; the engines live in
// storage/mysql and storage/sqlite, and one suite of tests (storage/storagetest)
// holds both to the contract. It knows no wire format, no sessions and no rights:
// whoever calls has already decided that the caller may.
//
// On a full disk an engine may keep room for what makes room. It refuses what grows then, objects and large values (DATABASE_ERROR), and
// goes on deleting, moving and changing rows; [Store.Ping] fails while that is so.
//
// # Concurrency
//
// A [Store] may be used by any number of goroutines. Reads run beside writes and see
// committed data only. Writes go through [Store.Update]: the updates of one lane run one after
// the other, in the order in which they were asked for, and share commits (group
// commit); updates of different lanes run side by side. The lane is the object id of the mailbox
// store that is written, or [LaneDirectory] for what belongs to no store.
//
// # Durability
//
// Update returns after its commit is durable, and only then. A failed or crashed
// update leaves nothing behind, neither rows nor parts of large values.
//
// # Doubt
//
// A connection can end between a COMMIT and its answer. The engine then asks the database over another one what became of it, and
// Update ends as if the answer had come; an update that was not carried out is run again. If the database cannot be asked
// either, nobody knows: the updates fail with DATABASE_ERROR although they may have happened, their committed functions are not
// called, and whatever is kept of their lanes may be out of date ([Store.OnDoubt]). Until the database has been asked, nothing is
// read from it (DATABASE_ERROR). It is asked before the next statement, and every second.
//
// # What it refuses
//
// Engines use no triggers, procedures, foreign keys or table locks, so that clustered
// databases of the MySQL protocol can carry them. The server is the only writer; others may read the
// documented tables with plain SQL at any time.
package storage

import (
	"context"

	"zarafa/mapi"
)

// LaneDirectory is the lane of users, groups, names, settings and other data outside of stores.
const LaneDirectory uint32 = 0

// Store is an open database. Its reads take a connection each; an error that is not
// about the data (connection lost, disk full) carries the code DATABASE_ERROR.
type Store interface {
	Reader
	// Update runs fn in a transaction of the lane. fn may run more than once (after a deadlock,
	// or when another update of the shared commit failed), so it must not change anything
	// but tx and must take all its decisions from what it reads through tx. It must not block on anything else
	// than the database. An error from fn rolls its own changes back and is returned as it is.
	//
	// committed, if not nil, is called once after the commit is durable and before Update
	// returns; calls of one lane come in commit order. It must be quick: the lane waits for it.
	Update(ctx context.Context, lane uint32, fn func(ctx context.Context, tx Tx) error, committed func()) error
	// OnDoubt has f called for each lane with an update of which nobody knows whether it was carried out, before that
	// update fails. Whoever keeps anything of the lane forgets it then; what is read afterwards is right again. f must be quick, and
	// must not use the store: the lane waits for it. It is called at the same time for different lanes. There is one f; set it before
	// anything is kept.
	OnDoubt(f func(lane uint32))
	// Settle returns when all updates, of all lanes, that had begun when it was called have ended. Whatever takes an id for a change
	// from then on takes a higher one than those that were visible before.
	Settle(ctx context.Context) error
	// ServerGUID identifies the installation; it is made with the database.
	ServerGUID() mapi.GUID
	// Statements counts the SQL statements executed since the store was opened, for exact tests and metrics.
	Statements() uint64
	// Ping checks that the database answers.
	Ping(ctx context.Context) error
	// Close waits for running updates and releases the database.
	Close() error
}

// Reader is what can be read, inside and outside of transactions. Things that do not
// exist give an error with the code NOT_FOUND, except where a method says otherwise. Slices and values
// belong to the caller.
type Reader interface {
	ObjectReader
	LobReader
	StoreReader
	ACLReader
	ChangeReader
	QueueReader
	SearchReader
	NameReader
	DirectoryReader
	SettingReader
}

// Tx is an open transaction; it is valid until the function that got it returns and serves one
// goroutine. It reads its own writes.
type Tx interface {
	Reader
	ObjectWriter
	LobWriter
	StoreWriter
	ACLWriter
	ChangeWriter
	QueueWriter
	SearchWriter
	NameWriter
	DirectoryWriter
	SettingWriter
	ImportWriter
}

// SettingReader reads the settings table.
type SettingReader interface {
	// Setting is the value stored under a name; ok is false if there is none.
	Setting(ctx context.Context, name string) (value []byte, ok bool, err error)
}

// SettingWriter changes the settings table.
type SettingWriter interface {
	// SetSetting stores a value under a name.
	SetSetting(ctx context.Context, name string, value []byte) error
}
