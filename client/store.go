package client

import (
	"context"

	"zarafa/mapi"
	"zarafa/wire"
)

// Store is where a store is found.
type Store struct {
	EntryID mapi.EntryID
	RootID  mapi.EntryID
	GUID    mapi.GUID
	// URL is how the server that has the store names itself. With it, [mapi.EntryID.WithServer] makes an id by which
	// OpenStore finds the store from any of several servers.
	URL string
	// Session is the session on that server.
	Session *Session
}

func (s *Session) storeOf(r *wire.GetStoreResponse) Store {
	guid, _ := mapi.GUIDOf(r.GUID)
	return Store{EntryID: copyID(r.StoreID), RootID: copyID(r.RootID), GUID: guid, URL: copyText(r.ServerPath), Session: s}
}

// Store is the session user's own store.
func (s *Session) Store(ctx context.Context) (st Store, err error) {
	err = s.follow(ctx, func(at *Session) (err error) {
		st, err = at.openStore(ctx, nil)
		return err
	})
	return st, err
}

// OpenStore finds a store by its entry id, which may tell the server and may be wrapped (mapi.EntryID.Unwrap).
func (s *Session) OpenStore(ctx context.Context, id mapi.EntryID) (Store, error) {
	id, url := id.Unwrap().SplitServer()
	if url == "" {
		return s.openStore(ctx, id)
	}
	at, err := s.at(ctx, url)
	if err != nil {
		return Store{}, err
	}
	return at.openStore(ctx, id)
}

// openStore asks this server for a store, the user's own if id is empty.
func (s *Session) openStore(ctx context.Context, id mapi.EntryID) (st Store, err error) {
	var resp wire.GetStoreResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.GetStoreRequest{SessionID: session, EntryID: id}
	}, &resp, func() error { st = s.storeOf(&resp); return nil })
	return st, err
}

// PublicStore is the store that all users share.
func (s *Session) PublicStore(ctx context.Context) (st Store, err error) {
	err = s.follow(ctx, func(at *Session) error {
		var resp wire.GetStoreResponse
		return at.Do(ctx, func(session uint64) wire.Request {
			return &wire.GetPublicStoreRequest{SessionID: session}
		}, &resp, func() error { st = at.storeOf(&resp); return nil })
	})
	return st, err
}

// UserStore finds the store of the given type (mapi.StorePrivate and others) that belongs to a user.
func (s *Session) UserStore(ctx context.Context, user string, storeType uint32) (st Store, err error) {
	err = s.follow(ctx, func(at *Session) (err error) {
		st, err = at.userStore(ctx, user, storeType, 0)
		return err
	})
	return st, err
}

// UserStoreHere finds a user's store on this server even if another one is his home: one that was left behind when he moved.
func (s *Session) UserStoreHere(ctx context.Context, user string, storeType uint32) (Store, error) {
	return s.userStore(ctx, user, storeType, overrideHome)
}

// overrideHome is the flag of resolveUserStore that insists on this server.
const overrideHome = 0x10

func (s *Session) userStore(ctx context.Context, user string, storeType, flags uint32) (Store, error) {
	var id mapi.EntryID
	var resp wire.ResolveUserStoreResponse
	err := s.Do(ctx, func(session uint64) wire.Request {
		return &wire.ResolveUserStoreRequest{SessionID: session, UserName: wire.Text(user), StoreTypeMask: 1 << storeType, Flags: flags}
	}, &resp, func() error { id = copyID(resp.StoreID); return nil })
	if err != nil {
		return Store{}, err
	}
	st, err := s.openStore(ctx, id)
	if flags == overrideHome {
		st.EntryID = st.EntryID.WithFlags(mapi.EntryIDOverrideFlag) // its object is opened by this id only
	}
	return st, err
}

// StoreByGUID finds a store of this server by its GUID, administrators also one without an owner.
func (s *Session) StoreByGUID(ctx context.Context, guid mapi.GUID) (Store, error) {
	var id mapi.EntryID
	var resp wire.ResolveUserStoreResponse
	err := s.Do(ctx, func(session uint64) wire.Request {
		return &wire.ResolveStoreRequest{SessionID: session, StoreGUID: guid[:]}
	}, &resp, func() error { id = copyID(resp.StoreID); return nil })
	if err != nil {
		return Store{}, err
	}
	return s.openStore(ctx, id)
}

// StoreName is the name that clients show for a store.
func (s *Session) StoreName(ctx context.Context, id mapi.EntryID) (name string, err error) {
	var resp wire.GetStoreNameResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.GetStoreNameRequest{SessionID: session, EntryID: id}
	}, &resp, func() error { name = copyText(resp.StoreName); return nil })
	return name, err
}

// ReceiveFolder is where new mail of a message class goes; the empty class is all mail without a folder of its own.
func (s *Session) ReceiveFolder(ctx context.Context, store mapi.EntryID, class string) (folder mapi.EntryID, err error) {
	var resp wire.ReceiveFolderResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.GetReceiveFolderRequest{SessionID: session, StoreID: store, MessageClass: wire.Text(class)}
	}, &resp, func() error { folder = copyID(resp.ReceiveFolder.EntryID); return nil })
	return folder, err
}

// SetReceiveFolder says where new mail of a message class goes.
func (s *Session) SetReceiveFolder(ctx context.Context, store, folder mapi.EntryID, class string) error {
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.SetReceiveFolderRequest{
			SessionID: session, StoreID: store, EntryID: folder, MessageClass: wire.NullString{String: class, Valid: class != ""},
		}
	}, new(wire.SetReceiveFolderResponse), nil)
}
