package client

import (
	"context"

	"zarafa/mapi"
	"zarafa/wire"
)

// SearchCriteria say what a search folder shows.
type SearchCriteria struct {
	Restrict  *mapi.Restriction
	Folders   []mapi.EntryID // that are searched, all of the folder's store
	Recursive bool           // the folders below them too
}

// SetSearchCriteria has the server search anew; it does so while other calls go on, and tells its end by mapi.EventSearchComplete.
func (s *Session) SetSearchCriteria(ctx context.Context, folder mapi.EntryID, c SearchCriteria) error {
	flags := mapi.SearchRestart
	if c.Recursive {
		flags |= mapi.SearchRecurses
	}
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.TableSetSearchCriteriaRequest{
			SessionID: session, EntryID: folder, Restrict: c.Restrict, Folders: plainIDs(c.Folders), Flags: flags,
		}
	}, new(wire.TableSetSearchCriteriaResponse), nil)
}

// StopSearch leaves a search folder as it is; it has no criteria any more.
func (s *Session) StopSearch(ctx context.Context, folder mapi.EntryID) error {
	return s.Do(ctx, func(session uint64) wire.Request {
		return &wire.TableSetSearchCriteriaRequest{SessionID: session, EntryID: folder, Flags: mapi.SearchStop}
	}, new(wire.TableSetSearchCriteriaResponse), nil)
}

// SearchCriteria reads what a search folder shows, and its state: mapi.SearchRunning and mapi.SearchRebuilding. NOT_INITIALIZED if the folder has
// no criteria, or its search was stopped.
func (s *Session) SearchCriteria(ctx context.Context, folder mapi.EntryID) (c SearchCriteria, state uint32, err error) {
	var resp wire.TableGetSearchCriteriaResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.TableGetSearchCriteriaRequest{SessionID: session, EntryID: folder}
	}, &resp, func() error {
		c = SearchCriteria{Restrict: resp.Restrict.Clone(), Folders: copyIDs(resp.FolderIDs), Recursive: resp.Flags&mapi.SearchRecursive != 0}
		state = resp.Flags & (mapi.SearchRunning | mapi.SearchRebuilding)
		return nil
	})
	return c, state, err
}
