package mapi

// Flags of setReadFlags (MAPI's IMessage::SetReadFlag; objects.md section 4). Without ClearReadFlag a message is marked read.
const (
	SuppressReceipt     uint32 = 0x1 // SUPPRESS_RECEIPT: no receipt is pending any more
	ClearReadFlag       uint32 = 0x4 // CLEAR_READ_FLAG
	GenerateReceiptOnly uint32 = 0x10
	ClearRNPending      uint32 = 0x20 // CLEAR_RN_PENDING: no read receipt
	ClearNRNPending     uint32 = 0x40 // CLEAR_NRN_PENDING: no receipt about not reading
)

// MsgStatusDelMarked is the bit of PR_MSG_STATUS that an IMAP client sets before it expunges.
const MsgStatusDelMarked uint32 = 0x8

// NamesCreate has getIDsFromNames give numbers to names that have none (MAPI_CREATE).
const NamesCreate uint32 = 0x2

// Flags by which clients insist on the server that they ask, whatever server is home to the owner of a store.
const (
	CreateStoreHere  uint32 = 0x1  // of createStore
	PublicStoreHere  uint32 = 0x1  // of getPublicStore
	ResolveStoreHere uint32 = 0x10 // of resolveUserStore
)

// States of a store's quota (objects.md section 11), from harmless to worst.
const (
	QuotaOK   uint32 = 0
	QuotaWarn uint32 = 1
	QuotaSoft uint32 = 2 // nothing can be sent
	QuotaHard uint32 = 3 // nothing can be saved
)

// Flags of setSearchCriteria (tables.md section 10).
const (
	SearchStop     uint32 = 0x1 // STOP_SEARCH
	SearchRestart  uint32 = 0x2 // RESTART_SEARCH
	SearchRecurses uint32 = 0x4 // RECURSIVE_SEARCH: in the subfolders too
)

// States of a search folder that getSearchCriteria answers, as bits (tables.md section 10). They are not the flags that were set: the numbers overlap.
const (
	SearchRunning    uint32 = 0x1
	SearchRebuilding uint32 = 0x2
	SearchRecursive  uint32 = 0x4
)

// Values of PR_EC_SEARCHFOLDER_STATUS.
const (
	SearchStatusRunning uint32 = 0
	SearchStatusRebuild uint32 = 1
	SearchStatusStopped uint32 = 2
)

// Bookmarks that every table has; a table numbers others from BookmarkFirstOwn on.
const (
	BookmarkBeginning uint32 = 0
	BookmarkCurrent   uint32 = 1
	BookmarkEnd       uint32 = 2
	BookmarkFirstOwn  uint32 = 3
)

// Flags of table operations.
const (
	QueryNoAdvance        uint32 = 0x1 // TBL_NOADVANCE of tableQueryRows: the cursor stays. Clients put all sorts of numbers into the other flags
	FindBackward          uint32 = 0x1 // DIR_BACKWARD of tableFindRow
	MultiClearRestriction uint32 = 0x1 // of tableMulti: the table is no longer restricted
	QueryAllColumns       uint32 = 0x1 // TBL_ALL_COLUMNS of tableQueryColumns
)

// Caches that purgeCache names and that a server may have to purge, as bits (objects.md section 16).
const (
	PurgeCells uint32 = 0x20
	PurgeUsers uint32 = 0x200 | 0x400 | 0x800
)

// Values of PR_ROW_TYPE.
const (
	RowLeaf      uint32 = 1
	RowExpanded  uint32 = 3
	RowCollapsed uint32 = 4
)

// Bits of PR_ACCESS (objects.md section 3.4).
const (
	AccessModify           uint32 = 0x1
	AccessRead             uint32 = 0x2
	AccessDelete           uint32 = 0x4
	AccessCreateHierarchy  uint32 = 0x8
	AccessCreateContents   uint32 = 0x10
	AccessCreateAssociated uint32 = 0x20
)
