package replay

import (
	"fmt"
	"strings"
)

// kind names a class of values that a server makes up. Tables and bookmarks are numbered within a session or a table; their kinds carry
// that scope behind an '@'.
type kind string

const (
	kindSession   kind = "session"
	kindTable     kind = "table@"    // + recorded session id
	kindBookmark  kind = "bookmark@" // + recorded session id + "/" + recorded table id
	kindObject    kind = "object"    // hierarchy id
	kindUser      kind = "user"      // users and groups
	kindExtern    kind = "extern"    // external id inside an address-book entry id
	kindEntry     kind = "entry"     // unique GUID of a store-object entry id
	kindGUID      kind = "server"    // the server's GUID
	kindSourceKey kind = "sourcekey" // counter behind the server's GUID
	kindChange    kind = "change"    // change number: icsChange and change keys
	kindSync      kind = "sync"
	kindInstance  kind = "instance" // single-instance id
	kindName      kind = "name"     // number of a named property
	kindIMAP      kind = "imap"
)

// renamer translates recorded values; a value it does not know comes back as it is.
type renamer interface {
	rename(k kind, recorded string) string
}

// bijection is a map that is one to one: fwd recorded → live, rev live → recorded.
type bijection struct {
	fwd, rev map[string]string
}

// mapping holds one bijection a kind, and what else has to be remembered over a run.
type mapping struct {
	kinds    map[kind]*bijection
	recorded []byte               // server GUID of the record
	live     []byte               // server GUID of the server under test
	sent     map[string]bool      // times that a client sent, as "hi/lo"
	created  map[string][2]string // recorded object id → its recorded and live creation time
}

func newMapping() *mapping {
	return &mapping{kinds: map[kind]*bijection{}, sent: map[string]bool{}, created: map[string][2]string{}}
}

// fixed tells values that every server has in common: 0 means none, users 1 and 2 are Everyone and SYSTEM (objects.md section 1.2),
// bookmarks 1 and 2 the current row and the end (tables.md section 1).
func fixed(k kind, v string) bool {
	if v == "0" || v == "" {
		return true
	}
	return (k == kindUser || strings.HasPrefix(string(k), string(kindBookmark))) && (v == "1" || v == "2")
}

func (m *mapping) of(k kind) *bijection {
	b := m.kinds[k]
	if b == nil {
		b = &bijection{fwd: map[string]string{}, rev: map[string]string{}}
		m.kinds[k] = b
	}
	return b
}

func (m *mapping) rename(k kind, recorded string) string {
	if !fixed(k, recorded) {
		if v, ok := m.of(k).fwd[recorded]; ok {
			return v
		}
	}
	return recorded
}

// check learns a pair, or compares it with what was learned before.
func (m *mapping) check(k kind, recorded, live string) error {
	if fixed(k, recorded) || fixed(k, live) {
		if recorded != live {
			return fmt.Errorf("%s %s must be %s", k, printable(live), printable(recorded))
		}
		return nil
	}
	b := m.of(k)
	if v, ok := b.fwd[recorded]; ok {
		if v != live {
			return fmt.Errorf("%s %s was %s before, now %s", k, printable(recorded), printable(v), printable(live))
		}
		return nil
	}
	if r, ok := b.rev[live]; ok {
		return fmt.Errorf("%s %s stands for %s already, not for %s", k, printable(live), printable(r), printable(recorded))
	}
	b.fwd[recorded], b.rev[live] = live, recorded
	if k == kindGUID {
		m.recorded, m.live = []byte(recorded), []byte(live)
	}
	return nil
}

// own registers a value that the client chose: it stands for itself.
func (m *mapping) own(k kind, v string) {
	b := m.of(k)
	_, known := b.fwd[v]
	_, taken := b.rev[v]
	if !known && !taken {
		b.fwd[v], b.rev[v] = v, v
	}
}

// printable shows numbers as they are and bytes in hex.
func printable(v string) string {
	for _, r := range v {
		if r < ' ' || r > '~' {
			return fmt.Sprintf("%x", v)
		}
	}
	return v
}
