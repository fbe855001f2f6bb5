package ics

import (
	"cmp"
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/server/rights"
	"zarafa/storage"
	"zarafa/wire"
)

// hierarchyChanges are those of the folders below one, as far as the caller sees them. Search folders are not synchronised.
func (s *Service) hierarchyChanges(r request, root storage.Ref, resp *wire.ICSChangeResponse) error {
	if r.after == 0 {
		return s.allFolders(r, root, resp)
	}
	folders, err := s.visibleBelow(r, root)
	if err != nil {
		return err
	}
	for _, f := range folders {
		list, err := s.store.Changes(r.Context, f.ref.SourceKey, r.after)
		if err != nil {
			return err
		}
		for _, ch := range list {
			if ch.Type&kindMask == folderNew&kindMask && ch.Sync != r.sync.ID {
				resp.ChangesArray = append(resp.ChangesArray, wireChange(ch))
			}
		}
	}
	slices.SortFunc(resp.ChangesArray, func(a, b wire.ICSChange) int { return cmp.Compare(a.ChangeID, b.ChangeID) })
	resp.MaxChangeID = r.sync.ChangeID
	if n := len(resp.ChangesArray); n > 0 {
		resp.MaxChangeID = resp.ChangesArray[n-1].ChangeID
	}
	return nil
}

// allFolders is the answer to a first sync: every folder but the root as new.
func (s *Service) allFolders(r request, root storage.Ref, resp *wire.ICSChangeResponse) error {
	// The newest change of all is read in the store's lane: whatever gets a smaller id in this store is in the database
	// when the folders are read. Ids of other stores are no measure.
	err := s.store.Update(r.Context, root.Store, func(ctx context.Context, tx storage.Tx) (err error) {
		resp.MaxChangeID, err = tx.MaxChange(ctx, nil)
		return err
	}, nil)
	if err != nil || r.flags&flagCatchUp != 0 {
		return err
	}
	folders, err := s.visibleBelow(r, root)
	if err != nil {
		return err
	}
	for _, f := range folders[1:] {
		resp.ChangesArray = append(resp.ChangesArray, wire.ICSChange{
			SourceKey: f.ref.SourceKey, ParentSourceKey: f.parent, ChangeType: folderNew,
		})
	}
	return nil
}

// visibleFolder is a folder and its parent's source key.
type visibleFolder struct {
	ref    storage.Ref
	parent []byte
}

// visibleBelow walks the tree breadth first, the root included.
func (s *Service) visibleBelow(r request, root storage.Ref) ([]visibleFolder, error) {
	out := []visibleFolder{{ref: root}}
	for i := 0; i < len(out); i++ {
		parent := out[i].ref
		refs, err := s.store.Refs(r.Context, storage.RowQuery{Parent: parent.ID, Type: mapi.TypeFolder, FlagsMask: mapi.FlagDeleted})
		if err != nil {
			return nil, err
		}
		for _, ref := range refs {
			if ref.FolderKind() != mapi.FolderGeneric {
				continue
			}
			err := s.rights.Check(r.Context, r.Session.UserID, ref, rights.Visible)
			if mapi.CodeOf(err) == mapi.NoAccess {
				continue
			}
			if err != nil {
				return nil, err
			}
			out = append(out, visibleFolder{ref, parent.SourceKey})
		}
	}
	return out, nil
}
