package mapi

// Rights are the bits of an access control entry (objects.md section 8).
type Rights uint32

// Rights bits.
const (
	RightReadAny         Rights = 0x1
	RightCreate          Rights = 0x2
	RightEditOwned       Rights = 0x8
	RightDeleteOwned     Rights = 0x10
	RightEditAny         Rights = 0x20
	RightDeleteAny       Rights = 0x40
	RightCreateSubfolder Rights = 0x80
	RightFolderAccess    Rights = 0x100
	RightContact         Rights = 0x200
	RightFolderVisible   Rights = 0x400

	RightsAll  Rights = 0x5FB
	RightsMask Rights = 0x15FB
)

// Types of access control entries.
const (
	ACEDenied uint32 = 1
	ACEGrant  uint32 = 2
	ACEBoth   uint32 = 3
)

// States of a rights row in setRights.
const (
	ACEStateNormal           uint32 = 0
	ACEStateNew              uint32 = 1
	ACEStateModify           uint32 = 2
	ACEStateDeleted          uint32 = 4
	ACEStateAutoUpdateDenied uint32 = 8
)

// ACE is a row of an object's access control list.
type ACE struct {
	UserID uint32
	Type   uint32 // ACEDenied or ACEGrant
	Rights Rights
}
