package cache

// Class says which rows of a folder a view holds.
type Class uint8

// Classes of rows (tables.md sections 2 and 3).
const (
	Messages Class = iota
	Associated
	DeletedMessages
	DeletedAssociated
	Folders
	DeletedFolders
)

// ViewKey names a shared view. Sort is a canonical encoding of the sort order and
// the locale, which this package does not look into.
type ViewKey struct {
	Folder uint32
	Class  Class
	Sort   string
}

// rowSet is what a change of a folder touches: all its orders of one class.
type rowSet struct {
	folder uint32
	class  Class
}
