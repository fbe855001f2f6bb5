package search

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"

	"zarafa/mapi"
	"zarafa/mapi/restrict"
	"zarafa/server/change"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// criteria are what a search folder looks for and where.
type criteria struct {
	restrict *mapi.Restriction
	folders  [][]byte // entry ids
	flags    uint32   // as the client set them
}

func (c criteria) recursive() bool { return c.flags&mapi.SearchRecurses != 0 }

// TableSetSearchCriteria answers tableSetSearchCriteria: every call that does not stop the search starts it anew.
func (s *Service) TableSetSearchCriteria(c *session.Call, req *wire.TableSetSearchCriteriaRequest, _ *wire.TableSetSearchCriteriaResponse) error {
	stops := req.Flags&mapi.SearchStop != 0
	incomplete := req.Restrict == nil || len(req.Folders) == 0
	folder, err := s.searchFolder(c, req.EntryID, rights.Edit)
	if mapi.CodeOf(err) == mapi.NotInitialized && !stops && incomplete {
		return missing() // what clients expect even where nothing can be searched
	}
	if err != nil {
		return err
	}
	by := change.Author{User: c.Session.UserID, Now: c.Now}
	if stops {
		before := s.end(folder.ID)
		err := s.saveProps(c.Context, folder, by, mapi.Long(mapi.PrECSearchfolderStatus, mapi.SearchStatusStopped))
		if err != nil {
			s.resume(before)
		}
		return err
	}
	if incomplete {
		return missing()
	}
	if err := restrict.Check(req.Restrict); err != nil {
		return err
	}
	set := criteria{restrict: req.Restrict.Clone(), flags: req.Flags}
	for _, id := range req.Folders {
		target, err := s.Tree.ByEntryID(c.Context, id)
		if err != nil {
			return err
		}
		if target.Store != folder.Store || target.Type != mapi.TypeFolder && target.Type != mapi.TypeStore {
			return mapi.Errorf(mapi.InvalidParameter, "tableSetSearchCriteria", "what is to be searched is no folder of the same store")
		}
		set.folders = append(set.folders, bytes.Clone(id))
	}
	before := s.end(folder.ID)
	document := wire.AppendSearchCriteria(nil, &wire.SearchCriteria{Restrict: set.restrict, Folders: set.folders, Flags: set.flags})
	err = s.clear(c.Context, folder, by,
		mapi.PropValue{Tag: mapi.PrECSearchcrit, Data: document}, mapi.Long(mapi.PrECSearchfolderStatus, mapi.SearchStatusRebuild))
	if err != nil {
		s.resume(before)
		return err
	}
	active := s.prepare(folder, set)
	active.rebuild = true
	s.begin(active, s.runAfter)
	return nil
}

func missing() error {
	return mapi.Errorf(mapi.InvalidParameter, "tableSetSearchCriteria", "restriction or folders are missing")
}

// TableGetSearchCriteria answers tableGetSearchCriteria: NOT_INITIALIZED unless a search is active.
func (s *Service) TableGetSearchCriteria(c *session.Call, req *wire.TableGetSearchCriteriaRequest, resp *wire.TableGetSearchCriteriaResponse) error {
	folder, err := s.searchFolder(c, req.EntryID, rights.Read)
	if err != nil {
		return err
	}
	active := s.find(folder.ID)
	if active == nil {
		return mapi.NotInitialized
	}
	resp.Restrict, resp.FolderIDs = active.criteria.restrict, active.criteria.folders
	resp.Flags = mapi.SearchRunning
	if active.rebuilding() {
		resp.Flags |= mapi.SearchRebuilding
	}
	if active.criteria.recursive() {
		resp.Flags |= mapi.SearchRecursive
	}
	return nil
}

// searchFolder finds the folder a call names.
func (s *Service) searchFolder(c *session.Call, id []byte, need rights.Need) (storage.Ref, error) {
	ref, err := s.Tree.ByEntryID(c.Context, id)
	if err != nil {
		return ref, err
	}
	if ref.Type != mapi.TypeFolder || ref.FolderKind() != mapi.FolderSearch {
		return ref, mapi.Errorf(mapi.NotInitialized, "search criteria", "object %d is no search folder", ref.ID)
	}
	return ref, s.Rights.Check(c.Context, c.Session.UserID, ref, need)
}

// saveProps sets properties of a search folder. No client sees them, so nobody is told.
func (s *Service) saveProps(ctx context.Context, folder storage.Ref, by change.Author, props ...mapi.PropValue) error {
	return s.Writer.Do(ctx, folder.Store, by, func(ctx context.Context, ch *change.Change) error {
		return setProps(ctx, ch, folder, props)
	})
}

func setProps(ctx context.Context, ch *change.Change, folder storage.Ref, props []mapi.PropValue) error {
	o, err := ch.Object(ctx, folder.ID)
	if err != nil {
		return err
	}
	for _, p := range props {
		o.Lobs = slices.DeleteFunc(o.Lobs, func(l storage.LobRef) bool { return l.Tag.ID() == p.Tag.ID() })
		if !change.Outside(p.Tag, int64(len(p.Data))) {
			o.Props.Set(p)
			continue
		}
		o.Props.Delete(p.Tag.ID())
		lob, err := ch.PutLob(ctx, p.Tag, change.BlobOf(p.Data))
		if err != nil {
			return err
		}
		o.Lobs = append(o.Lobs, lob)
	}
	return ch.PutObject(ctx, o)
}

// storedCriteria reads what was stored with a search folder; nil if there is nothing.
func storedCriteria(ctx context.Context, store storage.Reader, row *storage.Row) (*criteria, uint32, error) {
	status := row.Props.Uint32(mapi.PrECSearchfolderStatus)
	document, err := storedDocument(ctx, store, row)
	if err != nil || document == nil {
		return nil, status, err
	}
	d := wire.NewDecoder(wire.ServerLimits())
	d.Reset(document)
	defer d.Release()
	stored, err := wire.DecodeSearchCriteria(d)
	if err != nil {
		return nil, status, err
	}
	if stored.Restrict == nil || len(stored.Folders) == 0 {
		return nil, status, nil
	}
	c := &criteria{restrict: stored.Restrict.Clone(), flags: stored.Flags}
	for _, id := range stored.Folders {
		c.folders = append(c.folders, bytes.Clone(id))
	}
	return c, status, nil
}

// storedDocument is the document of the criteria, nil if there is none.
func storedDocument(ctx context.Context, store storage.Reader, row *storage.Row) ([]byte, error) {
	if !row.Props.Has(mapi.PrECSearchcrit.ID()) {
		return nil, nil
	}
	o, err := store.Object(ctx, row.ID) // the row may hold only the beginning
	if err != nil {
		return nil, err
	}
	for _, lob := range o.Lobs {
		if lob.Tag.ID() != mapi.PrECSearchcrit.ID() {
			continue
		}
		r, err := store.OpenLob(ctx, lob.Instance)
		if err != nil {
			return nil, err
		}
		document, err := io.ReadAll(r)
		return document, errors.Join(err, r.Close())
	}
	return bytes.Clone(o.Props.Bytes(mapi.PrECSearchcrit)), nil
}
