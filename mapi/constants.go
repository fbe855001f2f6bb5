package mapi

// ObjectType is the kind of an object (MAPI object types).
type ObjectType uint32

// Object types. Recipients are TypeMailUser or TypeDistList.
const (
	TypeStore    ObjectType = 1
	TypeAddrBook ObjectType = 2
	TypeFolder   ObjectType = 3
	TypeABCont   ObjectType = 4
	TypeMessage  ObjectType = 5
	TypeMailUser ObjectType = 6
	TypeAttach   ObjectType = 7
	TypeDistList ObjectType = 8
	TypeStatus   ObjectType = 10
)

// Flags of an object's row: FlagAssociated and FlagDeleted of any object; a folder's
// low bits are its kind (PR_FOLDER_TYPE).
const (
	FlagAssociated uint32 = 0x40
	FlagDeleted    uint32 = 0x400

	FolderRoot    uint32 = 0
	FolderGeneric uint32 = 1
	FolderSearch  uint32 = 2
)

// Bits of PR_MESSAGE_FLAGS (objects.md section 4).
const (
	MsgRead       uint32 = 0x1
	MsgUnmodified uint32 = 0x2
	MsgSubmit     uint32 = 0x4
	MsgUnsent     uint32 = 0x8
	MsgHasAttach  uint32 = 0x10
	MsgFromMe     uint32 = 0x20
	MsgAssociated uint32 = 0x40
	MsgResend     uint32 = 0x80
	MsgRNPending  uint32 = 0x100
	MsgNRNPending uint32 = 0x200
	MsgDeleted    uint32 = 0x400
)

// Values of PR_RECIPIENT_TYPE (MS-OXCMSG 2.2.3.1).
const (
	RecipientTo  uint32 = 1
	RecipientCc  uint32 = 2
	RecipientBcc uint32 = 3
)

// Values of PR_ATTACH_METHOD (MS-OXCMSG 2.2.2.9).
const (
	AttachByValue  uint32 = 1
	AttachEmbedded uint32 = 5 // a message
	AttachOLE      uint32 = 6
)

// Store types; a mask of them has the bits 1<<type.
const (
	StorePrivate uint32 = 0
	StorePublic  uint32 = 1
	StoreArchive uint32 = 2
)

// Table types of tableOpen (tables.md section 1).
const (
	TableMS            uint32 = 1
	TableAB            uint32 = 2
	TableSpooler       uint32 = 3
	TableMultiStore    uint32 = 4
	TableStatsSystem   uint32 = 5
	TableStatsSessions uint32 = 6
	TableStatsUsers    uint32 = 7
	TableStatsCompany  uint32 = 8
	TableUserStores    uint32 = 9
	TableMailbox       uint32 = 10
	TableStatsServers  uint32 = 11
)

// Flags of tableOpen and of opening objects.
const (
	OpenConvenientDepth uint32 = 0x1
	OpenShowSoftDeletes uint32 = 0x2
	OpenDeferredErrors  uint32 = 0x8
	OpenAssociated      uint32 = 0x40
	OpenNoCap           uint32 = 0x40000000
	OpenUnicode         uint32 = 0x80000000
)

// Caps of table cells: strings in code points, binaries in bytes (tables.md section 4).
const (
	TableStringCap = 255
	TableBinaryCap = 511
)

// LoadValueLimit is the size from which loadObject leaves a single value out, so
// that clients fetch it by loadProp (objects.md section 3.3).
const LoadValueLimit = 32768

// Flags of the delete, copy and move operations.
const (
	DelMessages    uint32 = 0x1
	DelFolders     uint32 = 0x4
	DelAssociated  uint32 = 0x8
	DelHard        uint32 = 0x10
	CopyMove       uint32 = 0x1
	CopySubfolders uint32 = 0x10
)

// Event masks of notifySubscribe and types of events (wire.md section 10).
const (
	EventNewMail        uint32 = 0x2
	EventCreated        uint32 = 0x4
	EventDeleted        uint32 = 0x8
	EventModified       uint32 = 0x10
	EventMoved          uint32 = 0x20
	EventCopied         uint32 = 0x40
	EventSearchComplete uint32 = 0x80
	EventTableModified  uint32 = 0x100
	EventMessagesOnly   uint32 = 0x10000
	EventFoldersOnly    uint32 = 0x20000
	EventIgnoreCounters uint32 = 0x40000
	EventExtended       uint32 = 0x80000000
	EventICSChange      uint32 = 0x80000001
)

// Table events (ulTableEvent).
const (
	TableChanged     uint32 = 1
	TableError       uint32 = 2
	TableRowAdded    uint32 = 3
	TableRowDeleted  uint32 = 4
	TableRowModified uint32 = 5
)

// Flags of rows in the outgoing queue.
const (
	SubmitLocal      uint32 = 0
	SubmitMaster     uint32 = 1
	SubmitDoSentMail uint32 = 2
)

// Object classes of the address book (objects.md section 9): kind<<16 | number.
type ObjectClass uint32

// Object classes.
const (
	ClassActiveUser    ObjectClass = 0x10001
	ClassNonActiveUser ObjectClass = 0x10002
	ClassRoom          ObjectClass = 0x10003
	ClassEquipment     ObjectClass = 0x10004
	ClassContact       ObjectClass = 0x10005
	ClassGroup         ObjectClass = 0x30001
	ClassSecurityGroup ObjectClass = 0x30002
	ClassDynamicGroup  ObjectClass = 0x30003
	ClassCompany       ObjectClass = 0x40001
	ClassAddressList   ObjectClass = 0x40002
)

// Kind is the class without its number: 0x10000 mail user, 0x30000 group, 0x40000 container.
func (c ObjectClass) Kind() ObjectClass { return c &^ 0xFFFF }

// ABType is the object type of the class in address-book entry ids.
func (c ObjectClass) ABType() ObjectType {
	switch c.Kind() {
	case 0x10000:
		return TypeMailUser
	case 0x30000:
		return TypeDistList
	default:
		return TypeABCont
	}
}

// Built-in users of every installation.
const (
	UserEveryone uint32 = 1
	UserSystem   uint32 = 2
)
