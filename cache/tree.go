package cache

import (
	"bytes"
	"unsafe"
)

// A tree is a persistent B+-tree with counts: nodes are never changed after they
// are reachable, an edit copies the path from the root. A nil node is an empty
// tree. The same structure serves both orders that a view keeps: by key, and by
// row (to find a row's key).
const (
	maxFanout   = 64 // rows of a leaf, children of an inner node
	minFanout   = maxFanout / 4
	buildFanout = 48 // leaves room, so that a fresh view does not split at every insert
)

type node struct {
	rows []entry // of a leaf
	kids []child // of an inner node
}

// child is a node below an inner node. What a descent compares is kept here, so
// that it visits one node a level.
type child struct {
	*node
	first entry  // the first row below
	end   uint32 // rows below this child and the ones before it
}

func (n *node) len() int {
	switch {
	case n == nil:
		return 0
	case n.kids == nil:
		return len(n.rows)
	}
	return int(n.kids[len(n.kids)-1].end)
}

func (n *node) start() entry {
	if n.kids == nil {
		return n.rows[0]
	}
	return n.kids[0].first
}

func (n *node) fanout() int { return max(len(n.rows), len(n.kids)) }

func (n *node) bytes() int64 {
	return int64(unsafe.Sizeof(*n)) + int64(cap(n.rows))*entrySize +
		int64(cap(n.kids))*int64(unsafe.Sizeof(child{}))
}

// before is the number of rows in the children before child i.
func (n *node) before(i int) int {
	if i == 0 {
		return 0
	}
	return int(n.kids[i-1].end)
}

// probe is a place in one of the two orders.
type probe struct {
	chunks keyChunks
	key    []byte
	row    Row
	byKey  bool
}

func (p *probe) compare(e entry) int {
	if p.byKey {
		if c := bytes.Compare(p.key, p.chunks.at(e.key)); c != 0 {
			return c
		}
	}
	return p.row.compare(e.Row)
}

// lowerBound is the first index whose row is not before the probe.
func (p *probe) lowerBound(rows []entry) int {
	lo, hi := 0, len(rows)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if p.compare(rows[mid]) > 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// child is the child that holds the probe's place.
func (p *probe) child(kids []child) int {
	lo, hi := 0, len(kids)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if p.compare(kids[mid].first) >= 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return max(lo-1, 0)
}

// rank is the number of rows before the probe, and the row there if it is the probe's.
func (n *node) rank(p *probe) (rank int, e entry, found bool) {
	if n == nil {
		return 0, entry{}, false
	}
	for n.kids != nil {
		i := p.child(n.kids)
		rank += n.before(i)
		n = n.kids[i].node
	}
	i := p.lowerBound(n.rows)
	if i < len(n.rows) && n.rows[i].Row == p.row && p.compare(n.rows[i]) == 0 {
		return rank + i, n.rows[i], true
	}
	return rank + i, entry{}, false
}

// childOf is the child of an inner node that holds row i.
func (n *node) childOf(i int) int {
	lo, hi := 0, len(n.kids)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if int(n.kids[mid].end) <= i {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// at is row i, which must exist.
func (n *node) at(i int) entry {
	for n.kids != nil {
		k := n.childOf(i)
		i -= n.before(k)
		n = n.kids[k].node
	}
	return n.rows[i]
}

// ascend calls fn for the rows from index from on, until fn returns false.
func (n *node) ascend(from int, fn func(e entry) bool) bool {
	if n.kids == nil {
		for _, e := range n.rows[from:] {
			if !fn(e) {
				return false
			}
		}
		return true
	}
	for k := n.childOf(from); k < len(n.kids); k++ {
		if !n.kids[k].ascend(max(from-n.before(k), 0), fn) {
			return false
		}
	}
	return true
}

// appendRows appends the rows from index from to index to, which must exist.
func (n *node) appendRows(rows []Row, from, to int) []Row {
	if n.kids == nil {
		for _, e := range n.rows[from:min(to, len(n.rows))] {
			rows = append(rows, e.Row)
		}
		return rows
	}
	for k := n.childOf(from); k < len(n.kids) && n.before(k) < to; k++ {
		rows = n.kids[k].appendRows(rows, max(from-n.before(k), 0), to-n.before(k))
	}
	return rows
}
