package cache

import (
	"cmp"
	"unsafe"
)

// Row names one row of a table: the object and, for a table that is expanded by
// a multi-valued column, the number of the value (tables.md section 7).
type Row struct {
	ID    uint32
	Order uint32
}

func (r Row) compare(s Row) int {
	if c := cmp.Compare(r.ID, s.ID); c != 0 {
		return c
	}
	return cmp.Compare(r.Order, s.Order)
}

// KeyedRow is a row with its sort key.
type KeyedRow struct {
	Row
	Key []byte
}

// entry is a row inside a tree; its key lies in the view's keyArena.
type entry struct {
	Row
	key keyRef
}

const entrySize = int64(unsafe.Sizeof(entry{}))
