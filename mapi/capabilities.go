package mapi

// Capability bits of the log-on, of clients and servers (wire.md section 8).
const (
	CapCompression     uint32 = 0x0001
	CapMailboxOwner    uint32 = 0x0002
	CapCrypt           uint32 = 0x0008
	CapLargeSessionID  uint32 = 0x0010
	CapLicenseServer   uint32 = 0x0020
	CapMultiServer     uint32 = 0x0040
	CapLoadPropEntryID uint32 = 0x0080
	CapEnhancedICS     uint32 = 0x0100
	CapUnicode         uint32 = 0x0200
	CapMsgLock         uint32 = 0x0400
	CapExportPropTag   uint32 = 0x0800
	CapImpersonation   uint32 = 0x1000
	CapMaxABChangeID   uint32 = 0x2000
	CapExtendedAnon    uint32 = 0x4000
	CapGIFN32          uint32 = 0x8000
	CapDelivery        uint32 = 0x10000 // this server's own, see docs/protocol.md
	CapGateway         uint32 = 0x20000 // so is this
)

// Flags that a server with CapDelivery understands from clients that have it too.
const (
	SaveNewMail     uint32 = 0x10000 // saveObject, importMessageFromStream: announce the message as new mail once it is saved
	ResolveContents uint32 = 0x10000 // resolveUserStore: answer with the store's and its receive folder's properties
)

// What a server with CapGateway understands from clients that have it too.
const (
	CopyTellCopies uint32 = 0x10000 // copyObjects: all messages or none, and answer what became of each
	QueryBounded   uint32 = 0x40000 // tableQueryRows, tableMulti: fewer rows than asked for rather than an answer of more than some MiB
	SaveTellNumber uint32 = 0x20000 // saveObject, importMessageFromStream: answer the IMAP id and the modification number of the message
)

// MessageChange.Read of setReadFlags: what becomes of MSGFLAG_READ.
const (
	ReadLeave uint32 = iota
	ReadSet          // as the flags of the request say
	ReadClear
)

// MessageChange.ListMode of setReadFlags: what becomes of the values of a multi-valued property of strings, which are compared without
// regard to case.
const (
	ListLeave uint32 = iota
	ListReplace
	ListAdd
	ListRemove
)

// MessageAnswer.State: what a changed message became.
const (
	MessageChanged  uint32 = iota
	MessageSame            // nothing was to be changed
	MessageNewer           // it was left as it is, since it had changed later than the condition says
	MessageNotThere        // it is in the folder no longer
)
