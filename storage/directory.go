package storage

import (
	"context"

	"zarafa/mapi"
)

// UserID is a row of the table users: the number this server gives to an object
// of the user directory, whatever plugin it comes from.
type UserID struct {
	ID         uint32
	ExternalID []byte
	Class      mapi.ObjectClass
	Signature  string // changes whenever the directory's object changes
	Company    uint32
}

// DirectoryObject is a user, group or company kept by the db plugin (tables object,
// objectproperty, objectmvproperty, objectrelation).
type DirectoryObject struct {
	ExternalID []byte
	Class      mapi.ObjectClass
	Props      map[string]string   // loginname, password, fullname, emailaddress, …; others under 0xTTTTTTTT
	Multi      map[string][]string // in order
}

// Relation types between directory objects.
const (
	RelationGroupMember       uint32 = 1
	RelationCompanyView       uint32 = 2
	RelationCompanyAdmin      uint32 = 3
	RelationQuotaUserRecip    uint32 = 4
	RelationQuotaCompany      uint32 = 5
	RelationSendAs            uint32 = 6
	RelationAddressListMember uint32 = 7
)

// DirectoryReader reads user ids and the db plugin's objects. These lists are small and
// the server keeps them in memory, so they are read whole.
type DirectoryReader interface {
	// UserIDs lists the numbers of all directory objects with what they stand for, ascending.
	UserIDs(ctx context.Context) ([]UserID, error)
	// DirectoryObjects lists all objects of the directory with their properties, by external id.
	DirectoryObjects(ctx context.Context) ([]DirectoryObject, error)
	// Relations lists the external ids of the children of a parent (group → members).
	Relations(ctx context.Context) ([]DirectoryRelation, error)
}

// DirectoryRelation links two directory objects.
type DirectoryRelation struct {
	Parent, Child []byte
	Type          uint32
}

// DirectoryWriter changes them.
type DirectoryWriter interface {
	// AddUserID gives the object the number u.ID, or the next one if that is 0; COLLISION if the number is taken or
	// the external id of that class has one.
	AddUserID(ctx context.Context, u UserID) (uint32, error)
	// PutUserID inserts or replaces the row with the number u.ID.
	PutUserID(ctx context.Context, u UserID) error
	// DeleteUserID removes the row of a number, if there is one.
	DeleteUserID(ctx context.Context, id uint32) error
	// PutDirectoryObject inserts or replaces an object with all its properties.
	PutDirectoryObject(ctx context.Context, o DirectoryObject) error
	// DeleteDirectoryObject removes an object with its relations.
	DeleteDirectoryObject(ctx context.Context, externalID []byte) error
	// PutRelation adds a child to a parent; COLLISION if it is there.
	PutRelation(ctx context.Context, r DirectoryRelation) error
	// DeleteRelation takes a child from a parent; NOT_FOUND if it is not there.
	DeleteRelation(ctx context.Context, r DirectoryRelation) error
}
