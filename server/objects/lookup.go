package objects

import (
	"bytes"

	"zarafa/mapi"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// CheckExistObject reports whether an object exists in the state the flags say: live, or with 0x400 soft-deleted.
func (s *Service) CheckExistObject(c *session.Call, req *wire.CheckExistObjectRequest, _ *wire.CheckExistObjectResponse) error {
	ref, err := s.tree.ByEntryID(c.Context, req.EntryID)
	if err != nil {
		return err
	}
	if req.Flags&mapi.FlagDeleted != ref.Flags&mapi.FlagDeleted {
		return mapi.Errorf(mapi.NotFound, "checkExistObject", "object %d has the flags 0x%X", ref.ID, ref.Flags)
	}
	return nil
}

// GetEntryIDFromSourceKey finds a message by its folder's and its own source key, or the folder if the latter is
// empty. Soft-deleted ones are found too.
func (s *Service) GetEntryIDFromSourceKey(c *session.Call, req *wire.GetEntryIDFromSourceKeyRequest, resp *wire.GetEntryIDFromSourceKeyResponse) error {
	store, err := s.mailStore(c, req.StoreID)
	if err != nil {
		return err
	}
	folder, err := s.store.RefBySourceKey(c.Context, req.FolderSourceKey)
	if err != nil {
		return err
	}
	found, need := folder, rights.Visible
	if len(req.MessageSourceKey) > 0 {
		if found, err = s.store.RefBySourceKey(c.Context, req.MessageSourceKey); err != nil {
			return err
		}
		need = rights.Read
	}
	if folder.Type != mapi.TypeFolder || found.Store != store.ID || found.ID != folder.ID && found.Parent != folder.ID {
		return mapi.Errorf(mapi.NotFound, "getEntryIDFromSourceKey", "object %d is not there", found.ID)
	}
	if err := s.check(c, found, need); err != nil {
		return err
	}
	resp.EntryID = found.EntryID
	return nil
}

// GetChangeInfo gives an object's change key and its predecessors; it needs Read.
func (s *Service) GetChangeInfo(c *session.Call, req *wire.GetChangeInfoRequest, resp *wire.GetChangeInfoResponse) error {
	ref, err := s.tree.ByEntryID(c.Context, req.EntryID)
	if err != nil {
		return err
	}
	if err := s.check(c, ref, rights.Read); err != nil {
		return err
	}
	row, err := s.row(c, ref.ID)
	if err != nil {
		return err
	}
	key, predecessors := row.Props.Bytes(mapi.PrChangeKey), row.Props.Bytes(mapi.PrPredecessorChangeList)
	if key == nil || predecessors == nil {
		return mapi.Errorf(mapi.NotFound, "getChangeInfo", "object %d has no change key", ref.ID)
	}
	resp.PropCK = mapi.Binary(mapi.PrChangeKey, bytes.Clone(key))
	resp.PropPCL = mapi.Binary(mapi.PrPredecessorChangeList, bytes.Clone(predecessors))
	return nil
}

// row reads the row of one object.
func (s *Service) row(c *session.Call, id uint32) (*storage.Row, error) {
	var row *storage.Row
	err := s.store.Rows(c.Context, storage.RowQuery{IDs: []uint32{id}}, func(r *storage.Row) error {
		row = r
		return nil
	})
	if err == nil && row == nil {
		err = mapi.Errorf(mapi.NotFound, "objects", "object %d is gone", id)
	}
	return row, err
}
