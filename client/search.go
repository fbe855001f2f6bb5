package client

import (
	"context"

	"zarafa/mapi"
	"zarafa/wire"
)

// Flags of setSearchCriteria (tables.md section 10).
const (
	searchStop      = 0x1
	searchRestart   = 0x2
	searchRecursive = 0x4
)

// States of a search folder: a search that runs keeps the folder up to date, one that is rebuilding has not looked at everything yet.
const (
	SearchRunning    uint32 = 0x1
	SearchRebuilding uint32 = 0x2
)

// SearchCriteria say what a search folder shows.
type SearchCriteria struct {
	Restrict  *mapi.Restriction
	Folders   []mapi.EntryID // that are searched, all of the folder's store
	Recursive bool           // the folders below them too
}

// SetSearchCriteria has the server search anew; it does so while other calls go on, and tells its end by mapi.EventSearchComplete.
func (s *Session) SetSearchCriteria(ctx context.Context, folder mapi.EntryID, c SearchCriteria) error {
	flags := uint32(searchRestart)
	if c.Recursive {
		flags |= searchRecursive
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
		return &wire.TableSetSearchCriteriaRequest{SessionID: session, EntryID: folder, Flags: searchStop}
	}, new(wire.TableSetSearchCriteriaResponse), nil)
}

// SearchCriteria reads what a search folder shows, and its state: SearchRunning and SearchRebuilding. NOT_INITIALIZED if the folder has
// no criteria, or its search was stopped.
func (s *Session) SearchCriteria(ctx context.Context, folder mapi.EntryID) (c SearchCriteria, state uint32, err error) {
	var resp wire.TableGetSearchCriteriaResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.TableGetSearchCriteriaRequest{SessionID: session, EntryID: folder}
	}, &resp, func() error {
		c = SearchCriteria{Restrict: resp.Restrict.Clone(), Folders: copyIDs(resp.FolderIDs), Recursive: resp.Flags&searchRecursive != 0}
		state = resp.Flags & (SearchRunning | SearchRebuilding)
		return nil
	})
	return c, state, err
}
