package mailbox

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"sync"
	"sync/atomic"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/mapi"
)

// folder is a folder as it is listed.
type folder struct {
	mailstore.Mailbox
	store    *store
	entryID  mapi.EntryID // nil for the root of a store
	parent   mapi.EntryID
	validity uint32   // PR_EC_HIERARCHYID
	newest   view.UID // PR_EC_IMAP_MAX_ID: no UID up to here will be given again
	rights   mapi.Rights
	standard bool
	hidden   bool // it is not listed, but it is there
}

// listing is the list of folders of a user, kept until the server tells of a change.
type listing struct {
	reading sync.Mutex // held while the list is read
	stale   atomic.Bool
	list    atomic.Pointer[folders]
	stores  []*store // protected by reading
}

// folders are all of a user's; they never change.
type folders struct {
	shown  []mailstore.Mailbox
	byID   map[mailstore.MailboxID]*folder
	byName map[string]*folder // as it is spelt; those that are not shown too
	folded map[string]*folder // case aside
	own    *store
	roots  map[string]*folder // of the stores, by prefix
	all    []*folder
}

// folders gives the list, which costs no call if nothing has changed.
func (u *user) folders(ctx context.Context) (*folders, error) {
	l := &u.listing
	if list := l.list.Load(); list != nil && !l.stale.Load() {
		return list, nil
	}
	l.reading.Lock()
	defer l.reading.Unlock()
	if list := l.list.Load(); list != nil && !l.stale.Load() {
		return list, nil
	}
	if err := u.openStores(ctx); err != nil {
		return nil, told(err)
	}
	l.stale.Store(false) // whatever changes from here on makes it stale again
	list, err := u.readFolders(ctx)
	if err != nil {
		l.stale.Store(true)
		return nil, told(err)
	}
	l.list.Store(list)
	return list, nil
}

// openStores finds the stores, once, and has the server tell of changes of their folders. The caller holds reading.
func (u *user) openStores(ctx context.Context) error {
	l := &u.listing
	if len(l.stores) > 0 {
		return nil
	}
	own, err := u.ownStore(ctx)
	if err != nil {
		return err
	}
	stores := []*store{own}
	if u.server.settings.PublicFolders {
		public, err := u.publicStore(ctx)
		if err != nil {
			return err
		}
		if public != nil {
			stores = append(stores, public)
		}
	}
	for i, st := range stores {
		if err := u.watchStore(ctx, st); err != nil {
			for _, st := range stores[:i] {
				_ = st.watch.Close(ctx)
			}
			return err
		}
	}
	l.stores = stores
	return nil
}

// watchStore has the server tell of changes of a store's folders.
func (u *user) watchStore(ctx context.Context, st *store) (err error) {
	const mask = mapi.EventCreated | mapi.EventDeleted | mapi.EventModified | mapi.EventMoved | mapi.EventCopied |
		mapi.EventFoldersOnly | mapi.EventIgnoreCounters
	st.watch, err = u.server.group.Subscribe(ctx, st.session, st.EntryID, mask, func(client.Event) { u.listing.stale.Store(true) })
	return err
}

// close ends the subscriptions.
func (l *listing) close(ctx context.Context) error {
	l.reading.Lock()
	defer l.reading.Unlock()
	var errs []error
	for _, st := range l.stores {
		errs = append(errs, st.watch.Close(ctx))
	}
	l.stores = nil
	return errors.Join(errs...)
}

// readFolders reads the folders of all stores. The caller holds reading.
func (u *user) readFolders(ctx context.Context) (*folders, error) {
	b := listBuilder{user: u, list: &folders{
		byID: make(map[mailstore.MailboxID]*folder), byName: make(map[string]*folder), folded: make(map[string]*folder), roots: make(map[string]*folder),
	}}
	own := u.listing.stores[0]
	b.list.own = own
	if u.listing.list.Load() != nil && own.inbox != nil { // the list has been read before: what is subscribed may have changed
		o, err := own.session.LoadObject(ctx, own.inbox)
		if err != nil {
			return nil, err
		}
		own.setInbox(o)
	}
	var err error
	b.names = namesOf(u.missingNames(own))
	if b.subscribed, err = u.readSubscribed(ctx, own); err == nil {
		err = u.openSubscribed(ctx, b.subscribed)
	}
	if err != nil {
		return nil, err
	}
	for _, st := range u.listing.stores {
		err := b.read(ctx, st)
		if st.prefix != "" && (client.IsNotFound(err) || mapi.CodeOf(err) == mapi.NoAccess) {
			continue // the user may see nothing of it, or it is there no longer
		}
		if err != nil {
			return nil, err
		}
	}
	b.finish()
	return b.list, nil
}

// idOf is the name of a folder that outlives its renaming (RFC 8474).
func idOf(id mapi.EntryID) mailstore.MailboxID {
	return mailstore.MailboxID(base64.RawURLEncoding.EncodeToString(id))
}

// find finds a folder by its name, case aside if there is none that is spelt so.
func (l *folders) find(name string) (*folder, bool) {
	f, ok := l.byName[name]
	if !ok {
		f, ok = l.folded[fold(name)]
	}
	return f, ok
}

// get finds a folder by its id.
func (l *folders) get(id mailstore.MailboxID) (*folder, error) {
	f := l.byID[id]
	if f == nil || f.entryID == nil || f.NoSelect {
		return nil, fail(mailstore.Nonexistent, "There is no such mailbox")
	}
	return f, nil
}

// children reports whether there is a folder below another one, a hidden one too.
func (l *folders) children(f *folder) bool {
	for _, other := range l.all {
		if bytes.Equal(other.parent, f.entryID) {
			return true
		}
	}
	return false
}
