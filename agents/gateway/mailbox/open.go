package mailbox

import (
	"context"
	"sync"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/mapi"
)

// openFolder is a folder that a connection has open. It implements [mailstore.Folder].
type openFolder struct {
	user   *user
	folder *folder
	index  *index
	once   sync.Once
}

var _ mailstore.Folder = (*openFolder)(nil)

// Open opens a mailbox.
func (a *account) Open(ctx context.Context, id mailstore.MailboxID, changed func()) (mailstore.Folder, error) {
	list, err := a.user.folders(ctx)
	if err != nil {
		return nil, err
	}
	f, err := list.get(id)
	if err != nil {
		return nil, err
	}
	if f.rights&mapi.RightReadAny == 0 {
		return nil, fail(mailstore.NoPermission, "You may not read this mailbox")
	}
	o := &openFolder{user: a.user, folder: f}
	for {
		if o.index, err = a.user.index(ctx, f); err != nil {
			return nil, err
		}
		if o.index.watch(o, changed) {
			return o, nil
		} // it was closed as idle meanwhile
	}
}

// watch has changed called from now on; false if the index is closed.
func (ix *index) watch(o *openFolder, changed func()) bool {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if ix.open {
		ix.watchers[o] = changed
	}
	return ix.open
}

// Close leaves the index to the others.
func (o *openFolder) Close() {
	o.once.Do(func() {
		ix := o.index
		ix.mu.Lock()
		defer ix.mu.Unlock()
		delete(ix.watchers, o)
		ix.left = o.user.server.settings.Now()
	})
}

// UIDValidity is the folder's number in the server.
func (o *openFolder) UIDValidity() uint32 { return o.folder.validity }

// Rights are the user's.
func (o *openFolder) Rights() mailstore.Rights { return rightsOf(o.folder.rights) }

// Snapshot is what is known.
func (o *openFolder) Snapshot() *view.Snapshot { return o.index.snapshot.Load() }

// Sync reads the folder again if something has happened of which only reading tells.
func (o *openFolder) Sync(ctx context.Context) error { return o.index.current(ctx) }

// Recent reads and writes PR_EC_IMAP_MAX_ID, the last UID that a session was told of.
func (o *openFolder) Recent(ctx context.Context, claim bool) (view.UID, error) {
	s := o.folder.store.session
	loaded, err := s.LoadObject(ctx, o.folder.entryID)
	if err != nil {
		return 0, told(err)
	}
	last := loaded.Props.Uint32(mapi.PrECIMAPMaxID)
	newest := uint32(o.Snapshot().UIDNext) - 1
	if claim && newest > last {
		_, err := s.SaveObject(ctx, loaded.Props.Bytes(mapi.PrParentEntryID), o.folder.entryID, &client.Change{
			Type: loaded.Type, ServerID: loaded.ServerID, Set: mapi.Props{mapi.Long(mapi.PrECIMAPMaxID, newest)},
		}, false)
		if err != nil && mapi.CodeOf(err) != mapi.NoAccess { // who may only read has no \Recent of his own
			return 0, told(err)
		}
	}
	return view.UID(last + 1), nil
}

// session is that of the folder's store.
func (o *openFolder) session() *client.Session { return o.folder.store.session }
