package cache

import (
	"bytes"
	"sync"
	"sync/atomic"
	"unsafe"
)

// View is one sorted list of rows: by key (bytewise), then by object id, then by
// instance number. Readers take a [Snapshot]; Put and Delete take turns and
// replace the current version. A sort order with descending or missing values is
// the business of who makes the keys.
type View struct {
	state atomic.Pointer[state]
	size  atomic.Int64

	mu    sync.Mutex // one writer at a time
	arena *keyArena

	shared *shared // nil for a private view; set once, before the view is published
}

// NewView makes an empty private view: a table of its own, not one of [Views].
func NewView() *View {
	v := new(View)
	v.reset(newState(nil, nil, nil), new(keyArena))
	return v
}

// BuildView makes a private view of rows in any order. Of a row that occurs twice
// the later one counts. It returns [ErrViewTooLarge] for more than 4 GiB of keys.
func BuildView(rows []KeyedRow) (*View, error) {
	var b builder
	for i := range rows {
		b.add(rows[i].Row, rows[i].Key)
	}
	v := new(View)
	if err := b.into(v); err != nil {
		return nil, err
	}
	return v, nil
}

// reset gives the view a state and the arena it was built with.
func (v *View) reset(s *state, a *keyArena) {
	v.arena = a
	v.setSize(viewOverhead + v.shared.overhead() + s.byKey.treeBytes() + s.byRow.treeBytes() + a.bytes)
	v.state.Store(s)
}

const viewOverhead = int64(unsafe.Sizeof(View{}) + unsafe.Sizeof(state{}) + unsafe.Sizeof(keyArena{}))

// Snapshot is the current version.
func (v *View) Snapshot() Snapshot { return Snapshot{v.state.Load()} }

// Len is the current number of rows.
func (v *View) Len() int { return v.Snapshot().Len() }

// Bytes is the memory of the current version with everything that belongs to it.
func (v *View) Bytes() int64 { return v.size.Load() }

// ChangeKind says what a Put or Delete did.
type ChangeKind uint8

// Kinds of changes.
const (
	Unchanged ChangeKind = iota // the row has this key already, or there is no such row to remove
	Added
	Moved // the row has another key now; it may still have the same index
	Removed
	Logged  // the view is still loading and will apply the change itself
	Refused // the keys would exceed what a view can address; the row is not in the view
)

// Change reports a Put or Delete, for the notification of a table.
type Change struct {
	Kind     ChangeKind
	Index    int // of the row now; of a removed row, the one it had
	Was      int // index before a move
	Prior    Row // the row before it in the new order
	HasPrior bool
}

// Put inserts a row or gives it another key. The key is copied.
func (v *View) Put(r Row, key []byte) Change {
	v.mu.Lock()
	if v.shared.log(r, key, false) {
		v.mu.Unlock()
		return Change{Kind: Logged}
	}
	c := v.put(r, key)
	v.mu.Unlock()
	v.shared.grown()
	return c
}

// Delete takes a row out.
func (v *View) Delete(r Row) Change {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.shared.log(r, nil, true) {
		return Change{Kind: Logged}
	}
	return v.remove(r)
}

func (v *View) put(r Row, key []byte) Change {
	s := v.state.Load()
	byRow := probe{row: r}
	byKey := probe{chunks: s.chunks, key: key, row: r, byKey: true}
	old, exists := s.find(r)
	if exists && bytes.Equal(s.chunks.at(old.key), key) {
		i, _, _ := s.byKey.rank(&byKey)
		return s.change(Unchanged, i)
	}
	before := v.arena.bytes
	ref, err := v.arena.put(key)
	if err != nil {
		v.rebuild(s)
		if ref, err = v.arena.put(key); err != nil {
			v.remove(r) // a row under a stale key would be worse than none
			return Change{Kind: Refused}
		}
		s = v.state.Load()
		before = v.arena.bytes
		old, exists = s.find(r)
	}
	next := newState(s.byKey, s.byRow, v.arena.chunks)
	byKey.chunks = next.chunks
	var d edit
	kind, was := Added, 0
	e := entry{Row: r, key: ref}
	if exists {
		kind = Moved
		was = next.takeOut(&d, old)
		next.byRow = d.update(next.byRow, &byRow, e)
		v.arena.drop(old.key)
	} else {
		next.byRow = d.insert(next.byRow, &byRow, e)
	}
	next.byKey = d.insert(next.byKey, &byKey, e)
	v.publish(next, d.bytes+v.arena.bytes-before)
	i, _, _ := next.byKey.rank(&byKey)
	c := next.change(kind, i)
	c.Was = was
	return c
}

func (v *View) remove(r Row) Change {
	s := v.state.Load()
	old, ok := s.find(r)
	if !ok {
		return Change{Kind: Unchanged}
	}
	next := newState(s.byKey, s.byRow, s.chunks)
	var d edit
	i := next.takeOut(&d, old)
	next.byRow = d.remove(next.byRow, &probe{row: r})
	v.arena.drop(old.key)
	v.publish(next, d.bytes)
	return next.change(Removed, i)
}

// takeOut removes a row from the order by key of a state that is not published yet
// and returns the index it had.
func (s *state) takeOut(d *edit, e entry) int {
	p := probe{chunks: s.chunks, key: s.chunks.at(e.key), row: e.Row, byKey: true}
	i, _, _ := s.byKey.rank(&p)
	s.byKey = d.remove(s.byKey, &p)
	return i
}

// change describes the row at index i (or the gap there, for a removed row).
func (s *state) change(kind ChangeKind, i int) Change {
	c := Change{Kind: kind, Index: i, Was: i}
	if i > 0 {
		c.Prior, c.HasPrior = s.byKey.at(i-1).Row, true
	}
	return c
}

func (v *View) publish(s *state, grown int64) {
	v.setSize(v.size.Load() + grown)
	v.state.Store(s)
	if v.arena.wasteful() {
		v.rebuild(s)
	}
}

// rebuild copies the keys in use into a new arena. It costs O(n) after at least
// as many bytes of changes; readers keep what they have.
func (v *View) rebuild(s *state) {
	var b builder
	b.rows = make([]keyedEntry, 0, s.byRow.len())
	if s.byRow != nil {
		s.byRow.ascend(0, func(e entry) bool {
			b.rows = append(b.rows, keyedEntry{prefix: keyPrefix(s.chunks.at(e.key)), entry: e})
			return true
		})
	}
	b.staged.chunks = s.chunks
	// The keys in use fit, because they fitted before: the error cannot occur.
	if next, arena, err := b.build(); err == nil {
		v.reset(next, arena)
	}
}

// setSize keeps the registry's sum right too; the caller holds v.mu.
func (v *View) setSize(n int64) {
	old := v.size.Swap(n)
	v.shared.charge(n - old)
}

func (n *node) treeBytes() int64 {
	if n == nil {
		return 0
	}
	sum := n.bytes()
	for _, kid := range n.kids {
		sum += kid.treeBytes()
	}
	return sum
}
