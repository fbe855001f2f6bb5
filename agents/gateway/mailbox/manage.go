package mailbox

import (
	"context"
	"slices"
	"strings"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/mapi"
)

// noteClass is the container class of new folders.
const noteClass = "IPF.Note"

// place is where a name would be: the folder above, and what is missing below it.
func (l *folders) place(name string) (above *folder, missing []string, err error) {
	parts := strings.Split(name, delimiter)
	for _, part := range parts {
		if part == "" || part != shownName(part) {
			return nil, nil, fail(mailstore.Cannot, "No mailbox may have this name")
		}
	}
	if root := fold(parts[0]); (root == fold(othersRoot) || root == fold(publicRoot)) && l.folded[root] == nil {
		return nil, nil, fail(mailstore.NoPermission, "No mailbox can be made here")
	}
	above = &folder{store: l.own, entryID: l.own.root, rights: mapi.RightsAll}
	for i := range parts {
		f, ok := l.find(strings.Join(parts[:i+1], delimiter))
		if !ok {
			return above, parts[i:], nil
		}
		above = f
	}
	return above, nil, nil
}

// mayHold reports whether a mailbox may be made below another one.
func (f *folder) mayHold() error {
	if f.entryID == nil {
		return fail(mailstore.NoPermission, "No mailbox can be made here")
	}
	return nil
}

// Create makes a mailbox, and those above it that are missing.
func (a *account) Create(ctx context.Context, name, use string) (mailstore.MailboxID, error) {
	if use != "" {
		return "", fail(mailstore.UseAttr, "Special mailboxes are those that the store has")
	}
	list, err := a.user.listOf(ctx, name)
	if err == nil && list == nil {
		list, err = a.user.folders(ctx)
	}
	if err != nil {
		return "", told(err)
	}
	above, missing, err := list.place(name)
	if err != nil {
		return "", err
	}
	if len(missing) == 0 {
		return "", fail(mailstore.AlreadyExists, "There is a mailbox "+name)
	}
	if err := above.mayHold(); err != nil {
		return "", err
	}
	id := above.entryID
	s := above.store.session
	for _, part := range missing {
		if id, err = s.CreateFolder(ctx, id, client.NewFolder{Name: part}); err != nil {
			return "", told(err)
		}
		if err := s.SetProps(ctx, id, mapi.String(mapi.PrContainerClass, noteClass)); err != nil {
			return "", told(err)
		}
	}
	a.user.listing.stale.Store(true)
	return idOf(id), nil
}

// movable finds a mailbox that the user may rename or delete: not one that programs find by its entry id.
func (a *account) movable(ctx context.Context, name string) (*folders, *folder, error) {
	list, f, err := a.user.lookup(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	if f.standard && f.Name != inboxName {
		return nil, nil, fail(mailstore.Cannot, "A standard mailbox stays where it is")
	}
	return list, f, nil
}

// Rename moves a mailbox with what is below it.
func (a *account) Rename(ctx context.Context, from, to string) error {
	list, f, err := a.movable(ctx, from)
	if err != nil {
		return err
	}
	if strings.HasPrefix(fold(to)+delimiter, fold(f.Name)+delimiter) && fold(to) != fold(f.Name) && f.Name != inboxName {
		return fail(mailstore.Cannot, "A mailbox cannot be moved into itself")
	}
	above, missing, err := list.place(to)
	if err != nil {
		return err
	}
	if len(missing) == 0 && (above != f || to == f.Name || f.Name == inboxName) {
		return fail(mailstore.AlreadyExists, "There is a mailbox "+to)
	}
	if f.Name == inboxName {
		return a.renameInbox(ctx, f, to)
	}
	if len(missing) == 0 { // another spelling of the same name
		missing = []string{to[strings.LastIndex(to, delimiter)+1:]}
		above = &folder{store: f.store, entryID: f.parent}
	}
	if len(missing) > 1 {
		if _, err := a.Create(ctx, to[:strings.LastIndex(to, delimiter)], ""); err != nil {
			return err
		}
		if list, err = a.user.folders(ctx); err != nil {
			return err
		}
		if above, missing, err = list.place(to); err != nil || len(missing) != 1 {
			return fail(mailstore.AlreadyExists, "There is a mailbox "+to)
		}
	}
	if above.store != f.store || above.entryID == nil {
		return fail(mailstore.Cannot, "A mailbox cannot be moved into another store")
	}
	s := f.store.session
	if string(above.entryID) == string(f.parent) {
		err = s.SetProps(ctx, f.entryID, mapi.String(mapi.PrDisplayName, missing[0]))
	} else {
		err = s.CopyFolder(ctx, f.entryID, above.entryID, missing[0], mapi.CopyMove|mapi.CopySubfolders)
	}
	a.user.listing.stale.Store(true)
	return told(err)
}

// renameInbox moves the messages of the inbox into a new mailbox (RFC 9051 6.3.6).
func (a *account) renameInbox(ctx context.Context, f *folder, to string) error {
	id, err := a.Create(ctx, to, "")
	if err != nil {
		return err
	}
	opened, err := a.Open(ctx, f.ID, func() {})
	if err != nil {
		return err
	}
	defer opened.Close()
	var uids []view.UID
	for _, m := range opened.Snapshot().All(0) {
		uids = append(uids, m.UID)
	}
	_, err = opened.Move(ctx, uids, id)
	return err
}

// Delete deletes a mailbox, which can be restored for a while.
func (a *account) Delete(ctx context.Context, name string) error {
	list, f, err := a.movable(ctx, name)
	if err != nil {
		return err
	}
	switch {
	case f.Name == inboxName:
		return fail(mailstore.Cannot, "The inbox cannot be deleted")
	case list.children(f):
		return fail(mailstore.HasChildren, "There are mailboxes below it")
	}
	err = f.store.session.DeleteFolder(ctx, f.entryID, mapi.DelFolders|mapi.DelMessages)
	a.user.listing.stale.Store(true)
	if err == nil && f.Subscribed {
		err = a.user.keepName(ctx, list.own, f)
	}
	return told(err)
}

// readSubscribed reads which folders the user has subscribed to.
func (u *user) readSubscribed(ctx context.Context, own *store) (map[string]bool, error) {
	ids, err := u.subscribed(ctx, own)
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[string(id)] = true
	}
	return set, err
}

func (u *user) subscribed(ctx context.Context, own *store) ([]mapi.EntryID, error) {
	value := own.inboxProps.Bytes(mapi.PrECIMAPSubscribed)
	if value == nil && !own.complete && own.inbox != nil {
		v, err := own.session.LoadValue(ctx, own.inbox, 0, mapi.PrECIMAPSubscribed)
		if client.IsNotFound(err) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		value = v.Data
	}
	ids, err := parseSubscribed(value)
	if err != nil {
		u.server.settings.Log.Warn("the list of subscribed folders is damaged", "user", u.info.Name, "error", err)
	}
	return ids, nil
}

// Subscribe subscribes or unsubscribes. Folders are kept by their entry ids, where the original keeps them, and names without a folder beside them.
func (a *account) Subscribe(ctx context.Context, name string, subscribed bool) error {
	list, f, err := a.user.lookup(ctx, name)
	if list == nil {
		return err
	}
	if mailstore.CodeOf(err) == mailstore.Nonexistent {
		f = nil
	} else if err != nil {
		return err
	}
	switch {
	case f == nil && subscribed:
		if _, _, err := list.place(name); mailstore.CodeOf(err) == mailstore.Cannot {
			return err
		}
	case f != nil && f.standard && f.store.prefix == "" && !subscribed:
		return fail(mailstore.Cannot, "Standard mailboxes are always subscribed to")
	case f != nil && f.standard && f.store.prefix == "":
		return nil
	}
	return a.user.changeSubscribed(ctx, list.own, func(s *subscriptions) error {
		s.names = slices.DeleteFunc(s.names, func(n string) bool { return fold(n) == fold(name) })
		if f == nil {
			if subscribed {
				s.names = append(s.names, name)
			}
			return s.fits()
		}
		s.ids = slices.DeleteFunc(s.ids, func(id mapi.EntryID) bool { return string(id) == string(f.entryID) })
		if subscribed {
			s.ids = append(s.ids, f.entryID)
		}
		return nil
	})
}
