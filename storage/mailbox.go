package storage

import (
	"context"

	"zarafa/mapi"
)

// Mailbox is a row of the table stores: one mailbox store.
type Mailbox struct {
	ID       uint32 // object id of the store
	Root     uint32 // object id of its root folder
	GUID     mapi.GUID
	Type     uint32 // mapi.StorePrivate, StorePublic, StoreArchive
	UserID   uint32 // 0: orphaned
	UserName string // of the last owner, for orphans
	Company  uint32
}

// MailboxQuery selects mailboxes; nil fields select all.
type MailboxQuery struct {
	ID     *uint32
	GUID   *mapi.GUID
	UserID *uint32
	Type   *uint32
}

// ReceiveFolder maps a message class (or the start of one) to a folder.
type ReceiveFolder struct {
	Store  uint32
	Class  string
	Folder uint32
}

// StoreReader reads the list of mailboxes and receive folders.
type StoreReader interface {
	// Mailboxes lists the rows of mailbox stores that a query selects.
	Mailboxes(ctx context.Context, q MailboxQuery) ([]Mailbox, error)
	// ReceiveFolders lists the receive folders of a store, by message class.
	ReceiveFolders(ctx context.Context, store uint32) ([]ReceiveFolder, error)
}

// StoreWriter changes them.
type StoreWriter interface {
	// PutMailbox inserts or replaces the row of a mailbox store; COLLISION if another store has its GUID.
	PutMailbox(ctx context.Context, m Mailbox) error
	// DeleteMailbox removes the row, the receive folders and the access control list of the store; the objects stay until deleted.
	DeleteMailbox(ctx context.Context, id uint32) error
	// PutReceiveFolder makes a folder the receive folder of a store's message class.
	PutReceiveFolder(ctx context.Context, r ReceiveFolder) error
}

// ACLReader reads access control lists.
type ACLReader interface {
	// ACL lists the entries of a store or folder; an empty list is no error.
	ACL(ctx context.Context, object uint32) ([]mapi.ACE, error)
}

// ACLWriter changes them.
type ACLWriter interface {
	// PutACE inserts or replaces the entry of a user and type in the access control list of a store or folder.
	PutACE(ctx context.Context, store, object uint32, e mapi.ACE) error
	// DeleteACE removes the entry of a user and type from an access control list, if there is one.
	DeleteACE(ctx context.Context, object, user, aceType uint32) error
	// DeleteUserACEs removes the entries of a user from all access control lists.
	DeleteUserACEs(ctx context.Context, user uint32) error
}

// QueueEntry is a row of the table outgoingqueue.
type QueueEntry struct {
	Store   uint32
	Message uint32
	Flags   uint32 // mapi.SubmitMaster, SubmitDoSentMail
}

// QueueReader reads the outgoing queue.
type QueueReader interface {
	// Queue lists a store's entries (0: all stores), descending message ids.
	Queue(ctx context.Context, store uint32) ([]QueueEntry, error)
	// QueueEntries lists a message's entries, at most one for each queue.
	QueueEntries(ctx context.Context, message uint32) ([]QueueEntry, error)
}

// QueueWriter changes it. A message has at most one row per queue (bit SubmitMaster).
type QueueWriter interface {
	// PutQueueEntry inserts or replaces a message's entry in the queue that its flags name.
	PutQueueEntry(ctx context.Context, e QueueEntry) error
	// DeleteQueueEntry takes a message out of the master's queue or the local one, if it is there.
	DeleteQueueEntry(ctx context.Context, message uint32, master bool) error
}

// SearchResult is a message found by a search folder.
type SearchResult struct {
	Message uint32
	Read    bool
}

// FoundIn is a result with the search folder that has it.
type FoundIn struct {
	Folder uint32
	SearchResult
}

// SearchReader reads the results of search folders.
type SearchReader interface {
	// SearchResults lists the messages in a search folder, ascending.
	SearchResults(ctx context.Context, folder uint32) ([]SearchResult, error)
	// ResultsOf lists what search folders hold of some messages: one folder, or with 0 all. Ascending folders, then messages.
	ResultsOf(ctx context.Context, folder uint32, messages []uint32) ([]FoundIn, error)
}

// SearchWriter changes them.
type SearchWriter interface {
	// PutSearchResults adds messages to a search folder; what is there is replaced.
	PutSearchResults(ctx context.Context, store, folder uint32, list []SearchResult) error
	// DeleteSearchResults takes messages out of a search folder; nil means all of them.
	DeleteSearchResults(ctx context.Context, folder uint32, messages []uint32) error
}

// Name is a named property; clients know it by the number ID + 1, so its property id is mapi.NamedBase + ID + 1 (objects.md section 6).
type Name struct {
	ID       uint32 // 1 and up
	GUID     mapi.GUID
	IsString bool
	LID      uint32
	String   string
}

// NameReader reads the table names.
type NameReader interface {
	// Names lists names with an id greater than after, ascending.
	Names(ctx context.Context, after uint32) ([]Name, error)
}

// NameWriter adds to it; names are never deleted.
type NameWriter interface {
	// AddName finds or adds a name and returns it with its id.
	AddName(ctx context.Context, n Name) (Name, error)
}
