package sqlstore

import "zarafa/mapi"

// Reserve is room on the disk that is kept for the time when there is none left.
type Reserve interface {
	// Free gives the room up, when the database has found the disk full, and reports whether there was any.
	Free() bool
	// Tight reports that only what makes room may be written.
	Tight() bool
	// Refill takes room again, if there is enough.
	Refill()
}

// growing fails while nothing may be written that needs room for good.
func (s *Store) growing() error {
	if s.reserve == nil || !s.reserve.Tight() {
		return nil
	}
	return mapi.Errorf(mapi.DatabaseError, "storage", "the disk is full; only what makes room is written: delete mail, or make room on the disk")
}
