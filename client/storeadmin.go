package client

import (
	"context"

	"zarafa/mapi"
	"zarafa/wire"
)

// UnhookStore takes a store from its owner; it stays, without an owner.
func (s *Session) UnhookStore(ctx context.Context, storeType uint32, ownerID []byte) error {
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.UnhookStoreRequest{SessionID: session, StoreType: storeType, UserID: ownerID}
	}, new(wire.UnhookStoreResponse), nil)
}

// HookStore gives a store without an owner to a user, whose store of that type loses its owner. The error carries COLLISION
// if the store has an owner, INVALID_TYPE if it is of another type.
func (s *Session) HookStore(ctx context.Context, storeType uint32, ownerID []byte, guid mapi.GUID) error {
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.HookStoreRequest{SessionID: session, StoreType: storeType, UserID: ownerID, StoreGUID: guid[:]}
	}, new(wire.HookStoreResponse), nil)
}

// RemoveStore removes a store whose owner does not exist. The next purge frees its space.
func (s *Session) RemoveStore(ctx context.Context, guid mapi.GUID) error {
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.RemoveStoreRequest{SessionID: session, StoreGUID: guid[:]}
	}, new(wire.RemoveStoreResponse), nil)
}

// StoreInfo is a row of the table of all stores.
type StoreInfo struct {
	UserName    string // of the owner; empty if the store has none
	GUID        mapi.GUID
	HasStore    bool // false for a user without a store
	Type        uint32
	DisplayName string
	EntryID     mapi.EntryID
	Modified    mapi.FileTime // last log-on or change; 0 if not known
	Size        int64         // bytes
	Class       mapi.ObjectClass
}

// Stores lists every store of the server and every user without one (tables.md section 2). Only administrators may.
func (s *Session) Stores(ctx context.Context) (list []StoreInfo, err error) {
	query := TableQuery{
		Kind: mapi.TableUserStores, ObjectType: mapi.TypeStatus, Flags: mapi.OpenUnicode,
		Columns: []mapi.PropTag{
			mapi.PrECUsername, mapi.PrECStoreGUID, mapi.PrECStoreType, mapi.PrDisplayName, mapi.PrStoreEntryID,
			mapi.PrLastModificationTime, mapi.PrMessageSizeExtended, mapi.PrObjectType,
		},
		Sort: []mapi.SortOrder{{Tag: mapi.PrECUsername}, {Tag: mapi.PrECStoreGUID}},
	}
	err = s.EachRow(ctx, query, func(row mapi.Props) error {
		size, _ := row.Get(mapi.PrMessageSizeExtended)
		modified, _ := row.Get(mapi.PrLastModificationTime)
		guid, ok := mapi.GUIDOf(row.Bytes(mapi.PrECStoreGUID))
		list = append(list, StoreInfo{
			UserName: row.Str(mapi.PrECUsername), GUID: guid, HasStore: ok, Type: row.Uint32(mapi.PrECStoreType),
			DisplayName: row.Str(mapi.PrDisplayName), EntryID: row.Bytes(mapi.PrStoreEntryID), Modified: modified.Time(),
			Size: size.Int64(), Class: mapi.ObjectClass(row.Uint32(mapi.PrObjectType)),
		})
		return nil
	})
	return list, err
}

// PurgeSoftDelete removes for good what was deleted more than days ago.
func (s *Session) PurgeSoftDelete(ctx context.Context, days uint32) error {
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.PurgeSoftDeleteRequest{SessionID: session, Days: days}
	}, new(wire.PurgeSoftDeleteResponse), nil)
}

// PurgeCache empties the caches of the server that the mask names (agents.md section 2.4).
func (s *Session) PurgeCache(ctx context.Context, mask uint32) error {
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.PurgeCacheRequest{SessionID: session, Flags: mask}
	}, new(wire.PurgeCacheResponse), nil)
}

// PurgeDeferred has the server write out what it has deferred, and returns how much is left.
func (s *Session) PurgeDeferred(ctx context.Context) (remaining uint32, err error) {
	var resp wire.PurgeDeferredUpdatesResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.PurgeDeferredUpdatesRequest{SessionID: session}
	}, &resp, func() error { remaining = resp.DeferredRemaining; return nil })
	return remaining, err
}
