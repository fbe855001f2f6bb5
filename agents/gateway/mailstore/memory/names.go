package memory

import (
	"context"
	"slices"
	"strings"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
)

// owner is whose a mailbox of this name is.
func (a *account) owner(name string) string {
	if name == PublicRoot || strings.HasPrefix(name, PublicRoot+"/") {
		return ""
	}
	return a.user
}

// check refuses names that no mailbox may have.
func check(name string) error {
	if name == "" || len(name) > 1000 || slices.Contains(strings.Split(name, "/"), "") {
		return refuse(mailstore.Cannot, "No mailbox can have this name")
	}
	return nil
}

func (a *account) Create(_ context.Context, name, use string) (mailstore.MailboxID, error) {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	m, err := a.create(canonical(name), use)
	if err != nil {
		return "", err
	}
	return m.id, nil
}

func (a *account) create(name, use string) (*mailbox, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	owner := a.owner(name)
	if m := a.store.find(owner, name); m != nil {
		if !m.noSelect || m.name == PublicRoot {
			return nil, refuse(mailstore.AlreadyExists, "There is a mailbox %s already", name)
		}
		m.noSelect = false
		return m, nil
	}
	rights := map[string]mailstore.Rights{a.user: AllRights}
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		parent := a.store.find(owner, name[:i])
		if parent == nil {
			var err error
			if parent, err = a.create(name[:i], ""); err != nil {
				return nil, err
			}
		}
		if err := a.may(parent, "k"); err != nil {
			return nil, err
		}
		rights = parent.acl
	} else if owner == "" {
		return nil, refuse(mailstore.NoPermission, "There are no public folders")
	}
	m := a.store.add(owner, name, use)
	for who, r := range rights {
		m.acl[who] = r
	}
	return m, nil
}

// below are the mailboxes below one.
func (a *account) below(m *mailbox) (list []*mailbox) {
	for _, other := range a.store.mailboxes {
		if other.owner == m.owner && strings.HasPrefix(other.name, m.name+"/") {
			list = append(list, other)
		}
	}
	return list
}

func (a *account) Delete(_ context.Context, name string) error {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	m, err := a.byName(name)
	if err != nil {
		return err
	}
	if m.name == "INBOX" || m.use != "" {
		return refuse(mailstore.Cannot, "%s cannot be deleted", m.name)
	}
	if err := a.may(m, "x"); err != nil {
		return err
	}
	if len(a.below(m)) > 0 {
		if m.noSelect {
			return refuse(mailstore.HasChildren, "There are mailboxes below %s", m.name)
		}
		// The name stays, as one of a mailbox without messages: those who have the old one open keep it.
		rest := a.store.add(m.owner, m.name, "")
		rest.noSelect, rest.acl = true, m.acl
	}
	m.deleted = true
	a.store.mailboxes = slices.DeleteFunc(a.store.mailboxes, func(other *mailbox) bool { return other == m })
	return nil
}

func (a *account) Rename(_ context.Context, from, to string) error {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	m, err := a.byName(from)
	if err != nil {
		return err
	}
	to = canonical(to)
	if err := check(to); err != nil {
		return err
	}
	owner := a.owner(to)
	switch {
	case a.store.find(owner, to) != nil:
		return refuse(mailstore.AlreadyExists, "There is a mailbox %s already", to)
	case m.use != "" || owner != m.owner || m.name == PublicRoot:
		return refuse(mailstore.Cannot, "%s cannot be renamed", from)
	case m.name == "INBOX":
		return a.renameInbox(m, to)
	case strings.HasPrefix(to, m.name+"/"):
		return refuse(mailstore.Cannot, "A mailbox cannot be moved into itself")
	}
	if err := a.may(m, "x"); err != nil {
		return err
	}
	if i := strings.LastIndexByte(to, '/'); i >= 0 && a.store.find(owner, to[:i]) == nil {
		if _, err := a.create(to[:i], ""); err != nil {
			return err
		}
	}
	for _, child := range a.below(m) {
		child.name = to + strings.TrimPrefix(child.name, m.name)
	}
	m.name = to
	return nil
}

func (a *account) renameInbox(inbox *mailbox, to string) error {
	m, err := a.create(to, "")
	if err != nil {
		return err
	}
	var all []view.UID
	for _, message := range inbox.snapshot.All(0) {
		all = append(all, message.UID)
	}
	inbox.copyTo(a.store.options.ModSeq, all, m)
	inbox.remove(a.store.options.ModSeq, all)
	return nil
}

func (a *account) Subscribe(_ context.Context, name string, subscribed bool) error {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	name = canonical(name)
	if !subscribed {
		delete(a.store.subscribed[a.user], name)
		return nil
	}
	if err := check(name); err != nil {
		return err
	}
	a.store.subscribed[a.user][name] = true
	return nil
}
