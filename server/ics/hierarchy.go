package ics

import (
	"cmp"
	"slices"

	"zarafa/mapi"
	"zarafa/server/rights"
	"zarafa/storage"
	"zarafa/wire"
)

// hierarchyChanges are those of the folders below one, as far as the caller sees them. Search folders are not synchronised.
func (s *Service) hierarchyChanges(r request, root storage.Ref, resp *wire.ICSChangeResponse) error {
	folders, err := s.visibleBelow(r, root)
	if err != nil {
		return err
	}
	if r.after == 0 {
		newest, err := s.store.MaxChange(r.Context, nil)
		if err != nil {
			return err
		}
		resp.MaxChangeID = newest
		if r.flags&flagCatchUp != 0 {
			return nil
		}
		for _, f := range folders[1:] {
			resp.ChangesArray = append(resp.ChangesArray, wire.ICSChange{
				SourceKey: f.ref.SourceKey, ParentSourceKey: f.parent, ChangeType: folderNew,
			})
		}
		return nil
	}
	resp.MaxChangeID = r.sync.ChangeID
	for _, f := range folders {
		list, err := s.store.Changes(r.Context, f.ref.SourceKey, r.after)
		if err != nil {
			return err
		}
		for _, ch := range list {
			resp.MaxChangeID = max(resp.MaxChangeID, ch.ID)
			if ch.Type&kindMask == folderNew&kindMask && ch.Sync != r.sync.ID {
				resp.ChangesArray = append(resp.ChangesArray, wireChange(ch))
			}
		}
	}
	slices.SortFunc(resp.ChangesArray, func(a, b wire.ICSChange) int { return cmp.Compare(a.ChangeID, b.ChangeID) })
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
