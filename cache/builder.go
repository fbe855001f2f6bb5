package cache

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// builder collects rows in any order and packs them into a view.
type builder struct {
	rows   []keyedEntry
	staged keyArena
	err    error // of the first add that failed; build returns it
}

// keyedEntry carries the first bytes of the key, so that most comparisons of the
// sort need not look for the key itself.
type keyedEntry struct {
	prefix uint64
	entry
	byRow uint32 // index in the order by row, while sorted by key
}

func keyPrefix(key []byte) uint64 {
	if len(key) >= 8 {
		return binary.BigEndian.Uint64(key)
	}
	var b [8]byte
	copy(b[:], key)
	return binary.BigEndian.Uint64(b[:])
}

func (b *builder) add(r Row, key []byte) {
	if b.err != nil {
		return
	}
	var ref keyRef
	if ref, b.err = b.staged.put(key); b.err == nil {
		b.rows = append(b.rows, keyedEntry{prefix: keyPrefix(key), entry: entry{Row: r, key: ref}})
	}
}

// into builds the view; the caller holds v.mu or is the only one to know v.
func (b *builder) into(v *View) error {
	s, a, err := b.build()
	if err != nil {
		return err
	}
	v.reset(s, a)
	return nil
}

func (b *builder) build() (*state, *keyArena, error) {
	if b.err != nil {
		return nil, nil, b.err
	}
	b.dedupe()
	rows := b.rows
	byRow := make([]entry, len(rows))
	total := int64(0)
	for i := range rows {
		rows[i].byRow = uint32(i)
		total += int64(storedKeySize(b.staged.chunks.at(rows[i].key)))
	}
	chunks := b.staged.chunks
	slices.SortFunc(rows, func(x, y keyedEntry) int {
		if c := cmp.Compare(x.prefix, y.prefix); c != 0 {
			return c
		}
		if c := bytes.Compare(chunks.at(x.key), chunks.at(y.key)); c != 0 {
			return c
		}
		return x.Row.compare(y.Row)
	})
	arena := newKeyArena(total)
	byKey := make([]entry, len(rows))
	for i, r := range rows {
		key := chunks.at(r.key)
		ref, err := arena.putSized(key, total-arena.live)
		if err != nil {
			return nil, nil, err
		}
		byKey[i] = entry{Row: r.Row, key: ref}
		byRow[r.byRow] = byKey[i]
	}
	var d edit
	return newState(d.build(byKey), d.build(byRow), arena.chunks), arena, nil
}

// dedupe sorts by row and keeps the last of equal rows.
func (b *builder) dedupe() {
	slices.SortStableFunc(b.rows, func(x, y keyedEntry) int { return x.Row.compare(y.Row) })
	kept := b.rows[:0]
	for i, r := range b.rows {
		if i+1 < len(b.rows) && b.rows[i+1].Row == r.Row {
			continue
		}
		kept = append(kept, r)
	}
	b.rows = kept
}
