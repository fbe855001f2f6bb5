package ics

import (
	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// request is one getChanges, its sync looked up.
type request struct {
	*session.Call
	flags uint32
	after uint32 // change id the client has seen
	// until is the state that the answer brings the client to. What is newer is left to the next one: it would be reported
	// twice. Nothing up to here can come any more, see settled and state.
	until    uint32
	sync     storage.Sync
	restrict *mapi.Restriction
}

// GetChanges answers getChanges. The folder comes from the registered sync; the source key of the call is
// ignored, since clients send it empty.
func (s *Service) GetChanges(c *session.Call, req *wire.GetChangesRequest, resp *wire.ICSChangeResponse) error {
	r := request{Call: c, flags: req.Flags, after: req.ChangeID, restrict: req.Restrict}
	resp.ChangesArray = []wire.ICSChange{}
	if req.ChangeType == mapi.SyncAddressBook {
		return s.addressBookChanges(r, resp)
	}
	if req.ChangeType != mapi.SyncContents && req.ChangeType != mapi.SyncHierarchy {
		return mapi.Errorf(mapi.InvalidType, "getChanges", "no such kind of sync: %d", req.ChangeType)
	}
	if req.SyncID == 0 {
		return mapi.Errorf(mapi.InvalidParameter, "getChanges", "no sync id given")
	}
	known, err := s.store.Sync(c.Context, req.SyncID)
	if err != nil {
		if mapi.CodeOf(err) == mapi.NotFound && req.ChangeID == 0 {
			return mapi.Errorf(mapi.DatabaseError, "getChanges", "no sync %d: %w", req.SyncID, err)
		}
		return err
	}
	if known.Type != req.ChangeType {
		return mapi.Errorf(mapi.Collision, "getChanges", "sync %d is of another kind", req.SyncID)
	}
	r.sync = known
	folder, err := s.folder(c, known.SourceKey, known.Type)
	if err != nil {
		return err
	}
	switch {
	case known.Type == mapi.SyncHierarchy:
		return s.hierarchyChanges(r, folder, resp)
	case len(known.SourceKey) == 0:
		return s.serverChanges(r, resp)
	}
	return s.contentsChanges(r, folder, resp)
}

// serverChanges are those of all folders of the server, for indexers and backups. A first sync must catch up.
func (s *Service) serverChanges(r request, resp *wire.ICSChangeResponse) error {
	if r.after == 0 && r.flags&mapi.SyncCatchUp == 0 {
		return mapi.Errorf(mapi.NoSupport, "getChanges", "a first sync of the whole server must catch up")
	}
	newest, err := s.settled(r)
	if err != nil {
		return err
	}
	r.until, resp.MaxChangeID = newest, newest
	if r.flags&mapi.SyncCatchUp != 0 {
		return nil
	}
	list, err := s.store.Changes(r.Context, nil, r.after)
	if err != nil {
		return err
	}
	resp.ChangesArray = append(resp.ChangesArray, wanted(r, list)...)
	return nil
}

// settled is the newest change of the server such that all older ones are there: ids rise in commit order within the lane
// of a store only, so an update of another may still be about to commit a lower one.
func (s *Service) settled(r request) (uint32, error) {
	newest, err := s.store.MaxChange(r.Context, nil)
	if err != nil {
		return 0, err
	}
	return newest, s.store.Settle(r.Context)
}

// wanted drops what the client asked not to see: changes of its own, of folders, deletions, read flags. It drops too what is for the next answer.
func wanted(r request, list []storage.Change) []wire.ICSChange {
	out := make([]wire.ICSChange, 0, len(list))
	for _, ch := range list {
		if ch.ID > r.until || ch.Sync == r.sync.ID && ch.Sync != 0 || ch.Type&mapi.ChangeObjectMask != messageNew&mapi.ChangeObjectMask {
			continue
		}
		switch ch.Type & mapi.ChangeEventMask {
		case messageFlag & mapi.ChangeEventMask:
			if r.flags&mapi.SyncReadState == 0 {
				continue
			}
		case mapi.ChangeSoftDelete:
			if r.flags&(mapi.SyncNoDeletions|mapi.SyncNoSoftDeletions) != 0 {
				continue
			}
		case mapi.ChangeHardDelete:
			if r.flags&mapi.SyncNoDeletions != 0 {
				continue
			}
		}
		out = append(out, wireChange(ch))
	}
	return out
}

func wireChange(ch storage.Change) wire.ICSChange {
	return wire.ICSChange{ChangeID: ch.ID, SourceKey: ch.SourceKey, ParentSourceKey: ch.Parent, ChangeType: ch.Type, Flags: ch.Flags}
}
