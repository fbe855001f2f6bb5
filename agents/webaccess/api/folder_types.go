package api

// Role is what a folder is for, if it is one of those that every mailbox has.
type Role string

// Roles.
const (
	RoleInbox    Role = "inbox"
	RoleDrafts   Role = "drafts"
	RoleSent     Role = "sent"
	RoleOutbox   Role = "outbox"
	RoleDeleted  Role = "deleted"
	RoleJunk     Role = "junk"
	RoleCalendar Role = "calendar"
	RoleContacts Role = "contacts"
	RoleTasks    Role = "tasks"
	RoleNotes    Role = "notes"
	RoleJournal  Role = "journal"
	RoleNone     Role = ""
)

// Kind is what lies in a folder.
type Kind string

// Kinds of folders.
const (
	KindMail     Kind = "mail"
	KindCalendar Kind = "calendar"
	KindContacts Kind = "contacts"
	KindTasks    Kind = "tasks"
	KindNotes    Kind = "notes"
	KindJournal  Kind = "journal"
	KindOther    Kind = "other"
)

// Folder is a folder of a tree.
type Folder struct {
	ID ID `json:"id"`
	// Parent is empty for folders directly below the root.
	Parent ID     `json:"parent"`
	Name   string `json:"name"`
	Role   Role   `json:"role"`
	Kind   Kind   `json:"kind"`
	Total  int    `json:"total"`
	Unread int    `json:"unread"`
	// Search: it is a search folder, which shows messages of others.
	Search bool `json:"search"`
}

// FoldersGet asks for all folders of a store.
type FoldersGet struct {
	// Store is empty for the user's own.
	Store ID `json:"store,omitempty"`
}

// Folders is the result of "folders/get": parents come before their children, brothers in the order of their names, those with a role first.
type Folders struct {
	Store ID       `json:"store"`
	List  []Folder `json:"list"`
	State State    `json:"state"`
}

// FolderCreate is a folder to be.
type FolderCreate struct {
	// Parent is empty for one directly below the root of the user's store.
	Parent ID     `json:"parent"`
	Name   string `json:"name"`
	Kind   Kind   `json:"kind"`
}

// FolderUpdate gives a folder another name, or another parent.
type FolderUpdate struct {
	Name string `json:"name,omitempty"`
	// Parent, if it is there, moves the folder with all that is in it; empty is the root.
	Parent *ID `json:"parent,omitempty"`
}

// FoldersSet changes folders. Creation comes first, then updates, emptying and destruction. Folders with a role keep their name and place.
type FoldersSet struct {
	// Create has the client's own ids as keys, which stand in the result.
	Create map[ID]FolderCreate `json:"create,omitempty"`
	Update map[ID]FolderUpdate `json:"update,omitempty"`
	// Empty moves what is in folders to the deleted items; what is in these, or below them, can only be restored from there on.
	Empty []ID `json:"empty,omitempty"`
	// Destroy moves folders to the deleted items, and deletes those that are there already.
	Destroy []ID `json:"destroy,omitempty"`
}

// FoldersChanged is the result of "folders/set".
type FoldersChanged struct {
	// Created are the ids of new folders, by the client's.
	Created map[ID]ID `json:"created"`
	Failed  Failures  `json:"failed"`
}
