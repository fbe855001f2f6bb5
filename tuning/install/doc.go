// Package install writes files so that nothing is ever half-written and everything
// can be taken back.
//
// Before the first file changes, the old contents lie in a numbered backup folder,
// flushed to disk. Each file is then replaced by a rename; if one fails, those before
// it are put back. Undo puts a backup back, but refuses files that somebody has
// changed since, unless it is forced. Only one process may work on a Journal at a
// time; a lock file sees to it.
package install

import "io/fs"

// Change is what is to become of one file.
type Change struct {
	// Path is the file, without symbolic links.
	Path string
	// Before is its content now; Existed is false if there is no file.
	Before  string
	Existed bool
	// After is its new content; Remove deletes it instead.
	After  string
	Remove bool
	// Mode is used for a new file; an existing one keeps its own.
	Mode fs.FileMode
}

// Empty reports whether the change changes nothing.
func (c Change) Empty() bool {
	if c.Remove {
		return !c.Existed
	}
	return c.Existed && c.Before == c.After
}
