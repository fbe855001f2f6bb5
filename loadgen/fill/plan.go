package fill

import (
	"math/rand/v2"

	"zarafa/client"
	"zarafa/loadgen/content"
)

// Kinds of folders.
type kind int

const (
	mailFolder kind = iota
	sentFolder
	calendarFolder
	contactsFolder
)

// folder is a folder of a mailbox that is to be filled.
type folder struct {
	kind     kind
	standard bool
	which    client.DefaultFolder // if standard
	name     string               // otherwise
	parent   int                  // place of the parent in the plan; -1 is the top of the visible tree
	items    int
}

// Shares of the items, in percent; what is left goes to the user's own folders.
const (
	inboxShare    = 40
	sentShare     = 20
	deletedShare  = 5
	calendarShare = 5
	contactsShare = 5
)

// Own folders: some, and one more for each lot of items.
const (
	minFolders     = 3
	maxFolders     = 60
	itemsPerFolder = 100
)

// plan lays out a mailbox with the given number of items.
func plan(m *content.Material, r *rand.Rand, items int) []folder {
	list := []folder{
		{standard: true, which: client.Inbox, kind: mailFolder, items: items * inboxShare / 100},
		{standard: true, which: client.SentItems, kind: sentFolder, items: items * sentShare / 100},
		{standard: true, which: client.DeletedItems, kind: mailFolder, items: items * deletedShare / 100},
		{standard: true, which: client.Calendar, kind: calendarFolder, items: items * calendarShare / 100},
		{standard: true, which: client.Contacts, kind: contactsFolder, items: items * contactsShare / 100},
	}
	left := items
	for _, f := range list {
		left -= f.items
	}
	return append(list, ownFolders(m, r, len(list), left, min(minFolders+items/itemsPerFolder, maxFolders))...)
}

// ownFolders lays out n folders, the first at place first of the plan; a few hold most of the items, as users file.
func ownFolders(m *content.Material, r *rand.Rand, first, items, n int) []folder {
	list := make([]folder, n)
	names := make(map[string]bool)
	for i := range list {
		name := m.FolderName(r)
		for names[name] {
			name += " " + m.FolderName(r)
		}
		names[name] = true
		parent := -1
		if i > 0 && r.IntN(3) == 0 {
			parent = first + r.IntN(i)
		}
		list[i] = folder{name: name, parent: parent, kind: mailFolder}
	}
	zipf := rand.NewZipf(r, 1.3, 1, uint64(n-1))
	for range items {
		list[zipf.Uint64()].items++
	}
	return list
}
