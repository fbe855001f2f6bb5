package cache

// edit makes new versions of trees and sums the memory that they add.
type edit struct {
	bytes int64
}

func (d *edit) leaf(parts ...[]entry) *node {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	rows := makeRounded[entry](n)[:0]
	for _, p := range parts {
		rows = append(rows, p...)
	}
	leaf := &node{rows: rows}
	d.bytes += leaf.bytes()
	return leaf
}

func (d *edit) inner(size int) *node {
	n := &node{kids: makeRounded[child](size)[:0]}
	d.bytes += n.bytes()
	return n
}

func (d *edit) free(n *node) { d.bytes -= n.bytes() }

// appendKid adds a child that has count rows and begins with first.
func (n *node) appendKid(kid *node, first entry, count int) {
	n.kids = append(n.kids, child{node: kid, first: first, end: uint32(n.before(len(n.kids)) + count)})
}

// appendKids adds children lo..hi of another node.
func (n *node) appendKids(from *node, lo, hi int) {
	for i := lo; i < hi; i++ {
		n.appendKid(from.kids[i].node, from.kids[i].first, int(from.kids[i].end)-from.before(i))
	}
}

// replace is inner node n with the children i..i+k replaced by others.
func (d *edit) replace(n *node, i, k int, by ...*node) *node {
	out := d.inner(len(n.kids) - k + len(by))
	out.appendKids(n, 0, i)
	for _, kid := range by {
		out.appendKid(kid, kid.start(), kid.len())
	}
	out.appendKids(n, i+k, len(n.kids))
	d.free(n)
	return out
}

// split halves a node that has grown beyond maxFanout.
func (d *edit) split(n *node) (left, right *node) {
	if n.fanout() <= maxFanout {
		return n, nil
	}
	mid := n.fanout() / 2
	if n.kids == nil {
		left, right = d.leaf(n.rows[:mid]), d.leaf(n.rows[mid:])
	} else {
		left, right = d.inner(mid), d.inner(len(n.kids)-mid)
		left.appendKids(n, 0, mid)
		right.appendKids(n, mid, len(n.kids))
	}
	d.free(n)
	return left, right
}

// insert adds a row that is not in the tree; p is its place.
func (d *edit) insert(root *node, p *probe, e entry) *node {
	if root == nil {
		return d.leaf([]entry{e})
	}
	left, right := d.insertBelow(root, p, e)
	if right == nil {
		return left
	}
	top := d.inner(2)
	top.appendKid(left, left.start(), left.len())
	top.appendKid(right, right.start(), right.len())
	return top
}

func (d *edit) insertBelow(n *node, p *probe, e entry) (left, right *node) {
	if n.kids == nil {
		i := p.lowerBound(n.rows)
		d.free(n)
		return d.split(d.leaf(n.rows[:i], []entry{e}, n.rows[i:]))
	}
	i := p.child(n.kids)
	left, right = d.insertBelow(n.kids[i].node, p, e)
	if right == nil {
		return d.replace(n, i, 1, left), nil
	}
	return d.split(d.replace(n, i, 1, left, right))
}

// update gives the row at p, which is in the tree, another key. Only the order by
// row can do that: there the row keeps its place.
func (d *edit) update(n *node, p *probe, e entry) *node {
	d.free(n)
	if n.kids == nil {
		leaf := d.leaf(n.rows)
		leaf.rows[p.lowerBound(leaf.rows)] = e
		return leaf
	}
	i := p.child(n.kids)
	kid := d.update(n.kids[i].node, p, e)
	out := d.inner(len(n.kids))
	out.kids = append(out.kids, n.kids...)
	out.kids[i].node, out.kids[i].first = kid, kid.start()
	return out
}

// remove takes out the row at p, which is in the tree.
func (d *edit) remove(root *node, p *probe) *node {
	root = d.removeBelow(root, p)
	for root != nil && len(root.kids) == 1 {
		d.free(root)
		root = root.kids[0].node
	}
	return root
}

// removeBelow returns nil when nothing is left.
func (d *edit) removeBelow(n *node, p *probe) *node {
	if n.kids == nil {
		i := p.lowerBound(n.rows)
		d.free(n)
		if len(n.rows) == 1 {
			return nil
		}
		return d.leaf(n.rows[:i], n.rows[i+1:])
	}
	i := p.child(n.kids)
	kid := d.removeBelow(n.kids[i].node, p)
	switch {
	case kid == nil && len(n.kids) == 1:
		d.free(n)
		return nil
	case kid == nil:
		return d.replace(n, i, 1)
	case kid.fanout() >= minFanout || len(n.kids) == 1:
		return d.replace(n, i, 1, kid)
	case i > 0:
		return d.replaceJoined(n, i-1, n.kids[i-1].node, kid)
	}
	return d.replaceJoined(n, i, kid, n.kids[i+1].node)
}

// replaceJoined replaces children i and i+1 by the rows of a and b, in one node
// if they fit, else evenly in two.
func (d *edit) replaceJoined(n *node, i int, a, b *node) *node {
	var joined *node
	if a.kids == nil {
		joined = d.leaf(a.rows, b.rows)
	} else {
		joined = d.inner(len(a.kids) + len(b.kids))
		joined.appendKids(a, 0, len(a.kids))
		joined.appendKids(b, 0, len(b.kids))
	}
	d.free(a)
	d.free(b)
	left, right := d.split(joined)
	if right == nil {
		return d.replace(n, i, 2, left)
	}
	return d.replace(n, i, 2, left, right)
}

// build packs rows, which are in order, into a new tree.
func (d *edit) build(rows []entry) *node {
	if len(rows) == 0 {
		return nil
	}
	var level []*node
	for len(rows) > 0 {
		k := buildWidth(len(rows))
		level = append(level, d.leaf(rows[:k]))
		rows = rows[k:]
	}
	for len(level) > 1 {
		var up []*node
		for len(level) > 0 {
			k := buildWidth(len(level))
			n := d.inner(k)
			for _, kid := range level[:k] {
				n.appendKid(kid, kid.start(), kid.len())
			}
			up = append(up, n)
			level = level[k:]
		}
		level = up
	}
	return level[0]
}

// buildWidth is how many of n remaining items the next node takes: it never
// leaves a rest too small for a node.
func buildWidth(n int) int {
	switch {
	case n <= maxFanout:
		return n
	case n < buildFanout+minFanout:
		return n / 2
	}
	return buildFanout
}
