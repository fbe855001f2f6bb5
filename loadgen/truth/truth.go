// Package truth knows what a simulated user's mailbox must look like, and compares the server's answers with it.
//
// A [Mailbox] follows what its user and the deliveries to him did. Items that a running call changes are in doubt until
// it has been answered, and for good if it failed without saying what was done. Items in doubt may be shown or not; of all others
// the server must show exactly what was done before the question was asked.
//
// A Mailbox may be used by several goroutines, but questions and changes other than arrivals must come from one of
// them, one after the other.
//
// It refuses to judge items that the load generator did not make; nobody else may work in the mailbox while it runs.
package truth

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
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

// Folder is the number of a folder; the user of the package chooses it.
type Folder int

// item is what is known about an item.
type item struct {
	id      mapi.EntryID // nil until it was shown, or its creation answered
	at      mapi.FileTime
	subject uint32 // hash
	seq     uint64 // of the last change
	folder  Folder
	doubt   bool // a change is running or its outcome is unknown: all of the item may be old or new
	read    bool
}

// Mailbox is the truth about one mailbox.
type Mailbox struct {
	user uint32

	mu     sync.Mutex // protects what follows
	seq    uint64     // counts changes
	items  map[content.Token]*item
	others map[Folder]counts // items that are not ours
}

type counts struct{ items, unread int }

// NewMailbox makes the truth of an empty mailbox of a user.
func NewMailbox(user uint32) *Mailbox {
	return &Mailbox{user: user, items: make(map[content.Token]*item), others: make(map[Folder]counts)}
}

// Mark is the moment of asking a question: changes that were answered before it must show.
type Mark uint64

// Mark returns the present moment.
func (m *Mailbox) Mark() Mark {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Mark(m.seq)
}

// changed stamps an item that a finished call has changed.
func (m *Mailbox) changed(i *item) {
	m.seq++
	i.seq, i.doubt = m.seq, false
}

// Begin says that a call that changes items is about to be sent.
func (m *Mailbox) Begin(tokens ...content.Token) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range tokens {
		if i := m.items[t]; i != nil {
			i.doubt = true
		}
	}
}

// Adding says that an item is about to be created.
func (m *Mailbox) Adding(t content.Token, f Folder, props mapi.Props) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.items[t] = &item{
		at: timeOf(props), subject: hash(props.Str(mapi.PrSubject)), folder: f, doubt: true, read: props.Uint32(mapi.PrMessageFlags)&mapi.MsgRead != 0,
	}
}

// Added says that it was created, with an entry id.
func (m *Mailbox) Added(t content.Token, id mapi.EntryID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.items[t]; i != nil {
		i.id = id
		m.changed(i)
	}
}

// Moved says that an item is in another folder now, under an entry id that is not known yet.
func (m *Mailbox) Moved(t content.Token, f Folder) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.items[t]; i != nil {
		i.folder, i.id = f, nil
		m.changed(i)
	}
}

// Retimed says that an item was given a time and is, or is not, read.
func (m *Mailbox) Retimed(t content.Token, at mapi.FileTime, read bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.items[t]; i != nil {
		i.at, i.read = at, read
		m.changed(i)
	}
}

// SetRead says that an item was marked as read or unread.
func (m *Mailbox) SetRead(t content.Token, read bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.items[t]; i != nil {
		i.read = read
		m.changed(i)
	}
}

// Removed says that an item is gone.
func (m *Mailbox) Removed(t content.Token) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.items, t)
	m.seq++
}

// Undone says that a call was refused and has changed nothing.
func (m *Mailbox) Undone(tokens ...content.Token) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range tokens {
		if i := m.items[t]; i != nil {
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

// Pick chooses one of the items of a folder whose entry id is known and that want accepts (nil: all).
func (m *Mailbox) Pick(r *rand.Rand, f Folder, want func(Picked) bool) (p Picked, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var best content.Token
	n := 0
	for t, i := range m.items {
		if i.folder != f || i.doubt || i.id == nil || want != nil && !want(Picked{t, i.id, i.read}) {
			continue
		}
		if n++; r.IntN(n) == 0 {
			best = t
		}
	}
	if n == 0 {
		return p, false
	}
	i := m.items[best]
	return Picked{best, i.id, i.read}, true
}

func hash(s string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(s))
	return h.Sum32()
}
