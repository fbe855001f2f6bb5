package mailbox

import (
	"context"
	"strings"

	"zarafa/agents/gateway/mailstore"
	"zarafa/client"
	"zarafa/mapi"
)

// anyone is everybody's name in RFC 4314.
const anyone = "anyone"

// rightLetters are the rights of RFC 4314 and what they are here, in the order in which they are written. p (post) has no counterpart.
func rightLetters() []struct {
	letter byte
	any    mapi.Rights // one of these gives the letter
	all    mapi.Rights // the letter gives these
} {
	const edit, remove = mapi.RightEditAny | mapi.RightEditOwned, mapi.RightDeleteAny | mapi.RightDeleteOwned
	return []struct {
		letter   byte
		any, all mapi.Rights
	}{
		{'l', mapi.RightFolderVisible | mapi.RightReadAny, mapi.RightFolderVisible},
		{'r', mapi.RightReadAny, mapi.RightReadAny | mapi.RightFolderVisible},
		{'s', mapi.RightReadAny, mapi.RightReadAny | mapi.RightFolderVisible}, // marking as read takes no more than reading
		{'w', edit, edit},
		{'i', mapi.RightCreate, mapi.RightCreate},
		{'k', mapi.RightCreateSubfolder | mapi.RightFolderAccess, mapi.RightCreateSubfolder},
		{'x', mapi.RightFolderAccess, mapi.RightFolderAccess},
		{'t', edit, edit},
		{'e', remove, remove},
		{'a', mapi.RightFolderAccess, mapi.RightFolderAccess},
	}
}

// rightsOf are a user's rights in the letters of RFC 4314.
func rightsOf(r mapi.Rights) mailstore.Rights {
	var b strings.Builder
	for _, l := range rightLetters() {
		if r&l.any != 0 {
			b.WriteByte(l.letter)
		}
	}
	return mailstore.Rights(b.String())
}

// rightsFrom are the rights that letters stand for. c and d are those of RFC 2086.
func rightsFrom(letters mailstore.Rights) (r mapi.Rights, err error) {
	for _, c := range []byte(strings.NewReplacer("c", "kx", "d", "et").Replace(string(letters))) {
		known := c == 'p'
		for _, l := range rightLetters() {
			if l.letter == c {
				r |= l.all
				known = true
			}
		}
		if !known {
			return 0, fail(mailstore.Cannot, "There is no right "+string(rune(c)))
		}
	}
	return r, nil
}

// MyRights are the user's.
func (a *account) MyRights(ctx context.Context, id mailstore.MailboxID) (mailstore.Rights, error) {
	list, err := a.user.folders(ctx)
	if err != nil {
		return "", err
	}
	f := list.byID[id]
	if f == nil {
		return "", fail(mailstore.Nonexistent, "There is no such mailbox")
	}
	return rightsOf(f.rights), nil
}

// administered finds a folder whose access list the user may see and change.
func (a *account) administered(ctx context.Context, id mailstore.MailboxID) (*folder, error) {
	list, err := a.user.folders(ctx)
	if err != nil {
		return nil, err
	}
	f := list.byID[id]
	switch {
	case f == nil:
		return nil, fail(mailstore.Nonexistent, "There is no such mailbox")
	case f.rights&mapi.RightFolderAccess == 0:
		return nil, fail(mailstore.NoPermission, "You may not administer this mailbox")
	}
	return f, nil
}

// GetACL lists who may do what. The owner of the store, whose rights are in no list, comes first.
func (a *account) GetACL(ctx context.Context, id mailstore.MailboxID) (entries []mailstore.ACLEntry, err error) {
	f, err := a.administered(ctx, id)
	if err != nil {
		return nil, err
	}
	grants, err := f.store.session.Rights(ctx, f.entryID)
	if err != nil {
		return nil, told(err)
	}
	if f.store.prefix == "" {
		entries = append(entries, mailstore.ACLEntry{Identifier: a.user.info.Name, Rights: rightsOf(mapi.RightsAll)})
	}
	for _, g := range grants {
		name := anyone
		if g.UserID != mapi.UserEveryone {
			e, err := a.user.session.Entry(ctx, g.EntryID)
			if client.IsNotFound(err) {
				continue // somebody who is there no longer, or whom the user cannot see
			}
			if err != nil {
				return nil, told(err)
			}
			name = e.Account
		}
		entries = append(entries, mailstore.ACLEntry{Identifier: name, Rights: rightsOf(g.Rights)})
	}
	return entries, nil
}

// SetACL says what somebody may do.
func (a *account) SetACL(ctx context.Context, id mailstore.MailboxID, identifier string, rights mailstore.Rights) error {
	f, err := a.administered(ctx, id)
	if err != nil {
		return err
	}
	r, err := rightsFrom(rights)
	if err != nil {
		return err
	}
	grant := client.Everyone()
	if !strings.EqualFold(identifier, anyone) {
		list, err := a.user.session.ResolveNames(ctx, identifier)
		if err != nil {
			return told(err)
		}
		if len(list) != 1 || list[0].Resolution != client.Resolved || !strings.EqualFold(list[0].Account, identifier) {
			return fail(mailstore.Nonexistent, "There is no user or group "+identifier)
		}
		grant = client.Grant{EntryID: list[0].EntryID}
	}
	grant.Rights = r
	if r == 0 {
		err = f.store.session.Revoke(ctx, f.entryID, grant)
	} else {
		err = f.store.session.Grant(ctx, f.entryID, grant)
	}
	a.user.listing.stale.Store(true) // the user's own rights may be others now
	return told(err)
}

// Quota is how much the user's store holds, and may hold.
func (a *account) Quota(ctx context.Context) (q mailstore.Quota, err error) {
	list, err := a.user.folders(ctx)
	if err != nil {
		return q, err
	}
	o, err := list.own.session.LoadObject(ctx, list.own.EntryID)
	if err != nil {
		return q, told(err)
	}
	size, _ := o.Props.Get(mapi.PrMessageSizeExtended)
	return mailstore.Quota{
		Usage: (size.Int64() + 1023) / 1024, Limit: int64(o.Props.Uint32(mapi.PrQuotaReceiveThreshold)), // in units of 1,024 bytes already
	}, nil
}
