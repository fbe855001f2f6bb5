package memory

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/mail/tree"
)

// account is a user who has logged on.
type account struct {
	store *Store
	user  string
}

func (a *account) User() string      { return a.user }
func (a *account) MaxMessage() int64 { return a.store.options.MaxMessage }
func (a *account) Capabilities() mailstore.Capabilities {
	return mailstore.Capabilities{ModSeq: a.store.options.ModSeq}
}
func (a *account) Close() {}

func refuse(code mailstore.Code, format string, args ...any) error {
	return &mailstore.Error{Code: code, Text: fmt.Sprintf(format, args...)}
}

func (a *account) Namespaces(context.Context) (mailstore.Namespaces, error) {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	var n mailstore.Namespaces
	if a.store.find("", PublicRoot) != nil {
		n.Shared = append(n.Shared, mailstore.Namespace{Prefix: PublicRoot + "/"})
	}
	return n, nil
}

// visible are the mailboxes that the user may see, by their names.
func (a *account) visible() []*mailbox {
	var list []*mailbox
	for _, m := range a.store.mailboxes {
		if (m.owner == a.user || m.owner == "") && strings.Contains(string(m.rights(a.user)), "l") {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(x, y *mailbox) int { return cmp.Compare(x.name, y.name) })
	return list
}

func (a *account) row(m *mailbox) mailstore.Mailbox {
	return mailstore.Mailbox{
		ID: m.id, Name: m.name, NoSelect: m.noSelect, Subscribed: a.store.subscribed[a.user][m.name], Use: m.use, Others: m.owner != a.user,
	}
}

func (a *account) List(context.Context) ([]mailstore.Mailbox, error) {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	var rows []mailstore.Mailbox
	missing := maps.Clone(a.store.subscribed[a.user])
	for _, m := range a.visible() {
		rows = append(rows, a.row(m))
		delete(missing, m.name)
	}
	for name := range missing {
		rows = append(rows, mailstore.Mailbox{Name: name, NoSelect: true, Subscribed: true, Missing: true})
	}
	slices.SortFunc(rows, func(x, y mailstore.Mailbox) int { return cmp.Compare(x.Name, y.Name) })
	return rows, nil
}

// canonical is a name with INBOX as it is written.
func canonical(name string) string {
	if first, rest, more := strings.Cut(name, "/"); strings.EqualFold(first, "INBOX") {
		if more {
			return "INBOX/" + rest
		}
		return "INBOX"
	}
	return name
}

func (a *account) byName(name string) (*mailbox, error) {
	for _, m := range a.visible() {
		if m.name == canonical(name) {
			return m, nil
		}
	}
	return nil, refuse(mailstore.Nonexistent, "There is no mailbox %s", name)
}

func (a *account) byID(id mailstore.MailboxID) (*mailbox, error) {
	for _, m := range a.visible() {
		if m.id == id {
			return m, nil
		}
	}
	return nil, refuse(mailstore.Nonexistent, "This mailbox does not exist")
}

// may checks a right.
func (a *account) may(m *mailbox, right string) error {
	if !strings.Contains(string(m.rights(a.user)), right) {
		return refuse(mailstore.NoPermission, "You may not do this in %s", m.name)
	}
	return nil
}

func (a *account) Find(_ context.Context, name string) (mailstore.Mailbox, error) {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	m, err := a.byName(name)
	if err != nil {
		return mailstore.Mailbox{}, err
	}
	return a.row(m), nil
}

func (a *account) Status(_ context.Context, id mailstore.MailboxID, _ mailstore.StatusItems) (mailstore.Status, error) {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	m, err := a.byID(id)
	if err != nil {
		return mailstore.Status{}, err
	}
	if err := a.may(m, "r"); err != nil {
		return mailstore.Status{}, err
	}
	s := mailstore.Status{
		Messages: uint32(m.snapshot.Len()), UIDNext: m.snapshot.UIDNext, UIDValidity: m.uidValidity, HighestModSeq: m.snapshot.HighestModSeq,
	}
	for _, message := range m.snapshot.All(0) {
		size := int64(len(m.mails[message.UID].content))
		s.Size += size
		if message.Flags&view.Seen == 0 {
			s.Unseen++
		}
		if message.Flags&view.Deleted != 0 {
			s.Deleted++
			s.DeletedStorage += size
		}
		if message.UID >= m.recent {
			s.Recent++
		}
	}
	return s, nil
}

func (a *account) Open(_ context.Context, id mailstore.MailboxID, changed func()) (mailstore.Folder, error) {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	m, err := a.byID(id)
	if err != nil {
		return nil, err
	}
	if m.noSelect {
		return nil, refuse(mailstore.Nonexistent, "There are no messages in %s", m.name)
	}
	if err := a.may(m, "r"); err != nil {
		return nil, err
	}
	f := &folder{account: a, mailbox: m}
	m.watchers[f] = changed
	return f, nil
}

func (a *account) Append(_ context.Context, id mailstore.MailboxID, messages []mailstore.NewMessage) (mailstore.Appended, error) {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	m, err := a.byID(id)
	if err != nil || m.noSelect {
		return mailstore.Appended{}, refuse(mailstore.TryCreate, "There is no such mailbox")
	}
	if err := a.may(m, "i"); err != nil {
		return mailstore.Appended{}, err
	}
	contents := make([][]byte, len(messages))
	var total int64
	for i, message := range messages {
		data, err := io.ReadAll(io.NewSectionReader(message.Content, 0, message.Content.Size()))
		if err != nil {
			return mailstore.Appended{}, err
		}
		contents[i] = tree.CRLF(data)
		if limit := a.store.options.MaxMessage; limit > 0 && int64(len(contents[i])) > limit {
			return mailstore.Appended{}, refuse(mailstore.TooBig, "The message is larger than %d bytes", limit)
		}
		total += int64(len(contents[i]))
	}
	if limit := a.store.options.Quota; limit > 0 && a.usage()+total > limit*1024 {
		return mailstore.Appended{}, refuse(mailstore.OverQuota, "The mailbox is full")
	}
	now := a.store.options.Now()
	done := mailstore.Appended{UIDValidity: m.uidValidity}
	var added []addition
	for i, message := range messages {
		date := message.Date
		if date.IsZero() {
			date = now
		}
		a.store.lastMail++
		added = append(added, addition{
			mail:  &mail{id: fmt.Sprintf("M%d", a.store.lastMail), content: contents[i], date: date, saved: now},
			flags: message.Flags, keywords: unique(message.Keywords),
		})
	}
	done.UIDs = m.addMails(a.store.options.ModSeq, added)
	return done, nil
}

// usage is how many bytes the user's mails have.
func (a *account) usage() (n int64) {
	for _, m := range a.store.mailboxes {
		if m.owner == a.user {
			for _, mail := range m.mails {
				n += int64(len(mail.content))
			}
		}
	}
	return n
}

func unique(words []string) (set []string) {
	for _, word := range words {
		if !hasWord(set, word) {
			set = append(set, word)
		}
	}
	return set
}

// addition is a message that comes into a mailbox.
type addition struct {
	mail     *mail
	flags    view.Flags
	keywords []string
}

// addMails puts messages behind those that are there.
func (m *mailbox) addMails(modSeq bool, list []addition) (uids []view.UID) {
	u := view.Update{HighestModSeq: m.nextModSeq(modSeq, m.snapshot.HighestModSeq), Keywords: m.snapshot.KeywordSets()}
	uid := m.snapshot.UIDNext
	for _, added := range list {
		message := view.Message{UID: uid, Flags: added.flags, ModSeq: u.HighestModSeq}
		u.Keywords, message.Keywords = m.keywordSet(u.Keywords, added.keywords)
		u.Set = append(u.Set, message)
		m.mails[uid] = added.mail
		uids = append(uids, uid)
		uid++
	}
	m.apply(u)
	return uids
}

func (a *account) Quota(context.Context) (mailstore.Quota, error) {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	return mailstore.Quota{Usage: (a.usage() + 1023) / 1024, Limit: a.store.options.Quota}, nil
}

func (a *account) MyRights(_ context.Context, id mailstore.MailboxID) (mailstore.Rights, error) {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	m, err := a.byID(id)
	if err != nil {
		return "", err
	}
	return m.rights(a.user), nil
}

func (a *account) GetACL(_ context.Context, id mailstore.MailboxID) ([]mailstore.ACLEntry, error) {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	m, err := a.byID(id)
	if err != nil {
		return nil, err
	}
	if err := a.may(m, "a"); err != nil {
		return nil, err
	}
	var entries []mailstore.ACLEntry
	for name, rights := range m.acl {
		entries = append(entries, mailstore.ACLEntry{Identifier: name, Rights: rights})
	}
	slices.SortFunc(entries, func(x, y mailstore.ACLEntry) int { return cmp.Compare(x.Identifier, y.Identifier) })
	return entries, nil
}

func (a *account) SetACL(_ context.Context, id mailstore.MailboxID, identifier string, rights mailstore.Rights) error {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	m, err := a.byID(id)
	if err != nil {
		return err
	}
	if err := a.may(m, "a"); err != nil {
		return err
	}
	if _, known := a.store.users[identifier]; !known && identifier != "anyone" {
		return refuse(mailstore.Nonexistent, "There is no user %s", identifier)
	}
	if rights == "" {
		delete(m.acl, identifier)
	} else {
		m.acl[identifier] = rights
	}
	return nil
}
