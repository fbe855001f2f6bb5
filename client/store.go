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
}

func storeOf(r *wire.GetStoreResponse) Store {
	guid, _ := mapi.GUIDOf(r.GUID)
	return Store{EntryID: copyID(r.StoreID), RootID: copyID(r.RootID), GUID: guid}
}

// Store is the session user's own store.
func (s *Session) Store(ctx context.Context) (Store, error) { return s.OpenStore(ctx, nil) }

// OpenStore finds a store by its entry id.
func (s *Session) OpenStore(ctx context.Context, id mapi.EntryID) (st Store, err error) {
	var resp wire.GetStoreResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.GetStoreRequest{SessionID: session, EntryID: id}
	}, &resp, func() error { st = storeOf(&resp); return nil })
	return st, err
}

// PublicStore is the store that all users share.
func (s *Session) PublicStore(ctx context.Context) (st Store, err error) {
	var resp wire.GetStoreResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.GetPublicStoreRequest{SessionID: session}
	}, &resp, func() error { st = storeOf(&resp); return nil })
	return st, err
}

// UserStore finds the store of the given type (mapi.StorePrivate and others) that belongs to a user.
func (s *Session) UserStore(ctx context.Context, user string, storeType uint32) (Store, error) {
	var id mapi.EntryID
	var resp wire.ResolveUserStoreResponse
	err := s.Do(ctx, func(session uint64) wire.Request {
		return &wire.ResolveUserStoreRequest{SessionID: session, UserName: wire.Text(user), StoreTypeMask: 1 << storeType}
	}, &resp, func() error { id = copyID(resp.StoreID); return nil })
	if err != nil {
		return Store{}, err
	}
	return s.OpenStore(ctx, id)
}

// StoreByGUID finds a store by its GUID, administrators also one without an owner.
func (s *Session) StoreByGUID(ctx context.Context, guid mapi.GUID) (Store, error) {
	var id mapi.EntryID
	var resp wire.ResolveUserStoreResponse
	err := s.Do(ctx, func(session uint64) wire.Request {
		return &wire.ResolveStoreRequest{SessionID: session, StoreGUID: guid[:]}
	}, &resp, func() error { id = copyID(resp.StoreID); return nil })
	if err != nil {
		return Store{}, err
	}
	return s.OpenStore(ctx, id)
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
