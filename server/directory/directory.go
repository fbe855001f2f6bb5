// Package directory knows users, groups and companies: it gives them numbers and entry ids, checks their
// passwords, answers the operations on them and is the address book.
//
// The objects are kept in the server's own database (the db plugin of the documentation), or come from another
// plugin (package plugin), of which the database then has a copy. The service holds all of them in memory in an
// immutable snapshot; reads take the snapshot and never wait, except for a name that is not in it and may be new in
// the plugin. Writes are serialised and replace the snapshot after their commit. A plugin that is out of reach
// changes nothing: who was known stays known, over a restart too.
//
// It refuses to give a password, or anything it is derived from, to anybody.
package directory

import (
	"context"

	"zarafa/mapi"
)

//go:generate go run ./plugin/generate ../../docs

// Object is a user, group, company or address list as the server sees it. Objects are immutable:
// a change makes a new one.
type Object struct {
	ID         uint32
	ExternalID []byte
	Class      mapi.ObjectClass
	Name       string // login name, group name or company name, as clients know it
	BareName   string // Name without the company that loginname_format adds
	FullName   string
	Email      string
	AdminLevel uint32 // 0 no, 1 admin of the company, 2 system
	Hidden     bool   // not shown in the address book
	Capacity   uint32
	Company    uint32 // 0: none; a company is its own
	Server     string // home server, empty: this one
	// Props and Multi hold what else the plugin knows, by property tag (8-bit string type; binaries base64).
	Props map[mapi.PropTag]string
	Multi map[mapi.PropTag][]string
	Quota Quota
	// MemberQuota is the default that a company has for its users.
	MemberQuota Quota
}

// Quota are limits in bytes, 0 = none (objects.md section 11).
type Quota struct {
	UseDefault       bool
	IsUserDefault    bool
	Warn, Soft, Hard int64
}

// Directory is the server's view of all users and groups, whatever plugin they come from. Look-ups are answered from memory.
// The built-in objects EVERYONE (1) and SYSTEM (2) are always there.
type Directory interface {
	// ByID finds an object; NOT_FOUND if there is none.
	ByID(ctx context.Context, id uint32) (*Object, error)
	// ByName finds a user, group or company by its name, case-insensitively; kind is a class or its Kind.
	ByName(ctx context.Context, name string, kind mapi.ObjectClass) (*Object, error)
	// Resolve finds the object a request names: by entry id if that is not empty, else by number; number 0
	// (or an id that says 0) with an empty entry id is the caller.
	Resolve(ctx context.Context, caller, id uint32, abEntryID []byte) (*Object, error)
	// List is all objects of a kind that the caller may see, ascending ids.
	List(ctx context.Context, caller uint32, kind mapi.ObjectClass) ([]*Object, error)
	// GroupsOf are all groups a user is in: nested ones and EVERYONE; only those that may be granted rights.
	GroupsOf(ctx context.Context, user uint32) ([]uint32, error)
	// Members of a group, direct ones.
	Members(ctx context.Context, group uint32) ([]*Object, error)
	// IsAdminOver reports whether a user administers another object (objects.md section 8, admin levels).
	IsAdminOver(ctx context.Context, caller, target uint32) (bool, error)
	// EffectiveQuota are the limits that hold for a user: own, or the defaults.
	EffectiveQuota(ctx context.Context, user uint32) (Quota, error)
	// Hosted reports whether there are companies.
	Hosted() bool
	// Named finds an object by a name that a user says: in the company that the name has in it, else in his own. NOT_FOUND
	// if it is in a company that he does not see.
	Named(ctx context.Context, caller uint32, name string, kind mapi.ObjectClass) (*Object, error)
	// Reaches reports whether the company of an object is one that a user sees. Without companies that is always so;
	// objects that are gone are for administrators of the system.
	Reaches(ctx context.Context, caller, target uint32) bool
	// GlobalAddressBook lists what a user finds there: what he may see, with companies that of his own.
	GlobalAddressBook(ctx context.Context, caller uint32) ([]*Object, error)
	// ListsChange reports whether the change of an object, given by its entry id, is for the Global Address Book of a user.
	// Of objects that are gone nobody knows the company; everybody is told.
	ListsChange(ctx context.Context, caller uint32, abEntryID []byte) bool
	// Version grows with every change of the directory, and is above 0. Who has seen a version sees the directory of that version or a
	// later one.
	Version() uint64
	// EntryID is the object's address-book entry id in the form a client with these capabilities understands.
	EntryID(o *Object, capabilities uint32) []byte
}
