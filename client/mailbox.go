package client

import (
	"context"

	"zarafa/mapi"
	"zarafa/wire"
)

// Mailbox is what a delivery agent needs to know of a user's store.
type Mailbox struct {
	Store Store // without RootID if the server told everything at once
	Owner User  // ID and EntryID only
	// Props are the store's: quota thresholds and PR_MESSAGE_SIZE_EXTENDED, out of office, entry ids of folders.
	Props mapi.Props
	// Inbox is where new mail goes, nil if the store has no receive folder; InboxProps are its properties: rules, junk mail folder.
	Inbox      mapi.EntryID
	InboxProps mapi.Props
	// Of the store and of the inbox, what did not come along.
	largeInStore, large []mapi.PropTag
}

// Mailbox finds a user's store and what delivery needs to know of it: by one call if the server has CapDelivery, else by five. A
// session of an administrator finds everybody's. NOT_FOUND if the user does not exist or has no store.
func (s *Session) Mailbox(ctx context.Context, user string) (box *Mailbox, err error) {
	err = s.follow(ctx, func(at *Session) (err error) {
		if at.has(mapi.CapDelivery) {
			box, err = at.mailboxAtOnce(ctx, user)
		} else {
			box, err = at.mailboxInSteps(ctx, user)
		}
		return err
	})
	return box, err
}

func (s *Session) mailboxAtOnce(ctx context.Context, user string) (*Mailbox, error) {
	var box Mailbox
	var resp wire.ResolveUserStoreResponse
	err := s.Do(ctx, func(session uint64) wire.Request {
		return &wire.ResolveUserStoreRequest{
			SessionID: session, UserName: wire.Text(user), StoreTypeMask: 1 << mapi.StorePrivate, Flags: mapi.ResolveContents,
		}
	}, &resp, func() error {
		if resp.Store == nil {
			return errIncomplete
		}
		guid, _ := mapi.GUIDOf(resp.GUID)
		box = Mailbox{
			Store: Store{EntryID: copyID(resp.StoreID), GUID: guid, URL: copyText(resp.ServerPath), Session: s},
			Owner: User{ID: resp.UlUserID, EntryID: copyID(resp.SUserID)},
		}
		store := objectOf(resp.Store)
		box.Props, box.largeInStore = store.Props, store.Large
		if resp.ReceiveFolder != nil {
			o := objectOf(resp.ReceiveFolder)
			box.setInbox(o.Props.Bytes(mapi.PrRecordKey), o) // a folder's record key is its entry id (objects.md section 1.3)
		}
		return nil
	})
	return &box, err
}

func (b *Mailbox) setInbox(id mapi.EntryID, o *Object) {
	b.Inbox, b.InboxProps, b.large = id, o.Props, o.Large
}

func (s *Session) mailboxInSteps(ctx context.Context, user string) (*Mailbox, error) {
	st, err := s.userStore(ctx, user, mapi.StorePrivate, 0)
	if err != nil {
		return nil, err
	}
	o, err := s.LoadObject(ctx, st.EntryID)
	if err != nil {
		return nil, err
	}
	box := &Mailbox{Store: st, Props: o.Props, largeInStore: o.Large, Owner: User{EntryID: o.Props.Bytes(mapi.PrMailboxOwnerEntryID)}}
	inbox, err := s.ReceiveFolder(ctx, st.EntryID, "IPM")
	if IsNotFound(err) {
		return box, nil
	}
	if err != nil {
		return nil, err
	}
	if o, err = s.LoadObject(ctx, inbox); err != nil {
		return nil, err
	}
	box.setInbox(inbox, o)
	return box, nil
}
