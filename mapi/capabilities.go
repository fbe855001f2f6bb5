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
