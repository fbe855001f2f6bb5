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
