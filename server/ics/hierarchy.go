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
	until, err := s.settledIn(r, root.Store)
	if err != nil {
		return err
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
			if ch.ID <= until && ch.Type&mapi.ChangeObjectMask == folderNew&mapi.ChangeObjectMask && ch.Sync != r.sync.ID {
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

// settledIn is the newest change of all, read in a store's lane: whatever gets a lower id in this store is in the database when it
// returns. What other stores have in flight does not matter.
func (s *Service) settledIn(r request, store uint32) (newest uint32, err error) {
	err = s.store.Update(r.Context, store, func(ctx context.Context, tx storage.Tx) (err error) {
		newest, err = tx.MaxChange(ctx, nil)
		return err
	}, nil)
	return newest, err
}

// allFolders is the answer to a first sync: every folder but the root as new.
func (s *Service) allFolders(r request, root storage.Ref, resp *wire.ICSChangeResponse) error {
	until, err := s.settledIn(r, root.Store)
	resp.MaxChangeID = until
	if err != nil || r.flags&mapi.SyncCatchUp != 0 {
		return err
	}
	folders, err := s.visibleBelow(r, root)
	if err != nil {
		return err
	}
	later, err := s.foldersSince(r, until)
	if err != nil {
		return err
	}
	for _, f := range folders[1:] {
		if later[string(f.ref.SourceKey)] {
			continue // it is in the next answer
		}
		resp.ChangesArray = append(resp.ChangesArray, wire.ICSChange{
			SourceKey: f.ref.SourceKey, ParentSourceKey: f.parent, ChangeType: folderNew,
		})
	}
	return nil
}

// foldersSince are the keys of folders that were created after a change.
func (s *Service) foldersSince(r request, after uint32) (map[string]bool, error) {
	list, err := s.store.Changes(r.Context, nil, after)
	if err != nil {
		return nil, err
	}
	keys := make(map[string]bool)
	for _, ch := range list {
		if ch.Type == folderNew {
			keys[string(ch.SourceKey)] = true
		}
	}
	return keys, nil
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
