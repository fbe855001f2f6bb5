package view

// Difference is how a mailbox changed from one snapshot to a later one.
type Difference struct {
	Gone    []UID     // rising
	Changed []Message // those in both, as they are now; by UID
	Added   []Message // by UID
}

// Diff compares two snapshots of a mailbox. It costs the number of their chunks and the messages in those that differ.
func Diff(old, new *Snapshot) Difference {
	var d Difference
	a, b := cursor{s: old}, cursor{s: new}
	for {
		// Where both stand at the start of the same chunk, the chunk is as it was.
		for a.i == 0 && b.i == 0 && a.c < len(old.chunks) && b.c < len(new.chunks) && old.chunks[a.c] == new.chunks[b.c] {
			a.c++
			b.c++
		}
		m, okA := a.message()
		n, okB := b.message()
		switch {
		case !okA && !okB:
			return d
		case !okB || okA && m.UID < n.UID:
			d.Gone = append(d.Gone, m.UID)
			a.next()
		case !okA || n.UID < m.UID:
			d.Added = append(d.Added, n)
			b.next()
		default:
			if m != n {
				d.Changed = append(d.Changed, n)
			}
			a.next()
			b.next()
		}
	}
}

// cursor walks over a snapshot.
type cursor struct {
	s    *Snapshot
	c, i int
}

func (c *cursor) message() (Message, bool) {
	if c.c >= len(c.s.chunks) {
		return Message{}, false
	}
	return c.s.chunks[c.c].messages[c.i], true
}

func (c *cursor) next() {
	if c.i++; c.i == len(c.s.chunks[c.c].messages) {
		c.c, c.i = c.c+1, 0
	}
}
