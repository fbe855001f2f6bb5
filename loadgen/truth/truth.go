// Package truth knows what a simulated user's mailbox must look like, and compares the server's answers with it.
//
// A [Mailbox] follows what its user and the deliveries to him did. Items that a running call changes are in doubt until
// it has been answered, and for good if it failed without saying what was done. Items in doubt may be shown or not; of all others
// the server must show exactly what was done before the question was asked. A [Copy] is what a client in cached mode has of
// a folder, made of nothing but what the server told it; it must be equal to the folder.
//
// A Mailbox may be used by several goroutines. Questions and changes other than arrivals must come from one of
// them, one after the other, except for the questions of guests ([Mailbox.CheckGuest]).
//
// An item takes 40 bytes, and 24 in a copy, since a load generator has a thousand mailboxes in memory.
//
// It refuses to judge items that the load generator did not make; nobody else may work in the mailbox while it runs.
package truth

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"zarafa/loadgen/content"
	"zarafa/mapi"
)

// Kind is what is wrong with an answer.
type Kind string

// Kinds of violations.
const (
	Lost       Kind = "lost"       // an item that is there is not shown
	Doubled    Kind = "doubled"    // an item is shown twice
	Foreign    Kind = "foreign"    // an item of another mailbox, or of none
	Stale      Kind = "stale"      // an item as it was before
	Mixed      Kind = "mixed up"   // one item with properties of another
	Disordered Kind = "disordered" // items in the wrong order
)

// Violation is a wrong answer.
type Violation struct {
	Kind   Kind   `json:"kind"`
	User   uint32 `json:"user"`
	Detail string `json:"detail"`
}

func (v *Violation) Error() string {
	return fmt.Sprintf("wrong answer to user %d: %s: %s", v.User, v.Kind, v.Detail)
}

// Folder is the number of a folder; the user of the package chooses it, up to 255.
type Folder int

// Mailbox is the truth about one mailbox.
type Mailbox struct {
	user uint32

	mu       sync.Mutex // protects what follows
	seq      uint32     // counts changes
	removed  uint32     // seq of the last removal
	items    []item     // sorted by key
	sources  []string   // of tokens
	template mapi.EntryID
	odd      map[key]mapi.EntryID // entry ids that do not follow the template
	others   map[Folder]counts    // items that are not ours
}

type counts struct{ items, unread int }

// NewMailbox makes the truth of an empty mailbox of a user.
func NewMailbox(user uint32) *Mailbox {
	return &Mailbox{user: user, odd: make(map[key]mapi.EntryID), others: make(map[Folder]counts)}
}

// Mark is the moment of asking a question: changes that were answered before it must show.
type Mark uint32

// Mark returns the present moment.
func (m *Mailbox) Mark() Mark {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Mark(m.seq)
}

// changed stamps an item that a finished call has changed.
func (m *Mailbox) changed(i *item) {
	m.seq++
	i.seq = m.seq
	i.state &^= doubt
}

// after reports whether an item was changed after a moment.
func (i *item) after(asked Mark) bool { return i.seq > uint32(asked) }

// Begin says that a call that changes items is about to be sent.
func (m *Mailbox) Begin(tokens ...content.Token) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range tokens {
		if i := m.find(t); i != nil {
			i.state |= doubt
		}
	}
}

// BeginEdit says that a call is about to be sent that gives an item another subject or content.
func (m *Mailbox) BeginEdit(t content.Token) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.find(t); i != nil {
		i.state |= doubt | edited
	}
}

// Edited says that an item has the subject of props and, if props has one, its time, and new content.
func (m *Mailbox) Edited(t content.Token, props mapi.Props, c Content) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.find(t)
	if i == nil {
		return
	}
	i.subject, i.content = hash(props.Str(mapi.PrSubject)), uint32(c)
	if props.Has(mapi.PrMessageDeliveryTime.ID()) {
		i.at = secondOf(timeOf(props))
	}
	m.changed(i)
}

// Adding says that an item is about to be created.
func (m *Mailbox) Adding(t content.Token, f Folder, props mapi.Props, c Content) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.newKey(t)
	if !ok {
		return
	}
	i := m.insert(k, item{at: secondOf(timeOf(props)), subject: hash(props.Str(mapi.PrSubject)), content: uint32(c), folder: uint8(f), state: doubt})
	i.state.set(read, props.Uint32(mapi.PrMessageFlags)&mapi.MsgRead != 0)
}

// Added says that it was created, with an entry id.
func (m *Mailbox) Added(t content.Token, id mapi.EntryID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.find(t); i != nil {
		m.setID(i, id)
		m.changed(i)
	}
}

// Moved says that an item is in another folder now, under an entry id that is not known yet.
func (m *Mailbox) Moved(t content.Token, f Folder) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.find(t); i != nil {
		i.folder = uint8(f)
		m.setID(i, nil)
		m.changed(i)
	}
}

// Retimed says that an item was given a time and is, or is not, read.
func (m *Mailbox) Retimed(t content.Token, at mapi.FileTime, isRead bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.find(t); i != nil {
		i.at = secondOf(at)
		i.state.set(read, isRead)
		m.changed(i)
	}
}

// SetRead says that an item was marked as read or unread.
func (m *Mailbox) SetRead(t content.Token, isRead bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.find(t); i != nil {
		i.state.set(read, isRead)
		m.changed(i)
	}
}

// Removed says that an item is gone.
func (m *Mailbox) Removed(t content.Token) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seq++
	m.removed = m.seq
	if at := m.place(t); at >= 0 {
		delete(m.odd, m.items[at].key())
		m.items = slices.Delete(m.items, at, at+1)
	}
}

// Undone says that a call was refused and has changed nothing.
func (m *Mailbox) Undone(tokens ...content.Token) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range tokens {
		if i := m.find(t); i != nil {
			m.changed(i)
		}
	}
}

// Picked is an item to work with.
type Picked struct {
	Token content.Token
	ID    mapi.EntryID
	Read  bool
}

// Which says what kind of item is looked for.
type Which int

// Kinds of items.
const (
	Any Which = iota
	Unread
	Read
)

func (w Which) accepts(i *item) bool {
	return w == Any || (w == Read) == (i.state&read != 0)
}

// Pick chooses one of the items of a folder whose entry id is known.
func (m *Mailbox) Pick(r *rand.Rand, f Folder, which Which) (p Picked, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	best, n := -1, 0
	for at := range m.items {
		i := &m.items[at]
		if Folder(i.folder) != f || i.state&doubt != 0 || i.state&(hasID|oddID) == 0 || !which.accepts(i) {
			continue
		}
		if n++; r.IntN(n) == 0 {
			best = at
		}
	}
	if n == 0 {
		return p, false
	}
	i := &m.items[best]
	return Picked{m.token(i), m.entryID(i), i.state&read != 0}, true
}

// Find finds an item by its entry id in a folder, if that is known.
func (m *Mailbox) Find(f Folder, id mapi.EntryID) (p Picked, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for at := range m.items {
		if i := &m.items[at]; Folder(i.folder) == f && i.state&doubt == 0 && i.state&(hasID|oddID) != 0 && m.sameID(i, id) {
			return Picked{m.token(i), m.entryID(i), i.state&read != 0}, true
		}
	}
	return p, false
}

// Size is how many items there are.
func (m *Mailbox) Size() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.items)
}
