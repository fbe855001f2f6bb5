package memory

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
)

// PublicRoot is the name below which public mailboxes are.
const PublicRoot = "Public folders"

// AllRights are those of an owner.
const AllRights mailstore.Rights = "lrswikxteap"

// Options are those of a store.
type Options struct {
	ModSeq     bool             // modification sequences
	MaxMessage int64            // in bytes, 0: no limit
	InboxOnly  bool             // users have no special folders
	Quota      int64            // of each user, in units of 1,024 bytes; 0: none
	Now        func() time.Time // nil: time.Now
}

// Store is a mail store of any number of users.
type Store struct {
	options Options

	mu         sync.Mutex
	users      map[string]string // passwords by name
	mailboxes  []*mailbox
	subscribed map[string]map[string]bool // by user, by name
	lastID     int                        // of mailboxes, and their UIDVALIDITY
	lastMail   int                        // of mails, for EMAILID
}

// New makes an empty store.
func New(o Options) *Store {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Store{options: o, users: make(map[string]string), subscribed: make(map[string]map[string]bool)}
}

// AddUser makes a user, with an inbox and, unless InboxOnly is set, the usual special folders.
func (s *Store) AddUser(name, password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[name] = password
	s.subscribed[name] = make(map[string]bool)
	s.add(name, "INBOX", "")
	if s.options.InboxOnly {
		return
	}
	for _, special := range [][2]string{{"Sent Items", "Sent"}, {"Deleted Items", "Trash"}, {"Drafts", "Drafts"}, {"Junk E-mail", "Junk"}} {
		s.add(name, special[0], special[1])
	}
}

// AddPublic makes a public mailbox with the rights that everyone has. The name is that without PublicRoot.
func (s *Store) AddPublic(name string, rights mailstore.Rights) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.find("", PublicRoot) == nil {
		root := s.add("", PublicRoot, "")
		root.noSelect = true
		root.acl["anyone"] = "l"
	}
	s.add("", PublicRoot+"/"+name, "").acl["anyone"] = rights
}

// LogOn checks the password, or the token, which is right if it is "token-" and the name of a user.
func (s *Store) LogOn(_ context.Context, c mailstore.Credentials) (mailstore.Account, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user := c.User
	if c.Token != "" {
		named, ok := strings.CutPrefix(c.Token, "token-")
		if _, known := s.users[named]; !ok || !known || user != "" && user != named {
			return nil, &mailstore.Error{Code: mailstore.AuthenticationFailed, Text: "This token is not valid"}
		}
		return &account{store: s, user: named}, nil
	}
	if password, ok := s.users[user]; !ok || password != c.Password {
		return nil, &mailstore.Error{Code: mailstore.AuthenticationFailed, Text: "Wrong name or password"}
	}
	return &account{store: s, user: user}, nil
}

// add makes a mailbox.
func (s *Store) add(owner, name, use string) *mailbox {
	s.lastID++
	m := &mailbox{
		id: mailstore.MailboxID(fmt.Sprintf("F%d", s.lastID)), owner: owner, name: name, use: use, uidValidity: uint32(s.lastID),
		mails: make(map[view.UID]*mail), recent: 1, acl: make(map[string]mailstore.Rights), watchers: make(map[*folder]func()),
	}
	m.snapshot = view.NewSnapshot(view.Update{HighestModSeq: m.nextModSeq(s.options.ModSeq, 0), Keywords: [][]string{nil}})
	if owner != "" {
		m.acl[owner] = AllRights
	}
	s.mailboxes = append(s.mailboxes, m)
	return m
}

// find finds a mailbox by its full name.
func (s *Store) find(owner, name string) *mailbox {
	for _, m := range s.mailboxes {
		if m.owner == owner && m.name == name {
			return m
		}
	}
	return nil
}

// mailbox is a mailbox. The store's lock guards it.
type mailbox struct {
	id          mailstore.MailboxID
	owner       string // empty: public
	name        string // with PublicRoot
	use         string
	noSelect    bool
	deleted     bool
	uidValidity uint32
	recent      view.UID
	snapshot    *view.Snapshot
	mails       map[view.UID]*mail
	acl         map[string]mailstore.Rights
	watchers    map[*folder]func()
}

// mail is a message's content, which never changes.
type mail struct {
	id      string
	content []byte
	date    time.Time
	saved   time.Time
}

func (m *mailbox) nextModSeq(has bool, last view.ModSeq) view.ModSeq {
	if !has {
		return 0
	}
	return last + 1
}

// apply changes the mailbox's snapshot and tells those who have it open.
func (m *mailbox) apply(u view.Update) {
	m.snapshot = m.snapshot.Apply(u)
	for _, changed := range m.watchers {
		changed()
	}
}

// rights are those of a user.
func (m *mailbox) rights(user string) mailstore.Rights {
	if r, ok := m.acl[user]; ok {
		return r
	}
	return m.acl["anyone"]
}

// keywordSet gives the number of a set of keywords, which is added if it is new.
func (m *mailbox) keywordSet(sets [][]string, words []string) ([][]string, uint16) {
	for i, set := range sets {
		if sameWords(set, words) {
			return sets, uint16(i)
		}
	}
	return append(sets[:len(sets):len(sets)], words), uint16(len(sets))
}

func sameWords(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for _, word := range a {
		if !hasWord(b, word) {
			return false
		}
	}
	return true
}

func hasWord(words []string, word string) bool {
	for _, w := range words {
		if strings.EqualFold(w, word) {
			return true
		}
	}
	return false
}
