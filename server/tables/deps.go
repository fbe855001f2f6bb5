package tables

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// Tree finds objects without their properties.
type Tree interface {
	// Ref finds an object by its id; NOT_FOUND if there is none.
	Ref(ctx context.Context, id uint32) (storage.Ref, error)
	// ByEntryID finds a store, folder or message; NOT_FOUND or INVALID_ENTRYID.
	ByEntryID(ctx context.Context, id mapi.EntryID) (storage.Ref, error)
	// Mailbox finds a store by its object id.
	Mailbox(ctx context.Context, store uint32) (storage.Mailbox, error)
	// Mailboxes lists all stores.
	Mailboxes(ctx context.Context) ([]storage.Mailbox, error)
}

// Rights decides what a caller may see.
type Rights interface {
	// Visible reports whether the caller may see a folder.
	Visible(ctx context.Context, caller uint32, folder storage.Ref) (bool, error)
	// Readable reports whether the caller may read the messages of a folder.
	Readable(ctx context.Context, caller uint32, folder storage.Ref) (bool, error)
	// Version grows with every change by which somebody may have other rights in a store than before: of an access control list, of a
	// folder's place, of the directory. It is above 0. Store 0: of the directory alone.
	Version(store uint32) uint64
	// ForFolder works out the caller's access to a folder and the messages in it.
	ForFolder(ctx context.Context, caller uint32, folder storage.Ref) (Access, error)
}

// Access answers for objects of one folder (objects.md section 8).
type Access interface {
	Rights(ref storage.Ref) mapi.Rights // PR_RIGHTS
	Access(ref storage.Ref) uint32      // PR_ACCESS
	Level(ref storage.Ref) uint32       // PR_ACCESS_LEVEL
}

// Directory is what tables show of users.
type Directory interface {
	ByID(ctx context.Context, id uint32) (*directory.Object, error)
	List(ctx context.Context, caller uint32, kind mapi.ObjectClass) ([]*directory.Object, error)
	IsAdminOver(ctx context.Context, caller, target uint32) (bool, error)
	Reaches(ctx context.Context, caller, target uint32) bool
	Hosted() bool
	EntryID(o *directory.Object, capabilities uint32) []byte
}

// AddressBook gives the rows of address-book tables.
type AddressBook interface {
	TableRows(ctx context.Context, caller, capabilities uint32, entryID []byte, objType mapi.ObjectType, flags uint32) ([]directory.TableRow, error)
}

// Stats gives the rows of the statistics tables (tables.md section 2). The table engine has checked
// that the caller may see them.
type Stats interface {
	System(ctx context.Context) ([]mapi.Props, error)
	Sessions(ctx context.Context) ([]mapi.Props, error)
	Servers(ctx context.Context) ([]mapi.Props, error)
	Users(ctx context.Context) ([]UserStats, error)
	Companies(ctx context.Context) ([]UserStats, error)
}

// UserStats is a row of the statistics of users or companies.
type UserStats struct {
	UserID uint32
	Props  mapi.Props
}

// Locks knows which messages a spooler has locked.
type Locks interface {
	Locked(message uint32) bool
}

// Notifier queues an event for a session's group.
type Notifier interface {
	Push(s *session.Session, n wire.Notification)
}

// Settings bound what tables may cost.
type Settings struct {
	TablesPerSession int // open tables of one session; 0: no limit
	TablesPerUser    int // of all sessions of a user; 0: no limit
	FolderMaxItems   int // folder_max_items: rows a table of a folder holds at most
	ABInitiallyEmpty bool
}
