package storage

import "zarafa/mapi"

// MaxFolderDepth is how many folders may lie above one, the root of its store included. The server makes, moves and copies nothing to
// where it would lie deeper. Trees that are deeper all the same, from another server or an earlier version, can be read,
// searched, tidied and deleted: no walk stops at this depth.
const MaxFolderDepth = 256

// An Ascent guards a walk from an object up to its store, which in a damaged tree would never end. The zero value is ready.
type Ascent struct {
	mark        uint32 // an object that the walk came by; moved on at each power of two, as in Brent's way to find cycles
	steps, turn int
}

// Step notes the next object of the walk. It fails with DATABASE_ERROR if the walk goes round in circles.
func (a *Ascent) Step(id uint32) error {
	if a.steps > 0 && id == a.mark {
		return mapi.Errorf(mapi.DatabaseError, "storage", "object %d lies below itself: the tree of folders is damaged", id)
	}
	if a.steps == a.turn {
		a.mark, a.turn = id, 2*a.turn+1
	}
	a.steps++
	return nil
}
