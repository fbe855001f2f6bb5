package truth

import (
	"bytes"
	"cmp"
	"hash/maphash"
	"math/rand/v2"
	"slices"

	"zarafa/loadgen/content"
	"zarafa/mapi"
)

// Copy is what a client in cached mode has of a folder. Items are found by a 64-bit checksum of their source keys.
//
// It belongs to its Mailbox, whose methods use it under the mailbox's lock.
type Copy struct {
	folder Folder
	since  mapi.FileTime // older items need not be in it
	seed   maphash.Seed
	items  []copied
	sorted int // how many items, from the first, are sorted by source
}

// copied is an item in a copy.
type copied struct {
	source  uint64 // checksum of the source key
	serial  uint32 // with origin the key of the item
	subject uint32
	content uint32
	origin  uint16
	state   state // read, and ours
}

func (c *copied) key() key { return key{c.origin, c.serial} }

// ours marks copied items that have a token.
const ours = hasID

// NewCopy makes an empty copy of a folder. Items older than since need not be in it; 0 is all.
func NewCopy(f Folder, since mapi.FileTime) *Copy {
	return &Copy{folder: f, since: since, seed: maphash.MakeSeed()}
}

// Size is how many items the copy has.
func (c *Copy) Size() int { return len(c.items) }

// maxTail is how many items are put until all are sorted again.
const maxTail = 256

// find finds the place of an item, -1 if there is none.
func (c *Copy) find(sourceKey []byte) int {
	sum := maphash.Bytes(c.seed, sourceKey)
	at, found := slices.BinarySearchFunc(c.items[:c.sorted], sum, func(i copied, sum uint64) int { return cmp.Compare(i.source, sum) })
	if found {
		return at
	}
	if at = slices.IndexFunc(c.items[c.sorted:], func(i copied) bool { return i.source == sum }); at >= 0 {
		return c.sorted + at
	}
	return -1
}

// add adds an item that is not there.
func (c *Copy) add(i copied) {
	c.items = append(c.items, i)
	if len(c.items)-c.sorted > maxTail {
		slices.SortFunc(c.items, func(a, b copied) int { return cmp.Compare(a.source, b.source) })
		c.sorted = len(c.items)
	}
}

// remove takes the item at a place out.
func (c *Copy) remove(at int) {
	c.items = slices.Delete(c.items, at, at+1)
	if at < c.sorted {
		c.sorted--
	}
}

// Has reports whether the copy has an item.
func (c *Copy) Has(sourceKey []byte) bool { return c.find(sourceKey) >= 0 }

// Put says that an item came to the copy, or came anew. props have what the rows of a [List] have. An item that is not
// ours is kept, but not judged.
func (m *Mailbox) Put(c *Copy, sourceKey []byte, props mapi.Props, body Content) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := c.find(sourceKey)
	i := copied{source: maphash.Bytes(c.seed, sourceKey), subject: hash(props.Str(mapi.PrSubject)), content: uint32(body)}
	i.state.set(read, props.Uint32(mapi.PrMessageFlags)&mapi.MsgRead != 0)
	if t, err := content.ParseToken(props.Str(mapi.PrInternetMessageID)); err == nil {
		place := m.place(t)
		switch {
		case t.User != m.user:
			return m.violation(Foreign, "the copy of folder %d gets item %v", c.folder, t)
		case place < 0:
			return m.violation(Stale, "the copy of folder %d gets item %v, which was deleted or never created", c.folder, t)
		}
		k := m.items[place].key()
		if at >= 0 && c.items[at].state&ours != 0 && c.items[at].key() != k {
			return m.violation(Mixed, "the copy of folder %d gets item %v under the source key of another", c.folder, t)
		}
		i.origin, i.serial = k.source, k.serial
		i.state |= ours
		m.learnID(place, props.Bytes(mapi.PrEntryID))
	}
	if at >= 0 {
		c.items[at] = i
	} else {
		c.add(i)
	}
	return nil
}

// learnID notes down an entry id that was not known. One that differs shows when it is used.
func (m *Mailbox) learnID(place int, id mapi.EntryID) {
	if i := &m.items[place]; i.state&(hasID|oddID|doubt) == 0 {
		m.setID(i, bytes.Clone(id))
	}
}

// Flag says that the read flag of an item of the copy has changed. That of an item that the copy was never told of is wrong.
func (m *Mailbox) Flag(c *Copy, sourceKey []byte, isRead bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := c.find(sourceKey)
	if at < 0 {
		return m.violation(Lost, "the copy of folder %d gets the read flag of an item %x that it was not told of", c.folder, sourceKey)
	}
	c.items[at].state.set(read, isRead)
	return nil
}

// FlagOwn is Flag for an item that the client itself has marked.
func (m *Mailbox) FlagOwn(c *Copy, t content.Token, isRead bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at := m.copied(c, t); at >= 0 {
		c.items[at].state.set(read, isRead)
	}
}

// EditOwn says that the client itself has changed an item. An item that is edited is read.
func (m *Mailbox) EditOwn(c *Copy, t content.Token, subject string, body Content) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at := m.copied(c, t); at >= 0 {
		c.items[at].subject, c.items[at].content = hash(subject), uint32(body)
		c.items[at].state.set(read, true)
	}
}

// copied finds an item in a copy by its token, -1 if it is not there.
func (m *Mailbox) copied(c *Copy, t content.Token) int {
	k, ok := m.keyOf(t)
	if !ok {
		return -1
	}
	return slices.IndexFunc(c.items, func(i copied) bool { return i.state&ours != 0 && i.key() == k })
}

// PickCopied chooses one of the items that a client has in its copy and whose entry id is known.
func (m *Mailbox) PickCopied(r *rand.Rand, c *Copy, which Which) (p Picked, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var best *item
	n := 0
	for at := range c.items {
		if c.items[at].state&ours == 0 {
			continue
		}
		place, found := m.search(c.items[at].key())
		if !found {
			continue
		}
		i := &m.items[place]
		if Folder(i.folder) != c.folder || i.state&doubt != 0 || i.state&(hasID|oddID) == 0 || !which.accepts(i) {
			continue
		}
		if n++; r.IntN(n) == 0 {
			best = i
		}
	}
	if best == nil {
		return p, false
	}
	return Picked{m.token(best), m.entryID(best), best.state&read != 0}, true
}

// Drop says that an item is no longer in the folder. The copy need not have had it.
func (c *Copy) Drop(sourceKey []byte) {
	if at := c.find(sourceKey); at >= 0 {
		c.remove(at)
	}
}

// DropOwn is Drop for an item that the client itself has deleted or moved.
func (m *Mailbox) DropOwn(c *Copy, t content.Token) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at := m.copied(c, t); at >= 0 {
		c.remove(at)
	}
}

// CheckCopy compares a copy with the truth, after a synchronisation that began at a moment.
func (m *Mailbox) CheckCopy(c *Copy, asked Mark) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	seen := m.newMarks()
	for n := range c.items {
		own := &c.items[n]
		if own.state&ours == 0 {
			continue
		}
		place, found := m.search(own.key())
		if !found {
			return m.violation(Stale, "the copy of folder %d has item %s.%d, which was deleted", c.folder, m.sources[own.origin], own.serial)
		}
		if seen.add(place) {
			return m.violation(Doubled, "the copy of folder %d has item %v twice", c.folder, m.token(&m.items[place]))
		}
		if err := m.checkCopied(c, own, &m.items[place], asked); err != nil {
			return err
		}
	}
	for at := range m.items {
		i := &m.items[at]
		if from, _ := i.at.span(); Folder(i.folder) == c.folder && i.state&doubt == 0 && !i.after(asked) && from >= c.since && !seen.has(at) {
			return m.violation(Lost, "the copy of folder %d with %d items does not have item %v", c.folder, len(c.items), m.token(i))
		}
	}
	return nil
}

func (m *Mailbox) checkCopied(c *Copy, own *copied, i *item, asked Mark) error {
	if i.state&doubt != 0 || i.after(asked) {
		return nil
	}
	wrong := Mixed
	if i.state&edited != 0 {
		wrong = Stale
	}
	isRead := i.state&read != 0
	switch {
	case Folder(i.folder) != c.folder:
		return m.violation(Stale, "the copy of folder %d has item %v, which is in folder %d", c.folder, m.token(i), i.folder)
	case own.subject != i.subject:
		return m.violation(wrong, "the copy of folder %d has item %v with another subject", c.folder, m.token(i))
	case isRead != (own.state&read != 0):
		return m.violation(Stale, "the copy of folder %d has item %v with read=%v, it is %v", c.folder, m.token(i), !isRead, isRead)
	case i.content == 0:
		i.content = own.content
	case own.content != 0 && own.content != i.content:
		return m.violation(wrong, "the copy of folder %d has item %v with another body or attachments", c.folder, m.token(i))
	}
	return nil
}
