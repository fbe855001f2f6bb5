package ics

import (
	"bytes"
	"context"

	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// SetSyncStatus answers setSyncStatus: sync id 0 registers a new sync, any other records how far it got.
func (s *Service) SetSyncStatus(c *session.Call, req *wire.SetSyncStatusRequest, resp *wire.SetSyncStatusResponse) error {
	if req.ChangeType != mapi.SyncContents && req.ChangeType != mapi.SyncHierarchy {
		return mapi.Errorf(mapi.InvalidType, "setSyncStatus", "no such kind of sync: %d", req.ChangeType)
	}
	ref, err := s.folder(c, req.SourceKeyFolder, req.ChangeType)
	if err != nil {
		return err
	}
	key := bytes.Clone(req.SourceKeyFolder)
	return s.store.Update(c.Context, ref.Store, func(ctx context.Context, tx storage.Tx) error {
		if req.SyncID == 0 {
			id, err := tx.AddSync(ctx, storage.Sync{SourceKey: key, ChangeID: 1, Type: req.ChangeType, Time: c.Now})
			resp.SyncID = id
			return err
		}
		known, err := tx.Sync(ctx, req.SyncID)
		if err != nil {
			return err
		}
		if !bytes.Equal(known.SourceKey, key) || known.Type != req.ChangeType {
			return mapi.Errorf(mapi.Collision, "setSyncStatus", "sync %d is for another folder or kind", req.SyncID)
		}
		known.ChangeID, known.Time = req.ChangeID, c.Now
		resp.SyncID = known.ID
		return tx.PutSync(ctx, known)
	}, nil)
}

// GetSyncStates answers getSyncStates: for each sync the newest change of its folder. Left out are unknown syncs and those of folders
// that the caller may not synchronise: numbers of syncs are easy to guess, and the newest change tells when somebody gets mail.
func (s *Service) GetSyncStates(c *session.Call, req *wire.GetSyncStatesRequest, resp *wire.GetSyncStatesReponse) error {
	resp.SyncStates = make([]wire.SyncState, 0, len(req.SyncID))
	for _, id := range req.SyncID {
		known, err := s.store.Sync(c.Context, id)
		if mapi.CodeOf(err) == mapi.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		_, err = s.folder(c, known.SourceKey, known.Type)
		if code := mapi.CodeOf(err); code == mapi.NoAccess || code == mapi.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		newest, err := s.store.MaxChange(c.Context, known.SourceKey)
		if err != nil {
			return err
		}
		resp.SyncStates = append(resp.SyncStates, wire.SyncState{SyncID: id, ChangeID: newest})
	}
	return nil
}
