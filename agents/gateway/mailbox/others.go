package mailbox

import (
	"context"
	"strings"

	"zarafa/client"
	"zarafa/mapi"
)

// othersRoot is the name below which the folders of other users are, each user's below his name.
const othersRoot = "Other users"

// ownerIn is the user whose folders a name is about; ok is false if it is about others' at all.
func ownerIn(name string) (owner string, ok bool) {
	if len(name) <= len(othersRoot) || !strings.EqualFold(name[:len(othersRoot)+1], othersRoot+delimiter) {
		return "", false
	}
	owner, _, _ = strings.Cut(name[len(othersRoot)+1:], delimiter)
	return owner, owner != ""
}

// openOther takes the store of another user into the list, who is named for the first time. There is no list of all those that would let a user in, and
// asking each would be a call for each; a client that wants to see them names them, or is subscribed to one. opened is false if there is no such user, or
// he lets nobody in.
func (u *user) openOther(ctx context.Context, owner string) (opened bool, err error) {
	l := &u.listing
	l.reading.Lock()
	defer l.reading.Unlock()
	prefix := othersRoot + delimiter + fold(owner)
	for _, st := range l.stores {
		if st.prefix == prefix {
			l.stale.Store(true) // what he lets this user see may be more by now
			return true, nil
		}
	}
	if strings.EqualFold(owner, u.info.Name) || len(l.stores) == 0 {
		return false, nil
	}
	found, err := u.session.UserStore(ctx, owner, mapi.StorePrivate)
	if err == nil {
		err = u.addOther(ctx, found, prefix)
	}
	if client.IsNotFound(err) || mapi.CodeOf(err) == mapi.NoAccess {
		return false, nil
	}
	return err == nil, err
}

// addOther adds a store. The caller holds reading.
func (u *user) addOther(ctx context.Context, found client.Store, prefix string) error {
	st, err := u.sharedStore(ctx, found, prefix)
	if err != nil {
		return err
	}
	if err := u.watchStore(ctx, st); err != nil {
		return err
	}
	u.listing.stores = append(u.listing.stores, st)
	u.listing.stale.Store(true)
	return nil
}

// openSubscribed takes in the stores of other users that have a folder to which the user has subscribed. Of those that are there no longer, or do not let him in
// any more, nothing is shown. The caller holds reading.
func (u *user) openSubscribed(ctx context.Context, subscribed map[string]bool) error {
	known := make(map[mapi.GUID]bool)
	for _, st := range u.listing.stores {
		known[st.EntryID.StoreGUID()] = true
	}
	for id := range subscribed {
		guid := mapi.EntryID(id).StoreGUID()
		if known[guid] {
			continue
		}
		known[guid] = true
		owner, err := u.server.ownerOf(ctx, guid)
		if err == nil && owner != "" {
			var found client.Store
			if found, err = u.session.UserStore(ctx, owner, mapi.StorePrivate); err == nil {
				err = u.addOther(ctx, found, othersRoot+delimiter+fold(owner))
			}
		}
		if err != nil && !client.IsNotFound(err) && mapi.CodeOf(err) != mapi.NoAccess {
			return err
		}
	}
	return nil
}

// ownerOf is the login name of who owns a store, which only administrators can ask for.
func (s *Server) ownerOf(ctx context.Context, guid mapi.GUID) (string, error) {
	found, err := s.group.Admin().StoreByGUID(ctx, guid)
	if err != nil {
		return "", err
	}
	at := found.Session
	if at == nil {
		at = s.group.Admin()
	}
	o, err := at.LoadObject(ctx, found.EntryID)
	if err != nil {
		return "", err
	}
	id := o.Props.Bytes(mapi.PrMailboxOwnerEntryID)
	if len(id) == 0 {
		return "", nil // nobody's; without an id the answer would be the caller himself
	}
	owner, err := at.UserByID(ctx, 0, id)
	return owner.Name, err
}

// lookup finds a mailbox that is shown by its name, in the stores of other users too.
func (u *user) lookup(ctx context.Context, name string) (*folders, *folder, error) {
	list, err := u.folders(ctx)
	if err != nil {
		return nil, nil, err
	}
	f, err := list.shownByName(name)
	if err == nil {
		return list, f, nil
	}
	if again, e := u.listOf(ctx, name); e != nil {
		return nil, nil, told(e)
	} else if again != nil {
		f, err = again.shownByName(name)
		list = again
	}
	return list, f, err
}

// listOf is the list with the store of the user whose folders a name is about; nil if it is about no other user's.
func (u *user) listOf(ctx context.Context, name string) (*folders, error) {
	owner, ok := ownerIn(name)
	if !ok {
		return nil, nil
	}
	if opened, err := u.openOther(ctx, owner); err != nil || !opened {
		return nil, err
	}
	return u.folders(ctx)
}
