package storage

import (
	"context"

	"zarafa/mapi"
)

// Ref is what is known of an object without its properties: a row of the table
// hierarchy. Stores, folders and messages are rows of their own; recipients,
// attachments and embedded messages are parts of a message, have object ids too, but neither
// entry id nor source key. (A part's source key, if a client gave it one, is among its properties.)
type Ref struct {
	ID        uint32
	Store     uint32 // object id of the mailbox store; a store's own id
	Parent    uint32 // 0 for stores; for parts: the message or attachment they belong to
	Message   uint32 // for parts: the top-level message; else 0
	Type      mapi.ObjectType
	Flags     uint32 // mapi.FlagAssociated, FlagDeleted; folders: kind in the low bits
	Owner     uint32 // user id
	EntryID   mapi.EntryID
	SourceKey []byte
}

// Deleted reports whether the object itself is soft-deleted.
func (r Ref) Deleted() bool { return r.Flags&mapi.FlagDeleted != 0 }

// Associated reports whether the object is an associated (FAI) message.
func (r Ref) Associated() bool {
	return r.Type == mapi.TypeMessage && r.Flags&mapi.FlagAssociated != 0
}

// FolderKind is mapi.FolderRoot, FolderGeneric or FolderSearch.
func (r Ref) FolderKind() uint32 { return r.Flags & 0x3 }

// Clone copies a reference, so that nothing in it is shared.
func (r Ref) Clone() Ref {
	r.EntryID = append(mapi.EntryID(nil), r.EntryID...)
	r.SourceKey = append([]byte(nil), r.SourceKey...)
	return r
}

// Row is what tables need of a store, folder or message: its reference and those
// properties that tables can show. Strings longer than mapi.TableStringCap code points and
// binaries longer than mapi.TableBinaryCap bytes are cut to that length and listed in
// Cut; the properties 0x1009 and 0x1013 (RTF, HTML) are left out and listed too when the object has them.
// Multi-values are whole. Strings have the Unicode tag.
//
// The properties that Ref and Counters carry are not repeated in Props: entry id, source key,
// the folder counters and the store's size.
type Row struct {
	Ref
	Props    mapi.Props
	Cut      []mapi.PropTag
	Counters Counters // of stores and folders
}

// Clone copies a row, so that nothing in it is shared.
func (r *Row) Clone() *Row {
	c := *r
	c.Ref = r.Ref.Clone()
	c.Props = mapi.CloneProps(r.Props)
	c.Cut = append([]mapi.PropTag(nil), r.Cut...)
	return &c
}

// Object is an object with everything it has. Values of mapi.LoadValueLimit bytes and
// more, and those the caller chose to put there, are in Lobs, and so are others of an object whose properties are too much for
// one row of the database.
type Object struct {
	Ref
	Props    mapi.Props
	Lobs     []LobRef
	Children []*Object // of messages and attachments: parts, ascending ids
	Counters Counters  // of stores and folders
}

// Walk visits the object and all its parts, parents first.
func (o *Object) Walk(visit func(*Object) error) error {
	if err := visit(o); err != nil {
		return err
	}
	for _, c := range o.Children {
		if err := c.Walk(visit); err != nil {
			return err
		}
	}
	return nil
}

// Counters are the counts kept with a folder, or (Size only) with a store.
type Counters struct {
	Content        int64 // live messages (PR_CONTENT_COUNT)
	Unread         int64 // of them, without MsgRead
	Associated     int64
	Subfolders     int64 // live ones (PR_FOLDER_CHILD_COUNT, PR_SUBFOLDERS)
	DeletedContent int64
	DeletedAssoc   int64
	DeletedFolders int64
	Size           int64 // of a store: bytes of its live messages
	// CommitTime is PR_LOCAL_COMMIT_TIME_MAX; as a delta, 0 leaves it and another value replaces it.
	CommitTime mapi.FileTime
}

// RowQuery selects rows. Parent and Type select the children of one object, in its own store; Parent 0 selects
// stores. IDs, if not nil, selects these rows instead of Parent and Type (missing ones and parts are skipped).
// FlagsMask and Flags narrow down both.
type RowQuery struct {
	Parent    uint32
	Type      mapi.ObjectType
	FlagsMask uint32 // rows whose Flags&FlagsMask == Flags
	Flags     uint32
	IDs       []uint32
	// Within selects those of IDs that are children of an object, if it is not 0. Whoever knows the folder says it: rows of a folder lie
	// together, while an id alone costs a look-up somewhere else on the disk for each row. [ObjectReader.Rows] alone looks at it.
	Within uint32
	// Limit, if not 0, is how many children of Parent are wanted at most, of those with ids greater than After: a page of them.
	After uint32
	Limit int
}

// DateKey is what is needed of a message to list it by date.
type DateKey struct {
	ID       uint32
	Delivery mapi.FileTime // PR_MESSAGE_DELIVERY_TIME
	Dated    bool          // it has one
}

// ObjectReader reads the object tree.
type ObjectReader interface {
	// Ref finds any object, parts included, by its id.
	Ref(ctx context.Context, id uint32) (Ref, error)
	// RefByEntryID and RefBySourceKey find stores, folders and top-level messages,
	// soft-deleted ones too. Entry ids are compared with their flags field zeroed.
	RefByEntryID(ctx context.Context, id mapi.EntryID) (Ref, error)
	RefBySourceKey(ctx context.Context, key []byte) (Ref, error)
	// RefsByEntryID finds many at once, ascending ids; those that do not exist are left out. It is one statement for some hundreds.
	RefsByEntryID(ctx context.Context, ids []mapi.EntryID) ([]Ref, error)
	// Refs lists like Rows, without properties and counters, ascending ids. It is one index scan.
	Refs(ctx context.Context, q RowQuery) ([]Ref, error)
	// Rows calls fn for each selected row, ascending ids; one statement for any number of rows. The row is fn's to keep.
	// Do not call the store from within fn.
	Rows(ctx context.Context, q RowQuery, fn func(*Row) error) error
	// DateKeys calls fn for each row that Rows selects by its parent, ascending ids, and reads an index alone: some 30 bytes of the
	// database for a row. One statement; fn must not call the store.
	DateKeys(ctx context.Context, q RowQuery, fn func(DateKey) error) error
	// Object loads an object with all its parts in at most two statements. For a part's id it gives
	// that part with its own parts.
	Object(ctx context.Context, id uint32) (*Object, error)
	// LongValues calls fn for each of some objects of a store, ascending ids, that has values which rows do not show whole: with them, and with
	// references to those that lie outside. Parts have none. It is one statement for some hundreds; do not call the store from within fn.
	LongValues(ctx context.Context, store uint32, ids []uint32, fn func(id uint32, props mapi.Props, lobs []LobRef) error) error
	// Counters reads the counts of a folder (or, with a store's id, its size).
	Counters(ctx context.Context, id uint32) (Counters, error)
	// CountersOf reads the counts kept with folders of a store, or with the store, in the order of the ids and in one statement. What has
	// none, or does not exist, has zeros.
	CountersOf(ctx context.Context, store uint32, ids ...uint32) ([]Counters, error)
}

// ObjectWriter changes the object tree. It keeps no counters by itself: see AddCounters.
type ObjectWriter interface {
	// NewObjectID, NewSourceKey and NewIMAPID give numbers and keys never given before, not even to an
	// update that failed, nor before a crash. They rise.
	NewObjectID(ctx context.Context) (uint32, error)
	NewSourceKey(ctx context.Context) ([]byte, error)
	NewIMAPID(ctx context.Context) (uint32, error)
	// Insert adds an object with all its parts and references to its large values. The caller has filled all
	// ids and sets Store, Parent (and Message) of each part. [ErrEntryIDTaken] and [ErrSourceKeyTaken] say
	// what was not unique; they leave the transaction usable. An engine may find that only after Insert has returned: the update
	// runs again then, and Insert says it. Values of mapi.LoadValueLimit bytes and more that are
	// in Props go to the table lob, and the largest of the others too where all are too much for a row. TOO_BIG is what the
	// database never takes even so; PT_SRESTRICTION and PT_ACTIONS cannot be stored (INVALID_TYPE). An instance
	// in Lobs that does not exist (any more) is UNKNOWN_INSTANCE_ID.
	Insert(ctx context.Context, o *Object) error
	// PutRows rewrites the flags, owner and properties of rows as Rows gave them: what is listed in Cut
	// stays as it is. Everything else of Ref is ignored. A new value longer than the caps is INVALID_PARAMETER:
	// PutObject takes it. NOT_FOUND if one of them does not exist.
	PutRows(ctx context.Context, rows ...*Row) error
	// PutObject rewrites flags, owner, properties and references to large values of an object read by Object
	// (of a store, folder or top-level message; with Message set, of a part); Children are ignored.
	PutObject(ctx context.Context, o *Object) error
	// PutParts inserts or rewrites parts of a message (each with its own fields only, Children ignored) and
	// removes others together with what lies below them.
	PutParts(ctx context.Context, message Ref, put []*Object, remove []uint32) error
	// Move gives a store's object another parent in the same store, and the entry id and
	// source key in r; r.ID selects the object.
	Move(ctx context.Context, r Ref, newParent uint32) error
	// Delete removes stores, folders and messages (these ids only, not what lies below folders) with their parts,
	// access control lists, receive folders, queue rows, search results, counters, and large values that nothing else refers to.
	Delete(ctx context.Context, ids []uint32) error
	// AddCounters adds delta to the counts kept with an object; a row is made if need be.
	AddCounters(ctx context.Context, store, id uint32, delta Counters) error
	// SetCounters replaces them.
	SetCounters(ctx context.Context, store, id uint32, c Counters) error
}

// Errors of Insert and Move; both carry the code COLLISION.
var (
	ErrEntryIDTaken   = mapi.Errorf(mapi.Collision, "storage", "the entry id belongs to another object")
	ErrSourceKeyTaken = mapi.Errorf(mapi.Collision, "storage", "the source key belongs to another object")
)

// Checker is a store that can check itself, for tests and for an operator's fsck.
type Checker interface {
	// CheckConsistency reads the whole database and reports what does not fit together: parts without a
	// message, references to large values that are not there or that the objects do not know of, incomplete contents.
	CheckConsistency(ctx context.Context) error
	// CheckCounters compares the counts of messages and subfolders with the rows.
	CheckCounters(ctx context.Context) error
}
