package client

import (
	"context"

	"zarafa/mapi"
)

// FreeBusyOf reads what a user has published, by his address-book entry id. NOT_FOUND if he has published nothing.
func (s *Session) FreeBusyOf(ctx context.Context, user []byte) (f FreeBusy, err error) {
	at, folder, err := s.publishedIn(ctx)
	if err != nil {
		return f, err
	}
	id, err := at.published(ctx, folder, user)
	if err != nil {
		return f, err
	}
	o, err := at.LoadObject(ctx, id)
	if err != nil {
		return f, err
	}
	return freeBusyOf(o.Props), nil
}

// PublishFreeBusy publishes it in the place of what the user has published before. st is his own store, whose inbox and root folder are told
// where it is if it is new.
func (s *Session) PublishFreeBusy(ctx context.Context, st Store, user *User, f FreeBusy) error {
	at, folder, err := s.publishedIn(ctx)
	if err != nil {
		return err
	}
	c := f.change()
	id, err := at.published(ctx, folder, user.EntryID)
	switch {
	case err == nil:
		return at.update(ctx, id, c)
	case !IsNotFound(err):
		return err
	}
	id, err = at.SaveMessage(ctx, folder, &mapi.Message{Props: append(mapi.Props{
		mapi.String(mapi.PrMessageClass, freebusyClass), mapi.String(mapi.PrSubject, user.Name), mapi.String(mapi.PrDisplayName, user.Name),
		mapi.String(mapi.PrFreebusyEmailAddress, user.Name), mapi.Binary(mapi.PrAddressBookEntryID, user.EntryID),
	}, c.Set...)}, SaveOptions{})
	if err != nil {
		return err
	}
	return st.Session.notePublished(ctx, st, id)
}

// publishedIn is the folder of the public store that published messages lie in, and the session where it is.
func (s *Session) publishedIn(ctx context.Context) (*Session, mapi.EntryID, error) {
	public, err := s.PublicStore(ctx)
	if err != nil {
		return nil, nil, err
	}
	o, err := public.Session.LoadObject(ctx, public.EntryID)
	if err != nil {
		return nil, nil, err
	}
	folder := o.Props.Bytes(mapi.PrFreeBusyForLocalSiteEntryID)
	if folder == nil {
		return nil, nil, mapi.Errorf(mapi.NotFound, "free/busy", "the public store has no folder for free/busy data")
	}
	return public.Session, folder, nil
}

// published finds a user's message.
func (s *Session) published(ctx context.Context, folder mapi.EntryID, user []byte) (id mapi.EntryID, err error) {
	owner := mapi.Binary(mapi.PrAddressBookEntryID, user)
	err = s.EachRow(ctx, TableQuery{
		Kind: mapi.TableMS, EntryID: folder, ObjectType: mapi.TypeMessage, Columns: []mapi.PropTag{mapi.PrEntryID},
		Restrict: &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: mapi.PrAddressBookEntryID, Value: &owner},
	}, func(row mapi.Props) error { id = row.Bytes(mapi.PrEntryID); return nil })
	if err == nil && id == nil {
		err = mapi.Errorf(mapi.NotFound, "free/busy", "the user has published nothing")
	}
	return id, err
}

// notePublished keeps the published message's entry id where clients look for it (objects.md section 15).
func (s *Session) notePublished(ctx context.Context, st Store, id mapi.EntryID) error {
	inbox, err := s.ReceiveFolder(ctx, st.EntryID, "")
	if err != nil {
		return err
	}
	root, err := s.openStore(ctx, st.EntryID)
	if err != nil {
		return err
	}
	for _, folder := range []mapi.EntryID{inbox, root.RootID} {
		o, err := s.LoadObject(ctx, folder)
		if err != nil {
			return err
		}
		ids := make([]mapi.PropValue, freebusySize)
		for i := range ids {
			ids[i].Data = []byte{}
		}
		have, _ := o.Props.Get(mapi.PrFreebusyEntryIDs)
		for i, v := range have.Values() {
			if i < len(ids) {
				ids[i].Data = v.Data
			}
		}
		ids[freebusyPublished].Data = id
		c := Change{Type: o.Type, ServerID: o.ServerID, Set: []mapi.PropValue{mapi.Multi(mapi.PrFreebusyEntryIDs, ids...)}}
		if _, err := s.SaveObject(ctx, o.Props.Bytes(mapi.PrParentEntryID), folder, &c, false); err != nil {
			return err
		}
	}
	return nil
}
