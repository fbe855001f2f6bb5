package tables

import (
	"bytes"
	"slices"

	"zarafa/cache"
	"zarafa/mapi"
)

// rowEvent is what subscribers are told of one row.
type rowEvent struct {
	event uint32 // mapi.TableRowAdded, …
	row   cache.Row
}

// put adds or changes a row and returns the events in the order in which subscribers get them: headers before a
// row that comes, behind a row that goes. Hidden rows have none.
func (g *categories) put(l *leaf) []rowEvent {
	old := g.leaves[l.row]
	if old == nil {
		return g.insert(l, mapi.TableRowAdded)
	}
	if old.stays(l) {
		return g.refresh(old, l.unread)
	}
	wasShown := old.shown()
	events := g.take(old)
	kind := mapi.TableRowAdded
	if wasShown {
		kind = mapi.TableRowModified
	}
	events = append(events, g.insert(l, kind)...)
	if wasShown && !l.shown() {
		events = append([]rowEvent{{mapi.TableRowDeleted, l.row}}, events...)
	}
	return events
}

// stays reports whether the row keeps its place when it changes into another.
func (l *leaf) stays(n *leaf) bool {
	if !bytes.Equal(l.tail, n.tail) || !bytes.Equal(l.extreme, n.extreme) {
		return false
	}
	for i := range l.parts {
		if !bytes.Equal(l.parts[i], n.parts[i]) {
			return false
		}
	}
	return true
}

// refresh is a change that moves nothing; the read flag may have changed the counts.
func (g *categories) refresh(l *leaf, unread bool) (events []rowEvent) {
	if unread != l.unread {
		delta := uint32(1)
		if l.unread {
			delta = ^uint32(0)
		}
		l.unread = unread
		for _, c := range path(l.in) {
			c.unread += delta
			if c.shown() {
				events = append(events, rowEvent{mapi.TableRowModified, c.row()})
			}
		}
	}
	if l.shown() {
		events = append(events, rowEvent{mapi.TableRowModified, l.row})
	}
	return events
}

// path is the category and those it lies in, the top one first.
func path(c *category) []*category {
	if c == nil {
		return nil
	}
	return append(path(c.parent), c)
}

func (g *categories) insert(l *leaf, kind uint32) (events []rowEvent) {
	created := g.enter(l)
	g.leaves[l.row] = l
	fresh := make(map[*category]bool, len(created))
	for _, c := range created {
		fresh[c] = true
		g.settle(c)
	}
	for _, c := range path(l.in) {
		switch {
		case fresh[c]:
			g.place(c.row(), c.key(), c.shown())
			if c.shown() {
				events = append(events, rowEvent{mapi.TableRowAdded, c.row()})
			}
		case c.shown():
			events = append(events, rowEvent{mapi.TableRowModified, c.row()})
		}
	}
	for _, c := range path(l.in) {
		if !fresh[c] && g.settle(c) {
			events = append(events, g.rekey(c, l.row)...)
		}
	}
	g.place(l.row, l.key(), l.shown())
	if l.shown() {
		events = append(events, rowEvent{kind, l.row})
	}
	return events
}

// place puts a row into the views.
func (g *categories) place(r cache.Row, key []byte, shown bool) {
	g.all.Put(r, key)
	if shown {
		g.visible.Put(r, key)
	} else {
		g.visible.Delete(r)
	}
}

func (g *categories) displace(r cache.Row) {
	g.all.Delete(r)
	g.visible.Delete(r)
}

// remove takes a row out.
func (g *categories) remove(r cache.Row) []rowEvent {
	l := g.leaves[r]
	if l == nil {
		return nil
	}
	shown := l.shown()
	events := g.take(l)
	if shown {
		events = append([]rowEvent{{mapi.TableRowDeleted, r}}, events...)
	}
	return events
}

// take removes a leaf and returns the events of its headers, the deepest first.
func (g *categories) take(l *leaf) (events []rowEvent) {
	g.displace(l.row)
	delete(g.leaves, l.row)
	for c := l.in; c != nil; c = c.parent {
		shown := c.shown()
		c.leafs--
		if l.unread {
			c.unread--
		}
		delete(c.members, l.row)
		if c.leafs == 0 {
			g.displace(c.row())
			delete(g.byNumber, c.number)
			delete(g.byValue, c.value)
			if shown {
				events = append(events, rowEvent{mapi.TableRowDeleted, c.row()})
			}
			continue
		}
		if shown {
			events = append(events, rowEvent{mapi.TableRowModified, c.row()})
		}
		if g.settle(c) {
			events = append(events, g.rekey(c, l.row)...)
		}
	}
	return events
}

// rekey sorts a category and all below it again because its minimum or maximum is another one, except for
// the row that caused it.
func (g *categories) rekey(c *category, except cache.Row) (events []rowEvent) {
	rows := []cache.Row{c.row()}
	for r := range c.members {
		if r != except {
			rows = append(rows, r)
		}
	}
	for _, other := range g.byNumber {
		for p := other.parent; p != nil; p = p.parent {
			if p == c {
				rows = append(rows, other.row())
				break
			}
		}
	}
	for _, r := range rows {
		key, shown := g.isShown(r)
		g.place(r, key, shown)
	}
	// From the top down, so that whoever moves one row after the other finds the prior row in its place.
	snap := g.visible.Snapshot()
	ranks := make([]int, 0, len(rows))
	for _, r := range rows[1:] {
		if i, shown := snap.Rank(r); shown {
			ranks = append(ranks, i)
		}
	}
	slices.Sort(ranks)
	for _, i := range ranks {
		r, _ := snap.At(i)
		events = append(events, rowEvent{mapi.TableRowModified, r})
	}
	return events
}
