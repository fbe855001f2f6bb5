package server

import (
	"cmp"
	"context"
	"slices"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/mapi/restrict"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// LoadProp is that of package objects, and tells gateways which messages of a folder have words.
func (s *Server) LoadProp(c *session.Call, req *wire.LoadPropRequest, resp *wire.LoadPropResponse) error {
	if req.Words == nil {
		return s.objectOperations.LoadProp(c, req, resp)
	}
	if !c.Session.Has(mapi.CapGateway) {
		return mapi.Errorf(mapi.NoSupport, "loadProp", "the client has no capability for searches of words")
	}
	uids, err := s.withWords(c, req)
	if err != nil {
		return err
	}
	values := make([]mapi.PropValue, len(uids))
	for i, uid := range uids {
		values[i] = mapi.PropValue{Num: uint64(uid)}
	}
	found := mapi.Multi(mapi.PrMessagesWithWords, values...)
	resp.PropVal = &found
	return nil
}

// withWords gives the IMAP ids of the messages of a folder in which the full-text index has some words, ascending. The search is the part of a
// search folder's criteria that the index answers (fulltext.Split), and nothing else. NOT_INITIALIZED while the index has not all messages of the
// store yet: it is made from the first time on that it is asked.
func (s *Server) withWords(c *session.Call, req *wire.LoadPropRequest) ([]uint32, error) {
	const op = "loadProp"
	if err := restrict.Check(req.Words); err != nil {
		return nil, err
	}
	if mapi.PropTag(req.PropTag) != mapi.PrMessagesWithWords {
		return nil, mapi.Errorf(mapi.InvalidParameter, op, "property %v is not found by words", mapi.PropTag(req.PropTag))
	}
	folder, err := s.tree.ByEntryID(c.Context, req.EntryID)
	if err != nil {
		return nil, err
	}
	if folder.Type != mapi.TypeFolder || folder.FolderKind() == mapi.FolderSearch {
		return nil, mapi.Errorf(mapi.InvalidType, op, "object %d is no folder with messages of its own", folder.ID)
	}
	if err := s.checker.Check(c.Context, c.Session.UserID, folder, rights.Read); err != nil {
		return nil, err
	}
	finds, rest := s.text.Split(req.Words)
	if len(finds) == 0 || rest != nil {
		return nil, mapi.Errorf(mapi.InvalidParameter, op, "the index of words cannot answer that search")
	}
	ids, ok, err := s.text.Messages(c.Context, folder.Store, finds)
	if err == nil && !ok {
		err = mapi.Errorf(mapi.NotInitialized, op, "the index of words does not have all messages of store %d", folder.Store)
	}
	if err != nil {
		return nil, err
	}
	return s.uidsIn(c.Context, folder, ids)
}

// uidsIn are the IMAP ids of those objects that are live messages of a folder, ascending. What the cells have is not read.
func (s *Server) uidsIn(ctx context.Context, folder storage.Ref, ids []uint32) ([]uint32, error) {
	var uids, missing []uint32
	add := func(id, parent, flags, uid uint32) {
		if parent == folder.ID && flags == 0 {
			uids = append(uids, cmp.Or(uid, id)) // as tables show it
		}
	}
	var found []cache.Found
	for chunk := range slices.Chunk(ids, storage.PageSize) {
		found = s.cells.GetAll(found[:0], chunk, cache.KindObject)
		for i, f := range found {
			if f.Record == nil {
				missing = append(missing, chunk[i])
				continue
			}
			uid, _ := f.Record.Value(mapi.PrECIMAPID)
			add(chunk[i], f.Record.Header().Parent, f.Record.Header().Flags, uid.Uint32())
		}
	}
	if len(missing) > 0 {
		err := s.store.Rows(ctx, storage.RowQuery{IDs: missing}, func(r *storage.Row) error {
			if r.Type == mapi.TypeMessage {
				add(r.ID, r.Parent, r.Flags, r.Props.Uint32(mapi.PrECIMAPID))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(uids)
	return uids, nil
}
