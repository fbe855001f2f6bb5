package cache

import "math/rand/v2"

// state is one version of a view: immutable once published.
type state struct {
	version uint64 // by chance; never 0
	byKey   *node
	byRow   *node
	chunks  keyChunks
}

func newState(byKey, byRow *node, chunks keyChunks) *state {
	return &state{version: rand.Uint64() | 1, byKey: byKey, byRow: byRow, chunks: chunks}
}

// Snapshot is a view as it was at one moment. It never changes and may be kept
// and read by any number of goroutines; it holds on to the memory of its version.
// Keys that its methods return must not be changed. The zero Snapshot is empty.
type Snapshot struct {
	s *state
}

// Len is the number of rows.
func (s Snapshot) Len() int {
	if s.s == nil {
		return 0
	}
	return s.s.byKey.len()
}

// Version tells snapshots apart: two with the same one have the same rows in the same places, whichever views they come
// from. It is a random number, so that whoever remembers it holds on to nothing. Of an empty snapshot it may be 0.
func (s Snapshot) Version() uint64 {
	if s.s == nil {
		return 0
	}
	return s.s.version
}

// At is row i and its key; outside 0..Len()-1 it is the zero Row and nil.
func (s Snapshot) At(i int) (Row, []byte) {
	if i < 0 || i >= s.Len() {
		return Row{}, nil
	}
	e := s.s.byKey.at(i)
	return e.Row, s.s.chunks.at(e.key)
}

// Key is a row's sort key.
func (s Snapshot) Key(r Row) ([]byte, bool) {
	if s.s == nil {
		return nil, false
	}
	e, ok := s.s.find(r)
	if !ok {
		return nil, false
	}
	return s.s.chunks.at(e.key), true
}

// Rank is the index of a row.
func (s Snapshot) Rank(r Row) (int, bool) {
	key, ok := s.Key(r)
	if !ok {
		return 0, false
	}
	return s.SearchRow(r, key), true
}

// Search is the index of the first row whose key is not less than key, Len() if
// there is none. The first row whose key is greater is Search of key and a zero byte.
func (s Snapshot) Search(key []byte) int { return s.SearchRow(Row{}, key) }

// SearchRow is the index that a row with this key has or would have: the place to
// go on when the row itself has been deleted.
func (s Snapshot) SearchRow(r Row, key []byte) int {
	if s.s == nil {
		return 0
	}
	i, _, _ := s.s.byKey.rank(&probe{chunks: s.s.chunks, key: key, row: r, byKey: true})
	return i
}

// Prior is the row before r, and whether r is in the view and not its first row.
func (s Snapshot) Prior(r Row) (Row, bool) {
	i, ok := s.Rank(r)
	if !ok || i == 0 {
		return Row{}, false
	}
	return s.s.byKey.at(i - 1).Row, true
}

// Range calls fn for the rows from index from on in order, until fn returns false.
// It reports whether it came to the end.
func (s Snapshot) Range(from int, fn func(i int, r Row, key []byte) bool) bool {
	i := max(from, 0)
	if i >= s.Len() {
		return true
	}
	return s.s.byKey.ascend(i, func(e entry) bool {
		i++
		return fn(i-1, e.Row, s.s.chunks.at(e.key))
	})
}

// AppendRows appends the rows from index from to index to, without their keys.
func (s Snapshot) AppendRows(rows []Row, from, to int) []Row {
	from, to = max(from, 0), min(to, s.Len())
	if from >= to {
		return rows
	}
	return s.s.byKey.appendRows(rows, from, to)
}

// Instances calls fn for all rows of one object in order of their instance number,
// until fn returns false.
func (s Snapshot) Instances(id uint32, fn func(r Row, key []byte) bool) {
	if s.s == nil || s.s.byRow == nil {
		return
	}
	i, _, _ := s.s.byRow.rank(&probe{row: Row{ID: id}})
	if i >= s.s.byRow.len() {
		return
	}
	s.s.byRow.ascend(i, func(e entry) bool {
		return e.ID == id && fn(e.Row, s.s.chunks.at(e.key))
	})
}

func (s *state) find(r Row) (entry, bool) {
	_, e, ok := s.byRow.rank(&probe{row: r})
	return e, ok
}
