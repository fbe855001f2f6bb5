package truth

import (
	"bytes"
	"cmp"
	"hash/crc32"
	"math"
	"slices"
	"strings"

	"zarafa/loadgen/content"
	"zarafa/mapi"
)

// Limits of what an item can say in its few bytes. What does not fit is an item that is not ours.
const (
	maxSources = math.MaxUint16
	maxFolders = math.MaxUint8
)

// item is what is known about an item. There are hundreds for each simulated user, so it is small and has no pointers.
type item struct {
	at      second
	serial  uint32
	subject uint32 // checksum
	content uint32 // checksum of body and attachments, 0 if they were never seen
	seq     uint32 // of the last change
	id      mapi.GUID
	source  uint16 // place in Mailbox.sources
	folder  uint8
	state   state
}

// state are the yes-or-no facts about an item.
type state uint8

const (
	doubt  state = 1 << iota // a change is running or its outcome is unknown: all of the item may be old or new
	read                     // its read flag is set
	hasID                    // id is the unique part of its entry id
	oddID                    // its entry id is in Mailbox.odd
	edited                   // its subject and content were changed after it was created
)

// set switches facts on or off.
func (s *state) set(facts state, on bool) {
	if *s &^= facts; on {
		*s |= facts
	}
}

// key is the part of an item that items are sorted by.
type key struct {
	source uint16
	serial uint32
}

func (i *item) key() key { return key{i.source, i.serial} }

func (k key) compare(i item) int {
	return cmp.Or(cmp.Compare(k.source, i.source), cmp.Compare(k.serial, i.serial))
}

// keyOf finds the key of a token; ok is false if no item can have it. m.mu is held.
func (m *Mailbox) keyOf(t content.Token) (k key, ok bool) {
	source := slices.Index(m.sources, t.Source)
	return key{uint16(source), uint32(t.Serial)}, source >= 0 && t.User == m.user && t.Serial <= math.MaxUint32
}

// newKey makes the key of a token.
func (m *Mailbox) newKey(t content.Token) (k key, ok bool) {
	if !slices.Contains(m.sources, t.Source) && len(m.sources) < maxSources {
		m.sources = append(m.sources, strings.Clone(t.Source))
	}
	return m.keyOf(t)
}

// search finds the place of an item, or the one where it belongs.
func (m *Mailbox) search(k key) (at int, found bool) {
	return slices.BinarySearchFunc(m.items, k, func(i item, k key) int { return -k.compare(i) })
}

// find finds an item by its token, nil if there is none. The result is valid until items come or go.
func (m *Mailbox) find(t content.Token) *item {
	if at := m.place(t); at >= 0 {
		return &m.items[at]
	}
	return nil
}

// place is the place of an item in m.items, -1 if there is none.
func (m *Mailbox) place(t content.Token) int {
	k, ok := m.keyOf(t)
	if !ok {
		return -1
	}
	if at, found := m.search(k); found {
		return at
	}
	return -1
}

// insert adds an item, or replaces the one with the key.
func (m *Mailbox) insert(k key, i item) *item {
	i.source, i.serial = k.source, k.serial
	at, found := m.search(k)
	if !found {
		m.items = slices.Insert(m.items, at, item{})
	}
	m.items[at] = i
	return &m.items[at]
}

// token is the token of an item.
func (m *Mailbox) token(i *item) content.Token {
	return content.Token{User: m.user, Source: m.sources[i.source], Serial: uint64(i.serial)}
}

// Where the unique part of an entry id begins and ends (objects.md section 1.1). All other bytes are the same for the messages of a
// store.
const (
	uniqueStart = 28
	uniqueEnd   = 44
)

// setID notes down an entry id.
func (m *Mailbox) setID(i *item, id mapi.EntryID) {
	i.state.set(hasID|oddID, false)
	switch {
	case len(id) == 0:
		return
	case m.template == nil && len(id) == mapi.EntryIDSizeV1:
		m.template = bytes.Clone(id)
		clear(m.template[uniqueStart:uniqueEnd])
	}
	if m.like(id) {
		i.id = mapi.GUID(id[uniqueStart:uniqueEnd])
		i.state |= hasID
		return
	}
	m.odd[i.key()] = bytes.Clone(id)
	i.state |= oddID
}

// like reports whether an entry id differs from the template in nothing but its unique part.
func (m *Mailbox) like(id mapi.EntryID) bool {
	return len(id) == len(m.template) && len(id) == mapi.EntryIDSizeV1 &&
		bytes.Equal(id[:uniqueStart], m.template[:uniqueStart]) && bytes.Equal(id[uniqueEnd:], m.template[uniqueEnd:])
}

// entryID is the entry id of an item, nil if it is not known.
func (m *Mailbox) entryID(i *item) mapi.EntryID {
	switch {
	case i.state&hasID != 0:
		id := bytes.Clone(m.template)
		copy(id[uniqueStart:uniqueEnd], i.id[:])
		return id
	case i.state&oddID != 0:
		return m.odd[i.key()]
	}
	return nil
}

// sameID reports whether an item has an entry id.
func (m *Mailbox) sameID(i *item, id mapi.EntryID) bool {
	if i.state&hasID != 0 {
		return m.like(id) && mapi.GUID(id[uniqueStart:uniqueEnd]) == i.id
	}
	return bytes.Equal(m.odd[i.key()], id)
}

// Content is a checksum of what a message holds; the zero value is "not known".
type Content uint32

// Digest computes a Content from the body and then each attachment, in their order.
type Digest struct{ sum uint32 }

// Write implements io.Writer; it never fails.
func (d *Digest) Write(p []byte) (int, error) {
	d.sum = crc32.Update(d.sum, crc32.MakeTable(crc32.Castagnoli), p)
	return len(p), nil
}

// Content is the checksum of what was written.
func (d *Digest) Content() Content { return Content(d.sum | 1) }

func hash(s string) uint32 { return crc32.Checksum([]byte(s), crc32.MakeTable(crc32.Castagnoli)) }

// marks is a set of places in m.items.
type marks []uint64

func (m *Mailbox) newMarks() marks { return make(marks, (len(m.items)+63)/64) }

// add adds a place and reports whether it was there already.
func (s marks) add(at int) (twice bool) {
	bit := uint64(1) << (at % 64)
	twice = s[at/64]&bit != 0
	s[at/64] |= bit
	return twice
}

func (s marks) has(at int) bool { return s[at/64]&(1<<(at%64)) != 0 }
