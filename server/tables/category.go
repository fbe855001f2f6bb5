package tables

import (
	"bytes"
	"cmp"
	"slices"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/mapi/collation"
)

// categories groups the rows of one table (tables.md section 8). A category's key is the
// beginning of the keys of its members, so that it stands right before them. The table's mu guards it once the table
// is filled.
type categories struct {
	order   *order
	all     *cache.View // headers and leaves, hidden ones too
	visible *cache.View

	last     uint32 // numbers are not used again
	byNumber map[uint32]*category
	byValue  map[string]*category // by the key parts of its levels
	leaves   map[cache.Row]*leaf
	waiting  []*leaf // collected while the table is being filled
}

// category is a header row.
type category struct {
	number   uint32
	level    int
	parent   *category
	value    string
	cells    mapi.Props // its own sort properties
	leafs    uint32
	unread   uint32
	expanded bool

	parts   [][]byte               // key parts of its levels
	members map[cache.Row]struct{} // leaves, kept where a minimum or maximum is
	extreme []byte                 // the minimum or maximum in ascending order, nil if all are missing
	rank    []byte                 // it as part of the key
	limit   mapi.PropValue         // it as a value
}

// leaf is a row in its category.
type leaf struct {
	row     cache.Row
	unread  bool
	parts   [][]byte // key parts of the levels
	cells   mapi.Props
	extreme []byte         // value that the minimum or maximum is taken of, ascending; nil if missing
	limit   mapi.PropValue // the same as a value
	tail    []byte         // key parts of the other columns
	in      *category
}

func newCategories(o *order) *categories {
	return &categories{
		order: o, byNumber: make(map[uint32]*category), byValue: make(map[string]*category),
		leaves: make(map[cache.Row]*leaf),
	}
}

func (c *category) row() cache.Row { return cache.Row{Order: c.number} }

// shown reports whether the header is not hidden below a collapsed one.
func (c *category) shown() bool {
	for p := c.parent; p != nil; p = p.parent {
		if !p.expanded {
			return false
		}
	}
	return true
}

// newLeaf works out where a row belongs.
func (g *categories) newLeaf(r cache.Row, rec cache.Record, cell cellFunc) *leaf {
	l := &leaf{row: r, unread: unread(rec)}
	for i, c := range g.order.columns {
		part := g.order.columnKey(nil, c, cell)
		if i >= g.order.levels {
			l.tail = append(l.tail, part...)
			continue
		}
		l.parts = append(l.parts, part)
		if v, ok := cell(c.tag); ok {
			l.cells = append(l.cells, v.Clone())
		} else {
			l.cells = append(l.cells, mapi.Missing(c.tag))
		}
	}
	if x := g.order.extreme; x != nil {
		if v, ok := cell(x.tag); ok && collation.Sortable(v.Tag.Type()) {
			l.limit = v.Clone()
			l.extreme = g.order.locale.AppendKey(nil, l.limit, false)
		}
	}
	return l
}

// collect takes a row while the table is being filled.
func (g *categories) collect(r cache.Row, rec cache.Record, cell cellFunc) {
	g.waiting = append(g.waiting, g.newLeaf(r, rec, cell))
}

// build puts the collected rows in their categories, which are numbered in the order of object ids, and returns the
// view of those that are visible.
func (g *categories) build() (*cache.View, error) {
	slices.SortFunc(g.waiting, func(a, b *leaf) int {
		return cmp.Or(cmp.Compare(a.row.ID, b.row.ID), cmp.Compare(a.row.Order, b.row.Order))
	})
	for _, l := range g.waiting {
		g.enter(l)
		g.leaves[l.row] = l
	}
	g.waiting = nil
	var all, visible []cache.KeyedRow
	add := func(r cache.Row, key []byte, shown bool) {
		all = append(all, cache.KeyedRow{Row: r, Key: key})
		if shown {
			visible = append(visible, cache.KeyedRow{Row: r, Key: key})
		}
	}
	for _, c := range g.byNumber {
		g.settle(c)
	}
	for _, c := range g.byNumber {
		add(c.row(), c.key(), c.shown())
	}
	for _, l := range g.leaves {
		add(l.row, l.key(), l.shown())
	}
	var err error
	if g.all, err = cache.BuildView(all); err != nil {
		return nil, err
	}
	g.visible, err = cache.BuildView(visible)
	return g.visible, err
}

// enter counts a leaf in its categories, making those that are not there, and returns the new ones.
func (g *categories) enter(l *leaf) (created []*category) {
	var parent *category
	var value []byte
	for level := range l.parts {
		value = append(value, l.parts[level]...)
		c := g.byValue[string(value)]
		if c == nil {
			g.last++
			c = &category{number: g.last, level: level, parent: parent, value: string(value),
				cells: l.cells[:level+1], parts: l.parts[:level+1]}
			c.expanded = level < int(g.order.expanded) && (parent == nil || parent.expanded && parent.shown())
			g.byValue[c.value], g.byNumber[c.number] = c, c
			created = append(created, c)
		}
		c.leafs++
		if l.unread {
			c.unread++
		}
		if x := g.order.extreme; x != nil && x.level == level {
			if c.members == nil {
				c.members = make(map[cache.Row]struct{})
			}
			c.members[l.row] = struct{}{}
		}
		parent = c
	}
	l.in = parent
	return created
}

// settle finds the category's minimum or maximum and reports whether it is another one than before.
func (g *categories) settle(c *category) bool {
	x := g.order.extreme
	if x == nil || c.level != x.level {
		return false
	}
	var best *leaf
	for r := range c.members {
		l := g.leaves[r]
		if l == nil || l.extreme == nil {
			continue
		}
		if best == nil || (bytes.Compare(l.extreme, best.extreme) > 0) == x.max && !bytes.Equal(l.extreme, best.extreme) {
			best = l
		}
	}
	descending := g.order.columns[x.level].descending
	before := c.rank
	if best == nil {
		c.extreme, c.rank, c.limit = nil, collation.AppendMissing(nil, descending), mapi.PropValue{}
	} else {
		c.extreme, c.rank, c.limit = best.extreme, g.order.locale.AppendKey(nil, best.limit, descending), best.limit
	}
	return before != nil && !bytes.Equal(before, c.rank)
}

// appendKey appends the category's key: of each level its part, with the minimum or maximum before it.
func (c *category) appendKey(dst []byte) []byte {
	if c.parent != nil {
		dst = c.parent.appendKey(dst)
	}
	dst = append(dst, c.rank...)
	return append(dst, c.parts[c.level]...)
}

func (c *category) key() []byte { return c.appendKey(nil) }

func (l *leaf) key() []byte { return append(l.in.key(), l.tail...) }

func (l *leaf) shown() bool { return l.in.expanded && l.in.shown() }

// below calls f for the rows under a header, hidden ones too.
func (g *categories) below(c *category, f func(r cache.Row)) {
	key := c.key()
	snap := g.all.Snapshot()
	i, ok := snap.Rank(c.row())
	if !ok {
		return
	}
	snap.Range(i+1, func(_ int, r cache.Row, k []byte) bool {
		if !bytes.HasPrefix(k, key) {
			return false
		}
		f(r)
		return true
	})
}

// isShown reports whether a row is visible, and gives its key.
func (g *categories) isShown(r cache.Row) (key []byte, shown bool) {
	if r.ID == 0 {
		c := g.byNumber[r.Order]
		return c.key(), c.shown()
	}
	l := g.leaves[r]
	return l.key(), l.shown()
}
