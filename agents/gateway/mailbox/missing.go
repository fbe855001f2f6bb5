package mailbox

import (
	"context"
	"slices"

	"zarafa/agents/gateway/mailstore"
	"zarafa/client"
	"zarafa/mail/convert"
	"zarafa/mapi"
)

// Bounds of the names that are subscribed to without a folder. Larger values would not come with the inbox's other properties.
const (
	mostMissing  = 200
	missingBytes = 8000
)

// missingName is the name of a PT_MV_UNICODE of the inbox: the names of mailboxes that are subscribed to and are not there, or were not when they were
// subscribed to (RFC 9051 6.3.7). PR_EC_IMAP_SUBSCRIBED, in which the original keeps entry ids, has no place for them.
func missingName() mapi.PropName { return mapi.PropName{Set: convert.EnvelopeName().Set, ID: 4} }

// missingNames reads them.
func (u *user) missingNames(own *store) (names []string) {
	v, _ := own.inboxProps.Get(u.tags.names)
	for _, name := range v.Values() {
		names = append(names, name.Str())
	}
	return names
}

// namesOf finds names without regard to case.
func namesOf(names []string) map[string]string {
	set := make(map[string]string, len(names))
	for _, name := range names {
		set[fold(name)] = name
	}
	return set
}

// subscriptions are all that a user has subscribed to.
type subscriptions struct {
	ids   []mapi.EntryID
	names []string
}

// fits reports an error if there are more names than are kept.
func (s *subscriptions) fits() error {
	size := 0
	for _, name := range s.names {
		size += len(name)
	}
	if len(s.names) > mostMissing || size > missingBytes {
		return fail(mailstore.Limit, "Too many mailboxes are subscribed to that are not there")
	}
	return nil
}

// changeSubscribed reads what the user has subscribed to anew, and saves what change makes of it, both lists at once.
func (u *user) changeSubscribed(ctx context.Context, own *store, change func(*subscriptions) error) error {
	u.listing.reading.Lock()
	defer u.listing.reading.Unlock()
	inbox, err := own.session.LoadObject(ctx, own.inbox)
	if err != nil {
		return told(err)
	}
	own.setInbox(inbox)
	var s subscriptions
	if s.ids, err = u.subscribed(ctx, own); err != nil {
		return told(err)
	}
	s.names = u.missingNames(own)
	was := subscriptions{slices.Clone(s.ids), slices.Clone(s.names)}
	if err := change(&s); err != nil {
		return err
	}
	to := client.Change{Type: inbox.Type, ServerID: inbox.ServerID}
	if !slices.EqualFunc(s.ids, was.ids, func(x, y mapi.EntryID) bool { return string(x) == string(y) }) {
		to.Set = append(to.Set, mapi.Binary(mapi.PrECIMAPSubscribed, formatSubscribed(s.ids)))
	}
	if !slices.Equal(s.names, was.names) {
		if len(s.names) > 0 {
			to.Set = append(to.Set, mapi.Strings(u.tags.names, s.names...))
		} else {
			to.Delete = append(to.Delete, u.tags.names)
		}
	}
	if len(to.Set)+len(to.Delete) == 0 {
		return nil
	}
	_, err = own.session.SaveObject(ctx, inbox.Props.Bytes(mapi.PrParentEntryID), own.inbox, &to, false)
	u.listing.stale.Store(true)
	return told(err)
}

// keepName keeps the subscription to a folder that was deleted, by its name (RFC 9051 6.3.5). Where there is no more room for it the entry id stays, which
// nothing has any more: the mailbox is gone, and that is what DELETE was asked for.
func (u *user) keepName(ctx context.Context, own *store, f *folder) error {
	err := u.changeSubscribed(ctx, own, func(s *subscriptions) error {
		s.ids = slices.DeleteFunc(s.ids, func(id mapi.EntryID) bool { return string(id) == string(f.entryID) })
		if !slices.ContainsFunc(s.names, func(n string) bool { return fold(n) == fold(f.Name) }) {
			s.names = append(s.names, f.Name)
		}
		return s.fits()
	})
	if mailstore.CodeOf(err) == mailstore.Limit {
		return nil
	}
	return err
}
