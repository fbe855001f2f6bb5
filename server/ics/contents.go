package ics

import (
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/server/objects"
	"zarafa/storage"
	"zarafa/wire"
)

const (
	softDelete = objects.ChangeSoftDelete
	hardDelete = objects.ChangeHardDelete
)

// contentsChanges are those of the messages of one folder.
func (s *Service) contentsChanges(r request, folder storage.Ref, resp *wire.ICSChangeResponse) error {
	newest, err := s.store.MaxChange(r.Context, folder.SourceKey)
	if err != nil {
		return err
	}
	resp.MaxChangeID = newest
	seen, restricted, err := s.store.SyncedMessages(r.Context, r.sync.ID, r.after)
	if err != nil {
		return err
	}
	if r.restrict != nil || restricted && r.after != 0 {
		return s.restrictedChanges(r, folder, seen, restricted && r.after != 0, resp)
	}
	if r.after == 0 {
		if err := s.allMessages(r, folder, resp); err != nil || newest != 0 || r.flags&flagNoDBChanges != 0 {
			return err
		}
		// A client that has been given the state 0 would have to begin anew every time (traces 10).
		return s.store.Update(r.Context, folder.Store, func(ctx context.Context, tx storage.Tx) error {
			id, err := dummyChange(ctx, tx, folder)
			resp.MaxChangeID = id
			return err
		}, nil)
	}
	list, err := s.store.Changes(r.Context, folder.SourceKey, r.after)
	if err != nil {
		return err
	}
	resp.ChangesArray, err = s.ofKind(r, folder, wanted(r, list))
	return err
}

// allMessages is the answer to a first sync: every live message as new, newest first, except those that came from this
// very client.
func (s *Service) allMessages(r request, folder storage.Ref, resp *wire.ICSChangeResponse) error {
	refs, err := s.store.Refs(r.Context, storage.RowQuery{Parent: folder.ID, Type: mapi.TypeMessage, FlagsMask: mapi.FlagDeleted})
	if err != nil {
		return err
	}
	created, err := s.created(r, folder)
	if err != nil {
		return err
	}
	slices.Reverse(refs)
	for _, ref := range refs {
		ch, known := created[string(ref.SourceKey)]
		if !r.wantsKind(ref) || known && ch.Sync == r.sync.ID {
			continue
		}
		resp.ChangesArray = append(resp.ChangesArray, wire.ICSChange{
			ChangeID: ch.ID, SourceKey: ref.SourceKey, ParentSourceKey: folder.SourceKey, ChangeType: messageNew,
		})
	}
	return nil
}

// created are the records of new messages of a folder by source key.
func (s *Service) created(r request, folder storage.Ref) (map[string]storage.Change, error) {
	list, err := s.store.Changes(r.Context, folder.SourceKey, 0)
	if err != nil {
		return nil, err
	}
	out := make(map[string]storage.Change)
	for _, ch := range list {
		if ch.Type == messageNew {
			out[string(ch.SourceKey)] = ch
		}
	}
	return out, nil
}

// wantsKind tells whether the client asked for normal or for associated messages.
func (r request) wantsKind(ref storage.Ref) bool {
	if ref.Associated() {
		return r.flags&flagAssociated != 0
	}
	return r.flags&flagNormal != 0
}

// ofKind drops changes of messages of a kind the client did not ask for. What is gone for good has no kind any more and passes.
func (s *Service) ofKind(r request, folder storage.Ref, list []wire.ICSChange) ([]wire.ICSChange, error) {
	if r.flags&flagAssociated != 0 && r.flags&flagNormal != 0 || len(list) == 0 {
		return list, nil
	}
	refs, err := s.store.Refs(r.Context, storage.RowQuery{Parent: folder.ID, Type: mapi.TypeMessage})
	if err != nil {
		return nil, err
	}
	unwanted := make(map[string]bool)
	for _, ref := range refs {
		if !r.wantsKind(ref) {
			unwanted[string(ref.SourceKey)] = true
		}
	}
	return slices.DeleteFunc(list, func(ch wire.ICSChange) bool { return unwanted[string(ch.SourceKey)] }), nil
}
