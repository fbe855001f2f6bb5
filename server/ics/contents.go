package ics

import (
	"bytes"
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/wire"
)

// maxAttempts bounds how often an answer is made anew because the folder changed meanwhile.
const maxAttempts = 4

// contentsChanges are those of the messages of one folder.
func (s *Service) contentsChanges(r request, folder storage.Ref, resp *wire.ICSChangeResponse) error {
	seen, restricted, err := s.store.SyncedMessages(r.Context, r.sync.ID, r.after)
	if err != nil {
		return err
	}
	restricted = restricted && r.after != 0
	if r.until, err = s.state(r, folder, r.after == 0 || r.restrict != nil || restricted); err != nil {
		return err
	}
	resp.MaxChangeID = r.until
	switch {
	case r.restrict != nil || restricted:
		return s.restrictedChanges(r, folder, seen, restricted, resp)
	case r.after == 0:
		return s.allMessages(r, folder, resp)
	}
	list, err := s.store.Changes(r.Context, folder.SourceKey, r.after)
	if err != nil {
		return err
	}
	resp.ChangesArray, err = s.ofKind(r, folder, wanted(r, list))
	return err
}

// state is the newest change of a folder. A client that has been given the state 0 would have to begin anew every time (traces 10), so
// a folder without changes gets one, if one is needed.
func (s *Service) state(r request, folder storage.Ref, needed bool) (newest uint32, err error) {
	newest, err = s.store.MaxChange(r.Context, folder.SourceKey)
	if err != nil || newest != 0 || !needed || r.flags&mapi.SyncNoDBChanges != 0 {
		return newest, err
	}
	err = s.store.Update(r.Context, folder.Store, func(ctx context.Context, tx storage.Tx) error {
		if newest, err = tx.MaxChange(ctx, folder.SourceKey); err != nil || newest != 0 {
			return err // somebody was quicker
		}
		newest, err = dummyChange(ctx, tx, folder)
		return err
	}, nil)
	return newest, err
}

// allMessages is the answer to a first sync: every live message as new, newest first, except those that came from this
// very client.
func (s *Service) allMessages(r request, folder storage.Ref, resp *wire.ICSChangeResponse) error {
	var keys [][]byte // of messages of the wanted kind; only these are kept of them
	q := storage.RowQuery{Parent: folder.ID, Type: mapi.TypeMessage, FlagsMask: mapi.FlagDeleted}
	err := storage.RefPages(r.Context, s.store, q, func(page []storage.Ref) error {
		for _, ref := range page {
			if r.wantsKind(ref) {
				keys = append(keys, bytes.Clone(ref.SourceKey))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	past, err := s.histories(r, folder) // after the messages, so that it tells of each that is new
	if err != nil {
		return err
	}
	for _, key := range slices.Backward(keys) {
		h := past[string(key)]
		if h == nil {
			h = new(history)
		}
		if h.createdHere || h.later {
			continue
		}
		resp.ChangesArray = append(resp.ChangesArray, wire.ICSChange{
			ChangeID: h.created, SourceKey: key, ParentSourceKey: folder.SourceKey, ChangeType: messageNew,
		})
	}
	return nil
}

// wantsKind tells whether the client asked for normal or for associated messages.
func (r request) wantsKind(ref storage.Ref) bool {
	if ref.Associated() {
		return r.flags&mapi.SyncAssociated != 0
	}
	return r.flags&mapi.SyncNormal != 0
}

// fewItems is up to how many changes are looked up one by one; for more the folder is read.
const fewItems = 32

// ofKind drops changes of messages of a kind the client did not ask for. What is gone for good has no kind any more and passes.
func (s *Service) ofKind(r request, folder storage.Ref, list []wire.ICSChange) ([]wire.ICSChange, error) {
	if r.flags&mapi.SyncAssociated != 0 && r.flags&mapi.SyncNormal != 0 || len(list) == 0 {
		return list, nil
	}
	unwanted := make(map[string]bool)
	note := func(refs []storage.Ref) error {
		for _, ref := range refs {
			if !r.wantsKind(ref) {
				unwanted[string(ref.SourceKey)] = true
			}
		}
		return nil
	}
	if len(list) <= fewItems {
		refs, err := s.items(r, list)
		if err != nil {
			return nil, err
		}
		_ = note(refs) // never fails
	} else if err := storage.RefPages(r.Context, s.store, storage.RowQuery{Parent: folder.ID, Type: mapi.TypeMessage}, note); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(ch wire.ICSChange) bool { return unwanted[string(ch.SourceKey)] }), nil
}

// items are those objects of a list of changes that still exist.
func (s *Service) items(r request, list []wire.ICSChange) ([]storage.Ref, error) {
	refs := make([]storage.Ref, 0, len(list))
	for _, ch := range list {
		ref, err := s.store.RefBySourceKey(r.Context, ch.SourceKey)
		switch mapi.CodeOf(err) {
		case mapi.OK:
			refs = append(refs, ref)
		case mapi.NotFound:
		default:
			return nil, err
		}
	}
	return refs, nil
}
