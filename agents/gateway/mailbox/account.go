package mailbox

import (
	"context"
	"slices"
	"sync"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/mapi"
)

// account is a connection of a user. It implements [mailstore.Account].
type account struct {
	user *user
	once sync.Once
}

var _ mailstore.Account = (*account)(nil)

// User is the user's name.
func (a *account) User() string { return a.user.info.Name }

// Close leaves what the user's connections share.
func (a *account) Close() { a.once.Do(a.user.leave) }

// Capabilities are those of the server behind.
func (a *account) Capabilities() mailstore.Capabilities {
	return mailstore.Capabilities{ModSeq: a.user.tags.modSeq != 0}
}

// MaxMessage is the setting's.
func (a *account) MaxMessage() int64 { return a.user.server.settings.MaxMessage }

// Namespaces are where other users' and public folders are.
func (a *account) Namespaces(ctx context.Context) (n mailstore.Namespaces, err error) {
	list, err := a.user.folders(ctx)
	if err != nil {
		return n, err
	}
	n.OtherUsers = []mailstore.Namespace{{Prefix: othersRoot + delimiter}}
	if list.roots[publicRoot] != nil {
		n.Shared = append(n.Shared, mailstore.Namespace{Prefix: publicRoot + delimiter})
	}
	return n, nil
}

// List gives the mailboxes.
func (a *account) List(ctx context.Context) ([]mailstore.Mailbox, error) {
	list, err := a.user.folders(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Clone(list.shown), nil
}

// Find gives one mailbox.
func (a *account) Find(ctx context.Context, name string) (mailstore.Mailbox, error) {
	_, f, err := a.user.lookup(ctx, name)
	if err != nil {
		return mailstore.Mailbox{}, err
	}
	return f.Mailbox, nil
}

// Status counts. An open folder is counted here; of others the server is asked.
func (a *account) Status(ctx context.Context, id mailstore.MailboxID, want mailstore.StatusItems) (st mailstore.Status, err error) {
	list, err := a.user.folders(ctx)
	if err != nil {
		return st, err
	}
	f, err := list.get(id)
	if err != nil {
		return st, err
	}
	if f.rights&mapi.RightReadAny == 0 {
		return st, fail(mailstore.NoPermission, "You may not read this mailbox")
	}
	ix := a.user.opened(f.entryID)
	if ix == nil && (want.Deleted || want.HighestModSeq || want.Size) {
		// Only the flags of all messages tell, and who asks is about to open the folder, or will ask again.
		if ix, err = a.user.index(ctx, f); err != nil {
			return st, err
		}
	}
	if ix == nil {
		err = a.statusOfServer(ctx, f, want, &st)
	} else if err = ix.current(ctx); err == nil {
		err = a.statusOfIndex(ctx, ix, want, &st)
	}
	st.UIDValidity = f.validity
	return st, told(err)
}

func (a *account) statusOfIndex(ctx context.Context, ix *index, want mailstore.StatusItems, st *mailstore.Status) error {
	snapshot := ix.snapshot.Load()
	st.Messages, st.UIDNext, st.HighestModSeq = uint32(snapshot.Len()), snapshot.UIDNext, snapshot.HighestModSeq
	var last view.UID
	if want.Recent {
		o, err := ix.folder.store.session.LoadObject(ctx, ix.folder.entryID)
		if err != nil {
			return err
		}
		last = view.UID(o.Props.Uint32(mapi.PrECIMAPMaxID))
	}
	var all, deleted []view.UID
	for _, m := range snapshot.All(0) {
		if m.Flags&view.Seen == 0 {
			st.Unseen++
		}
		if m.Flags&view.Deleted != 0 {
			st.Deleted++
			deleted = append(deleted, m.UID)
		}
		if m.UID > last {
			st.Recent++
		}
		all = append(all, m.UID)
	}
	if !want.Recent {
		st.Recent = 0
	}
	if !want.Size && !want.Deleted {
		return nil
	}
	if !want.Size {
		all = deleted
	}
	o := &openFolder{user: a.user, folder: ix.folder, index: ix}
	return o.Fetch(ctx, all, mailstore.ItemSize, func(r *mailstore.Record) error {
		st.Size += r.Size
		if r.Message.Flags&view.Deleted != 0 {
			st.DeletedStorage += r.Size
		}
		return nil
	})
}

// statusOfServer reads the counters of a folder and its newest UID.
func (a *account) statusOfServer(ctx context.Context, f *folder, want mailstore.StatusItems, st *mailstore.Status) error {
	s := f.store.session
	o, err := s.LoadObject(ctx, f.entryID)
	if err != nil {
		return err
	}
	last := o.Props.Uint32(mapi.PrECIMAPMaxID)
	st.Messages, st.Unseen = o.Props.Uint32(mapi.PrContentCount), o.Props.Uint32(mapi.PrContentUnread)
	q := client.TableQuery{
		Kind: mapi.TableMS, EntryID: f.entryID, ObjectType: mapi.TypeMessage, Columns: []mapi.PropTag{mapi.PrECIMAPID},
		Sort: []mapi.SortOrder{{Tag: mapi.PrECIMAPID, Order: mapi.SortDescend}},
	}
	newest, err := a.countRecent(ctx, s, q, last, want.Recent, st)
	if err != nil {
		return err
	}
	st.UIDNext = view.UID(max(newest, last) + 1)
	return nil
}

// countRecent reads the newest UIDs: one, or all that no session has been told of.
func (a *account) countRecent(ctx context.Context, s *client.Session, q client.TableQuery, last uint32, all bool, st *mailstore.Status) (newest uint32, err error) {
	n := uint32(1)
	if all {
		n = rowsPerPage
	}
	t, rows, err := s.QueryTable(ctx, q, n)
	if err != nil {
		return 0, err
	}
	defer func() { _ = t.Close(context.WithoutCancel(ctx)) }()
	if len(rows) > 0 {
		newest = rows[0].Uint32(mapi.PrECIMAPID)
	}
	for all && len(rows) > 0 {
		for _, row := range rows {
			if row.Uint32(mapi.PrECIMAPID) <= last {
				return newest, nil
			}
			st.Recent++
		}
		if len(rows) < rowsPerPage {
			break
		}
		if rows, err = t.Rows(ctx, rowsPerPage); err != nil {
			return newest, err
		}
	}
	return newest, nil
}
