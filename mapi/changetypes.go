package mapi

// Types of the changes that are recorded for synchronisation: what kind of object, or-ed with what happened to it (objects.md section 13).
const (
	ChangeNew        uint32 = 1
	ChangeModified   uint32 = 2
	ChangeFlag       uint32 = 3
	ChangeSoftDelete uint32 = 4
	ChangeHardDelete uint32 = 5

	ChangeMessage uint32 = 0x1000
	ChangeFolder  uint32 = 0x2000
	ChangeUser    uint32 = 0x4000 // or another object of the address book

	ChangeObjectMask uint32 = 0xF000
	ChangeEventMask  uint32 = 0x000F
)

// Kinds of synchronisation (ulChangeType of the calls; objects.md section 13).
const (
	SyncContents    uint32 = 1
	SyncHierarchy   uint32 = 2
	SyncAddressBook uint32 = 3
)

// Flags of getChanges and of the calls that export messages as streams (objects.md section 13; wire.md section 11).
const (
	SyncNoDeletions     uint32 = 0x2
	SyncNoSoftDeletions uint32 = 0x4
	SyncReadState       uint32 = 0x8 // changes of the read flag too
	SyncAssociated      uint32 = 0x10
	SyncNormal          uint32 = 0x20
	SyncPlainText       uint32 = 0x200   // streams have neither RTF nor HTML
	SyncCatchUp         uint32 = 0x400   // only the state, no changes
	SyncBestBody        uint32 = 0x2000  // streams have of RTF and HTML only the one with the lower tag
	SyncNoDBChanges     uint32 = 0x80000 // nothing is written: neither the sets of restricted synchronisations nor a first change
)
