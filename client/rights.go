package client

import (
	"context"

	"zarafa/mapi"
	"zarafa/wire"
)

// Grant is a row of an access list: what a user or group may do.
type Grant struct {
	UserID  uint32
	EntryID []byte // address-book entry id; may be nil where UserID is known
	Rights  mapi.Rights
}

// Everyone is the group of all users.
func Everyone() Grant {
	return Grant{UserID: mapi.UserEveryone, EntryID: everyoneID()}
}

func everyoneID() []byte {
	return mapi.ABEntryID{Type: mapi.TypeDistList, ID: mapi.UserEveryone}.Encode()
}

// Rights lists the access list of a store or folder; what it inherits is not in it.
func (s *Session) Rights(ctx context.Context, id mapi.EntryID) (list []Grant, err error) {
	var resp wire.RightsResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.GetRightsRequest{SessionID: session, EntryID: id, Type: int32(mapi.ACEGrant)}
	}, &resp, func() error {
		list = make([]Grant, len(resp.RightsArray))
		for i, r := range resp.RightsArray {
			list[i] = Grant{UserID: r.UlUserID, EntryID: copyID(r.SUserID), Rights: mapi.Rights(r.Rights)}
		}
		return nil
	})
	return list, err
}

// Grant sets what users and groups may do on a store or folder.
func (s *Session) Grant(ctx context.Context, id mapi.EntryID, grants ...Grant) error {
	return s.setRights(ctx, id, mapi.ACEStateNew|mapi.ACEStateAutoUpdateDenied, grants)
}

// Revoke takes rows out of an access list, so that what is inherited applies again.
func (s *Session) Revoke(ctx context.Context, id mapi.EntryID, grants ...Grant) error {
	return s.setRights(ctx, id, mapi.ACEStateDeleted|mapi.ACEStateAutoUpdateDenied, grants)
}

func (s *Session) setRights(ctx context.Context, id mapi.EntryID, state uint32, grants []Grant) error {
	rows := make([]wire.Rights, len(grants))
	for i, g := range grants {
		rows[i] = wire.Rights{UlUserID: g.UserID, Type: mapi.ACEGrant, Rights: uint32(g.Rights), State: state, SUserID: nonNil(g.EntryID)}
	}
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.SetRightsRequest{SessionID: session, EntryID: id, RightsArray: rows}
	}, new(wire.SetRightsResponse), nil)
}
