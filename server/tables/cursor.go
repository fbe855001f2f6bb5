package tables

import (
	"bytes"

	"zarafa/cache"
)

// place is a position in a table that stays with its row while others come and go. The zero place is
// before the first row.
type place struct {
	at  placeKind
	row cache.Row
	key []byte

	version uint64 // of the snapshot in which the row was last seen
	i       int    // where the row is in it
}

type placeKind uint8

const (
	atStart placeKind = iota
	atRow
	atEnd
)

// placeAt is the position of index i; Len() is behind the last row.
func placeAt(s cache.Snapshot, i int, key []byte) place {
	if i >= s.Len() {
		if s.Len() == 0 {
			return place{}
		}
		return place{at: atEnd, key: key[:0]}
	}
	row, k := s.At(i)
	return place{at: atRow, row: row, key: append(key[:0], k...), version: s.Version(), i: i}
}

// index is where the position is now: with its row, also if that was sorted elsewhere, or, if the row is gone, on
// the one behind it.
func (p *place) index(s cache.Snapshot) int {
	switch p.at {
	case atStart:
		return 0
	case atEnd:
		return s.Len()
	}
	if p.version == s.Version() {
		return p.i
	}
	if i, ok := s.Rank(p.row); ok {
		return i
	}
	return s.SearchRow(p.row, p.key)
}

// same reports whether the position's row is still there under the key it had.
func (p *place) same(s cache.Snapshot) bool {
	if p.at != atRow {
		return true
	}
	key, ok := s.Key(p.row)
	return ok && bytes.Equal(key, p.key)
}

// position is the index of the cursor. A cursor whose row is gone is on the next one from now on.
func (t *table) position(s cache.Snapshot) int {
	i := t.cursor.index(s)
	if t.cursor.at == atRow && t.cursor.version != s.Version() {
		if r, _ := s.At(i); r != t.cursor.row {
			t.cursor = placeAt(s, i, t.cursor.key)
		}
	}
	return i
}
