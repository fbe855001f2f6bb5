package mailbox

import (
	"context"
	"fmt"
	"slices"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/mapi"
)

// Copy copies messages.
func (o *openFolder) Copy(ctx context.Context, uids []view.UID, to mailstore.MailboxID) (mailstore.Copied, error) {
	return o.transfer(ctx, uids, to, false)
}

// Move moves messages.
func (o *openFolder) Move(ctx context.Context, uids []view.UID, to mailstore.MailboxID) (mailstore.Copied, error) {
	return o.transfer(ctx, uids, to, true)
}

// destination finds the folder that messages go to.
func (u *user) destination(ctx context.Context, id mailstore.MailboxID) (*folder, error) {
	list, err := u.folders(ctx)
	if err != nil {
		return nil, err
	}
	f, err := list.get(id)
	if err != nil {
		return nil, toldMissing(err)
	}
	if f.rights&mapi.RightCreate == 0 {
		return nil, fail(mailstore.NoPermission, "You may not put anything into this mailbox")
	}
	return f, nil
}

func (o *openFolder) transfer(ctx context.Context, uids []view.UID, to mailstore.MailboxID, move bool) (c mailstore.Copied, err error) {
	dest, err := o.user.destination(ctx, to)
	if err != nil {
		return c, err
	}
	c.UIDValidity = dest.validity
	list, err := o.located(ctx, uids)
	if err != nil || len(list) == 0 {
		return c, err
	}
	if s := o.session(); s.Gateway() && dest.store.session == s {
		return o.transferNumbered(ctx, list, dest, move)
	}
	next, err := o.user.nextUID(ctx, dest)
	if err != nil {
		return c, told(err)
	}
	if dest.store == o.folder.store {
		err = o.transferInStore(ctx, list, dest, move)
	} else {
		err = o.transferToStore(ctx, list, dest, move)
	}
	arrived, lookErr := o.user.arrivals(ctx, dest, next)
	c.From, c.To = paired(list, arrived)
	switch {
	case err != nil && !move:
		o.user.undo(ctx, dest, c.To, arrived)
		return mailstore.Copied{}, toldMissing(err)
	case err != nil:
		o.index.outdated.Store(true) // some may have been moved
		return mailstore.Copied{}, toldMissing(err)
	case lookErr != nil:
		c.From, c.To = nil, nil // they are there; where, is not known
	}
	if move && string(dest.entryID) != string(o.folder.entryID) {
		objects := make([]uint32, len(list))
		for i := range list {
			objects[i] = list[i].object
		}
		o.index.forget(objects)
		return c, o.index.renumber(ctx)
	}
	return c, nil
}

// transferNumbered has the server copy or move, and say what became of each message.
func (o *openFolder) transferNumbered(ctx context.Context, list []located, dest *folder, move bool) (c mailstore.Copied, err error) {
	c.UIDValidity = dest.validity
	ids := make([]mapi.EntryID, len(list))
	for i := range list {
		ids[i] = list[i].id
	}
	within := dest.store == o.folder.store
	var saved []client.Saved
	if move && within {
		saved, err = o.session().MoveNumbered(ctx, dest.entryID, ids...)
	} else if saved, err = o.session().CopyNumbered(ctx, dest.entryID, ids...); err == nil && move {
		err = o.session().DeleteMessages(ctx, false, ids...)
	}
	if err != nil {
		return c, toldMissing(err)
	}
	var left []uint32
	for i := range saved {
		if saved[i].EntryID == nil {
			continue // it was there no longer
		}
		c.From, c.To = append(c.From, list[i].uid), append(c.To, view.UID(saved[i].UID))
		left = append(left, list[i].object)
	}
	if move && string(dest.entryID) != string(o.folder.entryID) {
		o.index.forget(left)
		if err := o.index.renumber(ctx); err != nil {
			return c, err
		}
	}
	return c, o.user.show(ctx, dest, c.To)
}

// show has an index of a folder, if it is open, take in messages that have just come.
func (u *user) show(ctx context.Context, f *folder, uids []view.UID) error {
	ix := u.opened(f.entryID)
	if ix == nil || len(uids) == 0 {
		return nil
	}
	o := &openFolder{user: u, folder: f, index: ix}
	q := rowQuery{TableQuery: ix.query()}
	return o.visitRanges(ctx, q, slices.Sorted(slices.Values(uids)), func(rows []mapi.Props) error {
		ix.take(rows)
		return nil
	})
}

// transferInStore has the server copy or move.
func (o *openFolder) transferInStore(ctx context.Context, list []located, dest *folder, move bool) error {
	ids := make([]mapi.EntryID, len(list))
	for i := range list {
		ids[i] = list[i].id
	}
	if move {
		return o.session().MoveMessages(ctx, dest.entryID, ids...)
	}
	return o.session().CopyMessages(ctx, dest.entryID, ids...)
}

// transferToStore saves the messages anew in another store, and deletes them here if they move.
func (o *openFolder) transferToStore(ctx context.Context, list []located, dest *folder, move bool) error {
	ids := make([]mapi.EntryID, len(list))
	for i := range list {
		ids[i] = list[i].id
		m, err := o.session().LoadMessage(ctx, ids[i])
		if err != nil {
			return err
		}
		m.Props.Set(mapi.Binary(mapi.PrSearchKey, []byte(list[i].key)))
		if _, err := dest.store.session.SaveMessage(ctx, dest.entryID, m, client.SaveOptions{}); err != nil {
			return err
		}
	}
	if !move {
		return nil
	}
	return o.session().DeleteMessages(ctx, false, ids...)
}

// arrival is a message that has come into a folder.
type arrival struct {
	uid view.UID
	id  mapi.EntryID
	key string
}

// nextUID is a UID of a folder in front of which all are that are there now.
func (u *user) nextUID(ctx context.Context, f *folder) (view.UID, error) {
	t, rows, err := f.store.session.QueryTable(ctx, client.TableQuery{
		Kind: mapi.TableMS, EntryID: f.entryID, ObjectType: mapi.TypeMessage, Columns: []mapi.PropTag{mapi.PrECIMAPID},
		Sort: []mapi.SortOrder{{Tag: mapi.PrECIMAPID, Order: mapi.SortDescend}},
	}, 1)
	if err != nil {
		return 0, err
	}
	if err := t.Close(context.WithoutCancel(ctx)); err != nil {
		return 0, err
	}
	if len(rows) == 0 {
		return 1, nil
	}
	return uidOf(rows[0]) + 1, nil
}

// arrivals are the messages of a folder from a UID on, in their order. An index of the folder takes them in.
func (u *user) arrivals(ctx context.Context, f *folder, from view.UID) (list []arrival, err error) {
	v := mapi.Long(mapi.PrECIMAPID, uint32(from))
	ix := u.opened(f.entryID)
	err = eachPage(ctx, f.store.session, client.TableQuery{
		Kind: mapi.TableMS, EntryID: f.entryID, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode | mapi.OpenNoCap,
		Columns:  append([]mapi.PropTag{mapi.PrEntryID, mapi.PrSearchKey}, u.indexColumns()...),
		Restrict: &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelGE, Tag: mapi.PrECIMAPID, Value: &v},
		Sort:     []mapi.SortOrder{{Tag: mapi.PrECIMAPID}},
	}, func(rows []mapi.Props) error {
		for _, r := range rows {
			list = append(list, arrival{uidOf(r), r.Bytes(mapi.PrEntryID), string(r.Bytes(mapi.PrSearchKey))})
		}
		if ix != nil {
			ix.take(rows)
		}
		return nil
	})
	return list, err
}

// paired says which message became which. A copy has the search key of what it is a copy of; of those with the same key the server takes one after the
// other. Where a message has no partner, nothing is said at all (RFC 4315 3: the server may leave the response code out).
func paired(list []located, arrived []arrival) (from, to []view.UID) {
	byKey := make(map[string][]view.UID)
	for _, a := range arrived {
		byKey[a.key] = append(byKey[a.key], a.uid)
	}
	for _, l := range list {
		uids := byKey[l.key]
		if l.key == "" || len(uids) == 0 {
			return nil, nil
		}
		from, to = append(from, l.uid), append(to, uids[0])
		byKey[l.key] = uids[1:]
	}
	return from, to
}

// undo takes copies away again after not all could be made.
func (u *user) undo(ctx context.Context, f *folder, uids []view.UID, arrived []arrival) {
	var ids []mapi.EntryID
	for _, a := range arrived {
		if slices.Contains(uids, a.uid) {
			ids = append(ids, a.id)
		}
	}
	if len(ids) == 0 {
		return
	}
	if err := f.store.session.DeleteMessages(context.WithoutCancel(ctx), true, ids...); err != nil {
		u.server.settings.Log.Warn("copies could not be taken back", "user", u.info.Name, "folder", f.Name, "error", fmt.Errorf("deleting them: %w", err))
	}
}
